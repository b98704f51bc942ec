"""docs/orders.md says what the code does."""

import re

from marketplace.orders.deadlines import STATE_CLOCKS
from marketplace.orders.states import ORDER_TRANSITIONS
from portal.env import BASE_DIR

TEXT = (BASE_DIR / "docs" / "orders.md").read_text()


def rows_of(heading):
    """The lines of the table that begins with these headings."""
    table = TEXT[TEXT.index(heading) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_the_table_of_states_is_the_table_of_the_code():
    written = [tuple(row) for row in rows_of("| from | to | who |")]
    assert written == [
        (row.source.value, row.target.value, ", ".join(sorted(row.actors)), row.effect)
        for row in ORDER_TRANSITIONS.rows
    ]


def test_every_clock_of_a_state_is_explained():
    named = {kind for row in rows_of("| clock | when |") for kind in re.findall(r"`(\w+)`", row[0])}
    assert named == {kind.value for kind in STATE_CLOCKS}
