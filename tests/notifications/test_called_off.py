"""What is taken back: it leaves no more, and is found by the person, never by looking through everybody's lines."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.notifications import catalogue, services, spreading
from marketplace.notifications.models import Dispatch, Notification, NotificationKind
from marketplace.offers import services as offers
from tests.factories import make_seller, make_user
from tests.notifications.people import reachable, tell, ways
from tests.offers.situations import make_offer

pytestmark = pytest.mark.django_db


@contextmanager
def without_looking_through_all() -> Iterator[None]:
    """Fails where lines or dispatches are read for which PostgreSQL has no index, however small the table is here."""
    with CaptureQueriesContext(connection) as captured:
        yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for query in captured.captured_queries:
            sql = query["sql"]
            if sql.startswith(("SELECT", "UPDATE")) and "notifications_" in sql:
                cursor.execute(f"EXPLAIN {sql}")
                plan = "\n".join(line for (line,) in cursor.fetchall())
                assert "Seq Scan on notifications_" not in plan, f"{sql}\n{plan}"


def test_an_offer_that_is_answered_is_found_by_its_reader():
    seller, buyer = make_seller(), make_user()
    offer = make_offer(seller=seller, buyer=buyer)
    line = Notification.objects.get(recipient=buyer)
    assert line.spread_due_at
    with without_looking_through_all():
        offers.withdraw_offer(offer_id=offer.pk, user=seller)
    line.refresh_from_db()
    assert line.spread_due_at is None


def test_only_what_has_not_left_is_written_anew():
    """Lines that left long ago stay as they are: thirty offers of a brief would have them all rewritten thirty times."""
    person, other = reachable(), reachable(email="other@example.com")
    old = [tell(person, catalogue.offers.COUNTERED, url="/offers/1/") for _line in range(3)]
    spreading.spread_lines()
    Dispatch.objects.update(status="sent")
    line = tell(person, catalogue.offers.COUNTERED, url="/offers/1/")
    others = tell(other, catalogue.offers.COUNTERED, url="/offers/1/")
    before = versions()
    with without_looking_through_all():
        services.call_off(recipient_id=person.pk, url="/offers/1/", notices=[catalogue.offers.COUNTERED])
    assert {key for key, version in versions().items() if version != before[key]} == {line.pk}
    assert spreading.spread_lines() == 1
    assert (ways(line), ways(others), ways(old[0])) == ({}, {"email": "waiting"}, {"email": "sent"})


def test_words_that_change_are_found_by_who_was_told():
    person = reachable()
    line = tell(person, catalogue.talk.MESSAGE, words={"name": "青禾品牌"}, about="原话", url="/messages/1/")
    with without_looking_through_all():
        services.retell(
            kind=NotificationKind.MESSAGE, url="/messages/1/", was="原话", says="新话", recipient_id=person.pk
        )
    line.refresh_from_db()
    assert line.body == "新话"


def versions() -> dict[int, str]:
    """Which version of each line stands there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, ctid::text FROM notifications_notification")
        return dict(cursor.fetchall())
