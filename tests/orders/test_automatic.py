"""What an order's page says of the time to come, in every state, to both sides; and its one time line."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from marketplace.core import clock
from marketplace.messaging import services as messaging
from marketplace.orders import automatic, deadlines, selectors, services
from marketplace.orders.models import DeadlineKind
from marketplace.orders.states import FINAL_STATUSES
from tests.factories import decide_finally, make_delivered_order, make_paid_order, make_user
from tests.logins import log_in
from tests.orders.situations import EVERY_STATE, make_order_in

pytestmark = pytest.mark.django_db
HAS_CLOCKS = set(EVERY_STATE) - set(FINAL_STATUSES)


def page_of(order, user):
    return log_in(user).get(order.get_absolute_url())


@pytest.mark.parametrize("side", ["buyer", "seller"])
@pytest.mark.parametrize("status", EVERY_STATE, ids=str)
def test_the_page_says_who_is_waited_for_what_comes_by_itself_when_and_how_to_stop_it(status, side):
    order = make_order_in(status)
    if side == "seller" and order.paid_at is None:
        return  # an order that was never paid is not the seller's business
    page = page_of(order, getattr(order, side))
    outlook, text = page.context["outlook"], page.content.decode()
    assert bool(outlook.waits_for) == (status not in FINAL_STATUSES)
    assert outlook.waits_for in text
    assert bool(outlook.coming) == (status in HAS_CLOCKS)
    assert bool(outlook.stop) == (status not in FINAL_STATUSES)
    assert outlook.stop in text
    for each in outlook.coming:
        moment = timezone.localtime(each.at)
        assert each.title in text
        assert 'datetime="' + moment.strftime("%Y-%m-%dT%H:%M:%S") in text  # exact, in China's time
        assert 'data-deadline="' + moment.isoformat(timespec="seconds") in text  # kept true by clock.js


def test_what_comes_is_told_in_its_order_and_the_side_that_may_stop_it_reads_how():
    order = make_delivered_order()
    found = {side: automatic.outlook(order, getattr(order, side)) for side in ("buyer", "seller")}
    moments = [each.at for each in found["buyer"].coming]
    assert moments == sorted(moments)
    assert moments[-1] == order.auto_accept_at
    assert found["buyer"].waits_for == "你"
    assert found["seller"].waits_for == order.buyer.display_name
    assert found["buyer"].stop != found["seller"].stop


def test_a_clock_of_another_room_is_on_the_page_too():
    order = make_paid_order()
    deadlines.set_deadlines(order, {kind: clock.now() + timedelta(hours=1) for kind in DeadlineKind})
    for person in (order.buyer, order.seller):
        outlook = automatic.outlook(order, person)
        assert len(outlook.coming) == len(DeadlineKind)
        assert all(each.is_reminder != bool(each.stop) for each in outlook.coming)


def test_messages_events_and_files_of_both_stand_in_one_time_line_newest_first():
    order = make_paid_order()
    words = messaging.send_message
    conversation = messaging.order_conversation(order=order)
    words(
        conversation_id=conversation.pk,
        sender=order.buyer,
        body="绿色再淡一点",
        files=[SimpleUploadedFile("参考.txt", b"x")],
    )
    file = SimpleUploadedFile("定稿.txt", b"work")
    services.deliver_order(order_id=order.pk, seller=order.seller, message="好了", files=[file])
    words(conversation_id=conversation.pk, sender=order.seller, body="交付了，请看")
    events = page_of(order, order.buyer).context["events"]
    past = [entry for entry in events if entry.state != "later"]
    assert [entry.at for entry in past] == sorted((entry.at for entry in past), reverse=True)
    assert [entry.text for entry in past if entry.state == "said"] == ["交付了，请看", "绿色再淡一点"]
    assert [name for entry in past for name, _url in entry.files] == ["定稿.txt", "参考.txt"]
    client = log_in(order.seller)
    for entry in past:
        for _name, url in entry.files:
            assert client.get(url).status_code == 200
            assert log_in(make_user()).get(url).status_code == 404


def test_what_is_said_after_a_dispute_was_decided_is_not_of_the_order():
    order = make_delivered_order()
    conversation = messaging.order_conversation(order=order)
    messaging.send_message(conversation_id=conversation.pk, sender=order.buyer, body="裁定之前")
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="不符")
    decide_finally(order, refund_fen=1_000)
    with clock.moved_to(clock.now() + timedelta(days=1)):
        messaging.send_message(conversation_id=conversation.pk, sender=order.buyer, body="下一单的事")
    said = [entry.text for entry in page_of(order, order.buyer).context["events"] if entry.state == "said"]
    assert said == ["裁定之前"]


def test_what_was_said_elsewhere_or_after_its_end_is_not_of_it():
    buyer = make_user()
    order = make_paid_order(buyer=buyer)
    elsewhere = messaging.start_conversation(buyer=buyer, seller=order.seller)
    messaging.send_message(conversation_id=elsewhere.pk, sender=buyer, body="别的事")
    conversation = messaging.order_conversation(order=order)
    messaging.send_message(conversation_id=conversation.pk, sender=buyer, body="之后")
    services.cancel_order(order_id=order.pk, user=order.seller)
    messaging.send_message(conversation_id=conversation.pk, sender=buyer, body="取消以后")
    said = [entry.text for entry in page_of(order, buyer).context["events"] if entry.state == "said"]
    assert said == ["之后"]


def test_every_line_of_the_time_line_has_its_exact_time():
    order = make_delivered_order()
    text = page_of(order, order.buyer).content.decode()
    listed = re.search(r'<ol class="timeline">.*?</ol>', text, re.DOTALL)[0]
    lines = re.findall(r"<li class=\"[a-z]*\">", listed)
    times = re.findall(r'<time datetime="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^"]*\+08:00" title="[\d: -]{19}">', listed)
    assert len(lines) == len(times) == len(selectors.order_for(order.buyer, order.number).events.all()) + 1
