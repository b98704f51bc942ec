"""Counting the figures of a day."""

import json
from datetime import date, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from marketplace.accounts.models import UserProfile
from marketplace.insights.figures import series
from marketplace.insights.metrics import registry
from marketplace.insights.models import Analytics, OrderChannel, VisitorDay
from marketplace.insights.services import CLOSED, compute_day, compute_missing, compute_range, range_parameters
from marketplace.ledger.models import Entry
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Refund
from marketplace.reviews.models import LevelChange
from tests.factories import (
    make_completed_order,
    make_gig,
    make_order,
    make_paid_order,
    make_public_review,
    make_seller,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def today() -> date:
    return timezone.localdate()


def rows(*, but: tuple[str, ...] = ()) -> set[tuple]:
    kept = Analytics.objects.exclude(metric__in=but)
    return set(kept.values_list("day", "metric", "dimension", "value"))


def value(key: str, day: date, dimension: str = "") -> int:
    return series(key, day, day, dimension).get(day, 0)


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=timezone.get_default_timezone())


def test_every_source_can_be_asked_and_finds_nothing_in_nothing():
    assert compute_day(date(2026, 3, 1)) == 0
    assert compute_range(first=date(2026, 3, 1), last=date(2026, 3, 31)) == 0
    assert Analytics.objects.filter(metric=CLOSED).count() == 31


def test_gmv_counts_all_that_was_paid_and_a_refund_lowers_no_day(today):
    order = make_paid_order(gig=make_gig(price_fen=30_000))
    last_week = today - timedelta(days=7)
    Order.objects.filter(pk=order.pk).update(paid_at=at(last_week), created_at=at(last_week))
    compute_range(first=last_week, last=today)
    assert value("gmv", last_week) == 30_000
    before = rows()

    Refund.objects.create(
        order=order, reference="R1", amount_fen=10_000, reason="x", status="done", done_at=timezone.now()
    )
    compute_range(first=last_week, last=today)
    assert value("refunds.amount", today) == 10_000
    assert before <= rows(), "what was counted of last week stays"


def test_orders_are_counted_on_the_days_of_their_steps(today):
    make_order()
    make_paid_order()
    make_completed_order()
    cancelled = make_paid_order(gig=make_gig(requirements=1))
    orders.cancel_order(order_id=cancelled.pk, user=cancelled.seller, reason="busy")
    compute_day(today)
    assert [value(f"orders.{step}", today) for step in ("placed", "paid", "completed", "cancelled")] == [4, 3, 1, 1]
    assert value("orders.paid.category", today) == 3
    assert value("buyers.active", today) == 3
    assert value("buyers.new", today) == 3
    assert value("deliveries", today) == value("deliveries.on_time", today) == 1


def test_the_take_is_what_the_books_call_service_fees(today):
    order = make_completed_order(gig=make_gig(price_fen=100_000))
    compute_day(today)
    fee = Entry.objects.filter(account__kind="commission").aggregate(Sum("amount_fen"))["amount_fen__sum"]
    assert value("take", today) == fee == order.total_fen * order.commission_basis_points // 10_000
    assert value("take.base", today) == 100_000


def test_movements_by_account_sum_up_to_what_the_books_hold(today):
    make_completed_order()
    make_paid_order()
    compute_day(today)
    books = dict(Entry.objects.values_list("account__kind").annotate(Sum("amount_fen")).order_by())
    assert {kind: value("ledger", today, kind) for kind in books} == books
    assert sum(books.values()) == 0


def test_reviews_keep_sum_and_number(today):
    make_public_review(stars=5)
    make_public_review(stars=2)
    compute_day(today)
    assert (value("reviews", today), value("reviews.stars", today)) == (2, 700)


def test_who_comes_again_counts_once_in_each_month_and_belongs_to_the_first():
    buyer, gig = make_user(), make_gig()
    for moment in (date(2026, 1, 5), date(2026, 1, 20), date(2026, 3, 2), date(2026, 3, 3)):
        order = make_paid_order(buyer=buyer, gig=gig)
        Order.objects.filter(pk=order.pk).update(paid_at=at(moment))
    compute_range(first=date(2026, 1, 1), last=date(2026, 3, 31))
    found = Analytics.objects.filter(metric="buyers.month").order_by("day").values_list("day", "dimension", "value")
    assert list(found) == [(date(2026, 1, 5), "2026-01", 1), (date(2026, 3, 2), "2026-01", 1)]
    assert list(Analytics.objects.filter(metric="buyers.new").values_list("day", "value")) == [(date(2026, 1, 5), 1)]


