"""What being logged in costs: the person, both counts, the favourites among the cards. Three queries, on any page."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.notifications import catalogue
from marketplace.notifications import services as notifications
from tests.cms_pages.conftest import *  # noqa: F403 the tree of pages and its fixtures
from tests.factories import make_user

BUDGET = 12


def queries_of(client: Client, path: str) -> list[str]:
    """Queries of the second view: the first fills what is kept for minutes."""
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return [query["sql"] for query in captured.captured_queries]


def test_a_signed_in_person_costs_three_queries_more_and_home_and_gig_stay_in_the_budget(tree, gigs) -> None:
    person = make_user(name="林小满")
    notifications.notify(recipient_id=person.pk, notice=catalogue.people.EXPORT_READY)
    client, guest = Client(), Client()
    client.force_login(person)
    gig = reverse("gigs:detail", args=[gigs[0].pk, gigs[0].slug])
    paths = ("/", "/en/", "/design/", "/design/logo/", gig)
    counts = {path: (len(queries_of(guest, path)), len(queries_of(client, path))) for path in paths}
    assert all(signed_in - guests <= 3 for guests, signed_in in counts.values()), counts
    assert counts["/"][1] < BUDGET, counts
    assert counts[gig][1] < BUDGET, counts


def test_person_and_profile_come_in_one_query_and_both_counts_in_another(client, buyer) -> None:
    notifications.notify(recipient_id=buyer.pk, notice=catalogue.people.EXPORT_READY)
    client.force_login(buyer)
    queries = queries_of(client, reverse("account_change_password"))
    assert len([sql for sql in queries if 'FROM "accounts_user"' in sql]) == 2
    assert not [sql for sql in queries if 'FROM "accounts_userprofile"' in sql]
    assert len([sql for sql in queries if "notifications_notification" in sql or "messaging_message" in sql]) == 1
