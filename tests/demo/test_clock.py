"""The demo's clock: staff jump days, the whole stack follows, and the books stay whole."""

from datetime import timedelta

import pytest
from celery import current_app
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.db.models import DateTimeField
from django.urls import reverse
from django.utils import timezone

from marketplace.core import clock as business_clock
from marketplace.ledger.audit import audit_books
from marketplace.ledger.models import DaySeal, Transaction
from marketplace.ledger.seals import broken_seals, seal_books
from marketplace.ledger.selectors import wallet_of
from marketplace.ledger.tasks import clear_due_earnings
from marketplace.messaging.models import Message, MessageFlag
from marketplace.orders import services
from marketplace.orders.models import Order, OrderHold
from marketplace.orders.states import OrderStatus
from marketplace.orders.tasks import run_due_deadlines
from marketplace.payments.tasks import reconcile_bills
from portal.checks import time_is_real
from portal.demo import clock
from portal.demo.errors import DemoError, DemoErrorCode
from portal.demo.middleware import before_job
from portal.demo.models import DemoClock
from portal.schedule import INTERVALS
from tests.factories import make_delivered_order, make_moderator, make_order, make_paid_order, make_seller, make_user
from tests.logins import log_in
from tests.offers.situations import make_brief, make_offer

pytestmark = pytest.mark.django_db
DAY, SECOND = timedelta(days=1), timedelta(seconds=5)


@pytest.fixture(autouse=True)
def _demo_clock(settings):
    settings.DEMO_CLOCK = True
    settings.MIDDLEWARE = ["portal.demo.middleware.DemoClockMiddleware", *settings.MIDDLEWARE]
    yield
    business_clock.go_ahead(timedelta())


@pytest.fixture(autouse=True)
def asked(monkeypatch):
    """Jobs that the worker was asked for: there is no worker in a test."""
    names = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **_given: names.append(name))
    return names


@pytest.fixture
def staff():
    user = make_user(is_staff=True)
    codenames = ("access_admin", "move_clock")
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return log_in(user)


def press(client, hours):
    return client.post(reverse("demo_clock_move"), {"hours": hours}, follow=True)


def is_ahead_by(expected):
    return abs(business_clock.now() - timezone.now() - expected) < SECOND


def test_a_jump_moves_pages_and_jobs_and_asks_for_every_job(staff, asked):
    page = press(staff, "72")
    assert is_ahead_by(3 * DAY)
    assert asked == list(INTERVALS)
    shown = timezone.localtime(timezone.now() + 3 * DAY)
    assert f"{shown:%Y-%m-%d}" in page.content.decode()
    business_clock.go_ahead(timedelta())  # another process, which has not heard of it
    before_job()
    assert is_ahead_by(3 * DAY)
    business_clock.go_ahead(timedelta())
    staff.get("/")
    assert is_ahead_by(3 * DAY)


def test_every_page_says_that_time_was_moved_and_none_does_otherwise(staff, client):
    assert "clock-banner" not in client.get("/search/").content.decode()
    press(staff, "24")
    page = client.get("/search/").content.decode()
    assert "clock-banner" in page
    assert '<meta name="clock-ahead" content="86400">' in page
    assert 'class="clock-banner"' in staff.get("/admin/").content.decode()


@pytest.mark.parametrize("hours", ["0", "-24", "5", "九", "99999999", ""])
def test_only_the_jumps_of_the_buttons_are_made(staff, hours, asked):
    press(staff, hours)
    with pytest.raises(DemoError) as refusal:
        clock.jump(hours=2)
    assert refusal.value.code == DemoErrorCode.UNKNOWN_JUMP
    assert is_ahead_by(timedelta())
    assert not DemoClock.objects.exists()
    assert asked == []


def test_nobody_else_moves_it(buyer_client, client):
    for somebody in (buyer_client, client, log_in(make_user(is_staff=True))):
        assert somebody.get(reverse("demo_clock")).status_code == 302
        assert somebody.post(reverse("demo_clock_move"), {"hours": "24"}).status_code == 302
    assert not DemoClock.objects.exists()


def test_where_the_demo_clock_is_off_there_is_no_such_page(staff, settings):
    settings.DEMO_CLOCK = False
    assert staff.get(reverse("demo_clock")).status_code == 404
    assert staff.post(reverse("demo_clock_move"), {"hours": "24"}).status_code == 404
    assert not DemoClock.objects.exists()
    assert "demo-clock" not in staff.get("/admin/").content.decode()


def test_production_does_not_start_with_it(settings):
    assert [message.id for message in time_is_real(None, production=True)] == ["portal.E009"]
    assert time_is_real(None, production=False) == []
    settings.DEMO_CLOCK = False
    assert time_is_real(None, production=True) == []