def test_levels_stand_where_their_history_leads():
    seller, other = make_seller(), make_seller()
    UserProfile.objects.update(seller_since=at(date(2026, 2, 1)))
    line = LevelChange.objects.create(
        user=seller, old="new", new="level_1", reason="promoted", created_at=at(date(2026, 2, 9))
    )
    LevelChange.objects.create(user=other, old="new", new="new", reason="grace", created_at=at(date(2026, 2, 9)))
    compute_range(first=date(2026, 2, 1), last=date(2026, 2, 28))
    sums = dict(
        Analytics.objects.filter(metric="sellers.level").values_list("dimension").annotate(Sum("value")).order_by()
    )
    assert sums == {"new": 1, line.new: 1}


def test_what_stands_knows_what_was_before_the_first_day_that_was_counted(today):
    seller = make_seller()
    UserProfile.objects.filter(user=seller).update(seller_since=timezone.now() - timedelta(days=900))
    moved_at = at(today - timedelta(days=1))
    line = LevelChange.objects.create(user=seller, old="new", new="level_1", reason="promoted", created_at=moved_at)
    for _time in range(2):
        compute_day(today - timedelta(days=1))
        compute_day(today - timedelta(days=3))
        stands = Analytics.objects.filter(metric="sellers.level").values_list("dimension").annotate(Sum("value"))
        assert dict(stands) == {"new": 0, line.new: 1}


@pytest.fixture
def a_year(today) -> None:
    """Orders of all kinds, strewn over a year by a fixed chance."""
    chance, gigs = Random(11), [make_gig() for _ in range(3)]
    buyers = [make_user() for _ in range(4)]
    for number in range(24):
        make = (make_order, make_paid_order, make_completed_order)[number % 3]
        order = make(buyer=chance.choice(buyers), gig=chance.choice(gigs))
        placed = at(today - timedelta(days=chance.randint(1, 300)), hour=chance.randint(0, 23))
        steps = {"created_at": placed}
        for number_of_step, step in enumerate(("paid_at", "completed_at"), start=1):
            if getattr(order, step):
                steps[step] = placed + timedelta(hours=20 * number_of_step)
        Order.objects.filter(pk=order.pk).update(**steps)
        OrderChannel.objects.create(order=order, channel=chance.choice(["direct", "wechat"]))


def test_counted_again_a_day_is_the_same(a_year, today):
    first = today - timedelta(days=310)
    compute_range(first=first, last=today)
    once = rows()
    assert len(once) > 400
    compute_range(first=first, last=today)
    assert rows() == once
    for days in (1, 5, 77, 200):
        compute_day(today - timedelta(days=days))
    assert rows() == once


def test_a_range_in_one_pass_is_the_same_as_day_after_day(a_year, today):
    first = today - timedelta(days=310)
    compute_range(first=first, last=today)
    together = rows()
    Analytics.objects.all().delete()
    for number in range(311):
        compute_day(first + timedelta(days=number))
    assert rows() == together


def test_what_is_no_longer_true_goes_when_the_day_is_counted_again(today):
    Analytics.objects.create(day=today, metric="gmv", value=99)
    Analytics.objects.create(day=today, metric="content.views", dimension="/", value=3)
    compute_day(today)
    assert value("gmv", today) == 0
    assert value("content.views", today) == 3, "written as it happens, and counted by nobody"


def test_visitors_that_are_forgotten_stay_as_they_were_counted(today):
    old, new = today - timedelta(days=200), today - timedelta(days=2)
    Analytics.objects.create(day=old, metric="visits", dimension="direct", value=7)
    VisitorDay.objects.create(day=new, visitor="a", channel="search", pages=3, saw_gig=True)
    compute_range(first=old, last=today)
    assert value("visits", old) == 7
    assert value("visits", new, "search") == value("visits.saw_gig", new) == 1


