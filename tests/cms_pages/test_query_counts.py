"""The busiest pages stay below twelve queries once the figures are warm, however many cards they show."""

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.accounts.blocks import forget_blocks
from tests import factories

BUDGET = 12
PATHS = ["/", "/en/", "/design/", "/en/design/", "/design/logo/", "/en/design/logo/"]


def queries_of(client: Client, path: str) -> int:
    """Queries of the second view: the first fills what is the same for everybody and kept for minutes."""
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def test_a_page_stays_within_its_budget_and_does_not_grow_with_its_cards(tree, categories, client) -> None:
    few = {path: queries_of(client, path) for path in PATHS}
    assert all(count < BUDGET for count in few.values()), few
    for number in range(5):
        factories.make_gig(category=categories["logo"], title=f"品牌LOGO{number}")
    cache.clear()
    forget_blocks()  # or the second view is the one that asks again
    assert {path: queries_of(client, path) for path in PATHS} == few
