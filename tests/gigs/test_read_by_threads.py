"""A service is read by many threads at once, each with a statement of its own."""

import pytest
from django.db import connection

from marketplace.gigs import selectors
from tests.databases import together
from tests.factories import make_gig

pytestmark = pytest.mark.usefixtures("committed_db")


def test_no_two_readings_share_a_query_that_is_written_while_it_is_compiled():
    """Copies of one query share its subqueries: compiled by two threads at once they named tables that were not there."""
    first, second = (selectors._with_small_lists().query for _thread in range(2))
    shared = {id(one.query) for one in first.annotations.values() if hasattr(one, "query")}
    assert shared
    assert not shared & {id(one.query) for one in second.annotations.values() if hasattr(one, "query")}


def test_eight_who_read_it_at_once_all_have_it():
    gig = make_gig()

    def read() -> list[int]:
        found = [selectors._read_on_sale([gig.pk])[gig.pk].pk for _time in range(40)]
        connection.close()
        return found

    assert together(*[read] * 8) == [[gig.pk] * 40] * 8