def test_today_is_not_closed_and_missed_days_are_made_up_for(today):
    compute_day(today)
    assert not Analytics.objects.filter(metric=CLOSED).exists()
    assert compute_missing() == 400
    assert compute_missing() == 0
    Analytics.objects.filter(metric=CLOSED, day=today - timedelta(days=9)).delete()
    assert compute_missing() == 1


# Figures are counted from large tables: by an index, never from end to end.


def plan_of(sql: str, parameters: object) -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    nodes, waiting = [], [plan]
    while waiting:
        node = waiting.pop()
        nodes.append(node)
        waiting += node.get("Plans", [])
    return nodes


_LARGE = {
    "orders_order", "orders_delivery", "orders_revisionrequest", "ledger_transaction", "ledger_entry", "accounts_user",
    "accounts_userprofile", "messaging_conversation", "messaging_message", "notifications_notification", "notifications_dispatch",
    "reviews_review", "payments_payout", "orders_refund", "insights_visitorday", "discovery_searchday", "support_supportcase",
    "orders_dispute", "gigs_gigday", "moderation_moderationdecision", "moderation_moderationqueue", "reviews_levelchange",
}  # fmt: skip


# Answers below articles are a small table, read whole: the one source without an index.
_INDEXED = [one for one in registry.sources() if one.sql and one.key != "helped"]


@pytest.mark.parametrize("source", _INDEXED, ids=lambda one: one.key)
def test_a_day_is_counted_by_an_index(source):
    """Where reading from end to end is forbidden, it is done only by a statement that has no index."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    scanned = {
        node["Relation Name"]
        for node in plan_of(source.sql, range_parameters(first=date(2026, 3, 1), last=date(2026, 3, 1)))
        if node["Node Type"] == "Seq Scan"
    }
    assert not scanned & _LARGE


def test_of_two_hundred_thousand_orders_a_day_reads_its_own_alone():
    order = make_paid_order()
    fields = [
        field.column for field in Order._meta.concrete_fields if field.column not in ("id", "number", "checkout_key")
    ]
    # Twenty thousand buyers and five thousand sellers, strewn over the year.
    other = {"created_at": "at", "paid_at": "at"}
    other |= {"buyer_id": "mod(place * 7919, 20000)", "seller_id": "100000 + mod(place * 7919, 5000)"}
    chosen = ", ".join(other.get(name, f"model.{name}") for name in fields)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            f"INSERT INTO orders_order ({', '.join(fields)}, number, checkout_key)"
            f" SELECT {chosen}, 'T' || place, gen_random_uuid() FROM generate_series(1, 200000) AS place,"
            " LATERAL (SELECT now() - place * interval '150 seconds' AS at) AS moment, orders_order model WHERE model.id = %s",
            [order.pk],
        )
        cursor.execute("INSERT INTO insights_orderchannel (order_id, channel) SELECT id, 'search' FROM orders_order")
        cursor.execute("ANALYZE orders_order, insights_orderchannel")
    day = timezone.localdate() - timedelta(days=100)
    for key in (
        "placed", "paid", "paid_by_category", "paid_by_channel", "completed", "cancelled", "buyers_by_month", "sellers_by_month",
    ):  # fmt: skip
        source = next(one for one in registry.sources() if one.key == key)
        nodes = plan_of(source.sql, range_parameters(first=day, last=day))
        scans = [
            (node["Node Type"], node.get("Index Name"))
            for node in nodes
            if node.get("Relation Name") == "orders_order" or node.get("Index Name", "").startswith("orders_")
        ]
        # Nor is an index read from end to end, but one of the tables that are small here may be. (A part of a bitmap names none.)
        filled = {"orders_order", "insights_orderchannel"}
        of_large = [
            node for node in nodes if "Index Name" in node and node.get("Relation Name", "orders_order") in filled
        ]
        assert all("Index Cond" in node for node in of_large), (key, scans)
        assert not [node for node in nodes if node["Node Type"] == "Seq Scan" and node["Relation Name"] in _LARGE], key
        assert scans, key
        assert all(kind != "Seq Scan" for kind, _name in scans), (key, scans)
        assert any(name and name.endswith("_day") for _kind, name in scans), (key, scans)