def test_a_delivered_order_is_accepted_and_its_money_clears_after_two_jumps(staff):
    order = make_delivered_order()
    press(staff, "72")
    assert run_due_deadlines() >= 1
    order.refresh_from_db()
    assert order.status == OrderStatus.COMPLETED
    assert wallet_of(order.seller).pending_fen == 9000
    press(staff, "336")
    assert clear_due_earnings() == 1
    assert wallet_of(order.seller).available_fen == 9000
    assert audit_books().violations == []


def test_the_clock_goes_back_when_nothing_happened_in_the_time_ahead(staff):
    order = make_delivered_order()
    press(staff, "24")
    page = press(staff, "back").content.decode()
    assert "clock-banner" not in page
    assert is_ahead_by(timedelta())
    services.accept_delivery(order_id=order.pk, buyer=order.buyer)
    assert audit_books().violations == []


def test_the_clock_does_not_go_back_behind_what_was_booked(staff):
    press(staff, "336")
    order = make_delivered_order()
    services.accept_delivery(order_id=order.pk, buyer=order.buyer)
    seal_books()
    page = press(staff, "back").content.decode()
    assert "--fresh" in page
    with pytest.raises(DemoError) as refusal:
        clock.back_to_now()
    assert refusal.value.code == DemoErrorCode.BOOKED_AHEAD
    assert is_ahead_by(14 * DAY)
    assert list(broken_seals()) == []
    assert audit_books().violations == []
    press(staff, "24")
    assert seal_books() is not None  # the days go on
    assert DaySeal.objects.count() == 2


@pytest.mark.parametrize("model", [row[0] for row in clock.NOTED], ids=lambda model: model.__name__)
def test_every_kind_of_note_has_the_moments_that_the_clock_asks_for(model):
    fields = next(row[1:] for row in clock.NOTED if row[0] is model)
    assert all(not getattr(model._meta.get_field(name), "auto_now_add", False) for name in fields)


def test_no_moment_of_emptying_holds_and_flags_is_forgotten():
    """Of models whose rows are dated by this clock alone, each moment stands in the list."""
    noted = {model: set(fields) for model, *fields in clock.NOTED}
    for model in (OrderHold, Message, MessageFlag):
        moments = {field.name for field in model._meta.fields if isinstance(field, DateTimeField)}
        assert noted[model] == moments, model
    assert "emptied_at" in noted[Order]


def test_the_clock_does_not_go_back_behind_what_was_kept_for_a_court(staff):
    order, moderator = make_delivered_order(), make_moderator()
    press(staff, "168")
    services.hold_order(number=order.number, staff=moderator, reason="（2026）浙0106民初1号")
    with pytest.raises(DemoError) as refusal:
        clock.back_to_now()
    assert refusal.value.code == DemoErrorCode.BOOKED_AHEAD


@pytest.mark.parametrize("made", ["offer", "brief"])
def test_the_clock_does_not_go_back_behind_what_people_wrote(staff, made):
    buyer, seller = make_user(), make_seller()
    press(staff, "168")
    make_offer(seller=seller, buyer=buyer) if made == "offer" else make_brief(buyer=buyer)
    with pytest.raises(DemoError) as refusal:
        clock.back_to_now()
    assert refusal.value.code == DemoErrorCode.BOOKED_AHEAD
    assert is_ahead_by(7 * DAY)


def test_books_that_were_set_back_by_force_still_add_up():
    """What a job books that began before somebody set the clock back: no number of the books depends on the order of times."""
    order, other = make_delivered_order(), make_delivered_order()
    business_clock.go_ahead(14 * DAY)
    services.accept_delivery(order_id=order.pk, buyer=order.buyer)
    seal_books()
    business_clock.go_ahead(timedelta())
    services.accept_delivery(order_id=other.pk, buyer=other.buyer)
    times = list(Transaction.objects.order_by("pk").values_list("created_at", flat=True))
    assert times != sorted(times)
    assert seal_books() is None  # that day is sealed; what came later goes into the next seal
    with business_clock.moved_to(timezone.now() + 20 * DAY):
        assert seal_books() is not None
    assert list(broken_seals()) == []
    assert audit_books().violations == []


def test_the_page_names_what_happens_next(staff):
    unpaid, delivered, running = make_order(), make_delivered_order(), make_paid_order()
    page = staff.get(reverse("demo_clock")).content.decode()
    for order in (unpaid, delivered, running):
        assert order.number in page
    moments = [each.at for each in clock.coming()]
    assert moments == sorted(moments)
    assert len(clock.coming(limit=2)) == 2


def test_institutions_are_told_real_times_and_asked_for_no_bill_of_a_day_to_come():
    business_clock.go_ahead(20 * DAY)
    order = make_order()
    assert order.payment_expires_at - timezone.now() > 19 * DAY
    assert business_clock.real(order.payment_expires_at) - timezone.now() < DAY
    assert reconcile_bills() == 0


def test_there_is_one_clock_and_it_is_never_behind():
    DemoClock.objects.create(pk=1)
    for fields in ({"pk": 2}, {"pk": 1, "ahead": -DAY}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DemoClock(**fields).save(force_insert=fields["pk"] == 2)
