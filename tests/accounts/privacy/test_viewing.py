"""Staff sees the site as somebody else: reading only, not everything, for half an hour, and it is noted."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import get_resolver, reverse

from marketplace.accounts import viewing
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.core import clock
from marketplace.discovery.models import SearchHistory
from marketplace.messaging.services import order_conversation, send_message
from marketplace.moderation.models import AdminLog
from tests.factories import (
    make_delivered_order,
    make_finance,
    make_gig,
    make_moderator,
    make_paid_order,
    make_user,
    staff_group,
)
from tests.logins import log_in

pytestmark = pytest.mark.django_db
STOP = "/viewing/stop/"


@pytest.fixture
def support(db):
    user = make_user(name="客服", is_staff=True)
    user.groups.add(staff_group("support"))
    return user


@pytest.fixture
def order(buyer):
    return make_paid_order(buyer=buyer)


@pytest.fixture
def looking(support, buyer, order) -> Client:
    client = log_in(support)
    assert client.post(reverse("people_view_as", args=[buyer.pk])).status_code == 302
    return client


def actions() -> list[str]:
    return list(AdminLog.objects.order_by("pk").values_list("action", flat=True))


def test_staff_sees_what_the_person_sees_with_the_way_out_on_top(looking, buyer, order):
    page = looking.get("/orders/")
    text = page.content.decode()
    assert page.status_code == 200
    assert order.gig_title in text
    assert "只读" in text
    assert STOP in text
    assert page.headers["Cache-Control"] == "private, no-store"
    assert looking.get(order.get_absolute_url()).status_code == 200
    assert actions() == ["person.view_as"]
    assert AdminLog.objects.get().subject == buyer


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_that_is_sent_is_done(looking, buyer, order, method):
    before = buyer.profile.display_name
    answer = getattr(looking, method)(
        reverse("accounts:settings"), {"display_name": "改了"}, content_type="application/json"
    )
    assert answer.status_code == 403
    answer = getattr(looking, method)(f"{order.get_absolute_url()}cancel/")
    assert answer.status_code == 403
    buyer.profile.refresh_from_db()
    order.refresh_from_db()
    assert (buyer.profile.display_name, order.status) == (before, "in_progress")


@pytest.mark.parametrize(
    "path",
    [
        "/wallet/",
        "/wallet/withdraw/",
        "/desk/",
        "/wallet/proofs/",
        "/invoices/",
        "/messages/",
        "/notifications/",
        "/settings/privacy/",
        "/settings/privacy/close/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/logout/",
    ],
)
def test_money_identity_messages_and_ways_in_stay_closed(looking, path):
    answer = looking.get(path)
    assert answer.status_code == 403, path
    assert "当前只能查看" in answer.content.decode()


# What staff does not see as somebody else, by name, so that a new page is decided about.
NOT_SHOWN = {
    # a draft that "only you see", what is negotiated, and what both say in a dispute
    *("orders:requirements", "orders:dispute", "orders:compare"),
    *("offers:negotiation", "offers:counter", "offers:decline"),
    # files
    *("orders:file", "orders:preview", "orders:picture", "orders:revision_file", "orders:requirement_file"),
    *("orders:dispute_file", "orders:bundle_download", "orders:export", "orders:desk_export", "offers:brief_file"),
    # money
    *("orders:proofs", "orders:proof", "orders:refund_preview", "orders:split_preview", "orders:extend_preview"),
    # what only does something
    *("orders:answer_proposal", "orders:cancel_answer", "orders:dispute_act", "orders:split_answer", "orders:bundle"),
    *(
        "orders:plan_fund",
        "offers:pay",
        "offers:accept",
        "offers:withdraw",
        "offers:brief_close",
        "offers:brief_reopen",
    ),
}


def test_of_every_page_of_orders_and_offers_it_is_decided_whether_staff_sees_it():
    rooms = {room: get_resolver().namespace_dict[room][1] for room in ("orders", "offers")}
    names = {f"{room}:{name}" for room, pages in rooms.items() for name in pages.reverse_dict if isinstance(name, str)}
    assert names == {name for name in viewing.SHOWN if name.startswith(("orders:", "offers:"))} | NOT_SHOWN
    assert not NOT_SHOWN & viewing.SHOWN


def test_staff_sees_the_pages_that_people_ask_about_on_the_phone(looking, order):
    shown = [
        reverse("orders:cancel", args=[order.number]),
        reverse("orders:change", args=[order.number, "supplement"]),
        reverse("orders:dispute_open", args=[order.number]),
        reverse("orders:as_bought", args=[order.number]),
        reverse("orders:calendar"),
        reverse("offers:brief_new"),
    ]
    assert {address: looking.get(address).status_code for address in shown} == dict.fromkeys(shown, 200)
    for name in ("requirements", "dispute"):
        assert looking.get(reverse(f"orders:{name}", args=[order.number])).status_code == 403


def test_the_page_of_an_order_shows_no_message(looking, buyer, order):
    talk = order_conversation(order=order)
    send_message(conversation_id=talk.pk, sender=buyer, body="只说给你听")
    assert "只说给你听" in log_in(buyer).get(order.get_absolute_url()).content.decode()
    page = looking.get(order.get_absolute_url()).content.decode()
    assert order.number in page
    assert "只说给你听" not in page


def test_no_file_of_an_order_is_handed_out(looking, buyer):
    order = make_delivered_order(buyer=buyer)
    file = order.deliveries.get().files.get()
    assert looking.get(reverse("orders:file", args=[order.number, file.pk])).status_code == 403
    assert log_in(buyer).get(reverse("orders:file", args=[order.number, file.pk])).status_code == 200


def test_a_page_that_writes_while_it_is_read_leaves_no_trace(looking, buyer):
    make_gig(title="奶茶店菜单")
    assert looking.get("/search/", {"q": "菜单"}).status_code == 200
    assert not SearchHistory.objects.exists()


def test_staff_stays_themselves_in_the_admin_and_afterwards(looking, support, buyer):
    assert looking.get(reverse("people")).status_code == 200
    stopped = looking.post(STOP)
    assert stopped.url == reverse("people_person", args=[buyer.pk])
    assert actions() == ["person.view_as", "people.search", "person.view_as_ended"]
    page = looking.get(reverse("accounts:settings")).content.decode()
    assert support.display_name in page
    assert looking.get("/wallet/").status_code == 200


def test_after_half_an_hour_it_is_over_and_noted(looking, monkeypatch, support):
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(minutes=viewing.MINUTES, seconds=1))
    page = looking.get(reverse("accounts:settings")).content.decode()
    assert support.display_name in page
    assert actions() == ["person.view_as", "person.view_as_ended"]


def test_who_loses_the_right_sees_nothing_more(looking, support, order):
    support.groups.clear()
    page = looking.get("/orders/").content.decode()
    assert order.gig_title not in page
    assert actions()[-1] == "person.view_as_ended"


def test_the_persons_own_session_is_neither_made_nor_touched(looking, buyer):
    looking.get("/orders/")
    buyer.refresh_from_db()
    assert buyer.last_login is None
    assert looking.session["_auth_user_id"] != str(buyer.pk)


@pytest.mark.parametrize("whom", ["moderator", "superuser"])
def test_nobody_looks_as_staff(support, whom):
    target = make_moderator() if whom == "moderator" else make_user(is_superuser=True)
    client = log_in(support)
    client.post(reverse("people_view_as", args=[target.pk]))
    assert viewing.SESSION_KEY not in client.session
    with pytest.raises(AccountError) as refusal:
        viewing.begin(session={}, staff=support, person=target)
    assert refusal.value.code == AccountErrorCode.NOT_VIEWABLE
    assert actions() == []


def test_who_was_made_staff_meanwhile_is_no_longer_looked_through(looking, buyer, order):
    buyer.is_staff = True
    buyer.save()
    assert order.gig_title not in looking.get("/orders/").content.decode()


def test_only_who_may_begins(buyer):
    for staff in (make_moderator(), make_finance(), make_user()):
        client = log_in(staff)
        client.post(reverse("people_view_as", args=[buyer.pk]))
        assert viewing.SESSION_KEY not in client.session
    assert actions() == []
    assert Permission.objects.filter(codename="view_as_user").exists()


def test_a_session_that_was_written_by_somebody_else_gives_nothing(buyer, order):
    """The key in a session of a person without the right is worth nothing."""
    stranger = log_in(make_user())
    session = stranger.session
    session[viewing.SESSION_KEY] = {"person": buyer.pk, "ends_at": clock.now().timestamp() + 600}
    session.save()
    assert order.gig_title not in stranger.get("/orders/").content.decode()
