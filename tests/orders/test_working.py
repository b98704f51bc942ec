"""Answers, deliveries, revisions, acceptance."""

import hashlib
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.gigs.models import GigStats
from marketplace.ledger.models import Account, Entry, Transaction
from marketplace.ledger.selectors import wallet_of
from marketplace.notifications.models import Notification
from marketplace.orders import services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import DeadlineKind, Delivery, Order
from marketplace.orders.states import OrderStatus
from marketplace.orders.tasks import run_due_deadlines
from tests.factories import make_delivered_order, make_gig, make_order, make_paid_order
from tests.orders.situations import footprint, make_order_in

pytestmark = pytest.mark.django_db


def close_to(moment, expected):
    return abs(moment - expected) < timedelta(minutes=1)


def test_the_answers_start_the_delivery_clock():
    order = make_order_in(OrderStatus.AWAITING_REQUIREMENTS)
    first, second = order.requirements.all()
    upload = SimpleUploadedFile("门头照片.jpg", b"jpeg")
    services.submit_requirements(
        order_id=order.pk, buyer=order.buyer, answers={first.pk: " 青绿色 "}, files={second.pk: upload}
    )
    order.refresh_from_db()
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.answer == "青绿色"
    assert (second.file.read(), second.file_name) == (b"jpeg", "门头照片.jpg")
    assert close_to(order.started_at, timezone.now())
    assert order.due_at == order.started_at + timedelta(days=7)


def test_a_missing_answer_keeps_the_state_and_the_question_is_named():
    order = make_order_in(OrderStatus.AWAITING_REQUIREMENTS)
    first, second = order.requirements.all()
    before = footprint(order)
    with pytest.raises(OrderError) as refusal:
        services.submit_requirements(
            order_id=order.pk, buyer=order.buyer, answers={first.pk: "青绿色", second.pk: "  "}
        )
    assert refusal.value.code == OrderErrorCode.REQUIREMENT_MISSING
    with translation.override("en"):
        assert refusal.value.message == "Please answer: 问题2"
    assert footprint(order) == before


def test_a_question_that_may_stay_open_may_stay_open():
    order = make_order_in(OrderStatus.AWAITING_REQUIREMENTS)
    order.requirements.update(required=False)
    services.submit_requirements(order_id=order.pk, buyer=order.buyer, answers={})
    order.refresh_from_db()
    assert order.status == OrderStatus.IN_PROGRESS


def test_a_delivery_carries_the_checksums_of_its_files_and_starts_the_acceptance_clock():
    order = make_paid_order()
    files = [SimpleUploadedFile("标志.svg", b"<svg/>"), SimpleUploadedFile("说明.txt", b"read me")]
    delivery = services.deliver_order(order_id=order.pk, seller=order.seller, message=" 两个版本 ", files=files)
    order.refresh_from_db()
    assert (delivery.number, delivery.message) == (1, "两个版本")
    stored = {file.name: (file.size, file.sha256, file.file.read()) for file in delivery.files.all()}
    assert stored == {
        "标志.svg": (6, hashlib.sha256(b"<svg/>").hexdigest(), b"<svg/>"),
        "说明.txt": (7, hashlib.sha256(b"read me").hexdigest(), b"read me"),
    }
    assert order.delivered_at == delivery.created_at
    assert order.auto_accept_at == order.delivered_at + timedelta(days=3)
    assert order.events.get(type="delivered").data == {"number": 1, "files": 2, "message": "两个版本"}


def test_the_second_delivery_is_number_two_and_starts_the_clock_anew():
    order = make_order_in(OrderStatus.REVISION_REQUESTED)
    assert order.auto_accept_at is None
    later = timezone.now() + timedelta(days=2)
    with clock.moved_to(later):
        delivery = services.deliver_order(order_id=order.pk, seller=order.seller, message="改好了")
    order.refresh_from_db()
    assert delivery.number == 2
    assert close_to(order.auto_accept_at, later + timedelta(days=3))
    assert list(order.deliveries.order_by("number").values_list("message", flat=True)) == ["完成了。", "改好了"]


def test_an_empty_delivery_is_refused():
    order = make_paid_order()
    before = footprint(order)
    with pytest.raises(OrderError) as refusal:
        services.deliver_order(order_id=order.pk, seller=order.seller, message="  \n ")
    assert refusal.value.code == OrderErrorCode.NOTHING_DELIVERED
    assert footprint(order) == before


def test_a_file_alone_is_a_delivery():
    order = make_paid_order()
    services.deliver_order(
        order_id=order.pk, seller=order.seller, message="", files=[SimpleUploadedFile("a.zip", b"zip")]
    )
    assert Delivery.objects.get().files.get().name == "a.zip"


def test_accepted_work_pays_the_seller_less_the_fee_and_once():
    order = make_delivered_order(gig=make_gig(price_fen=12_345))
    Notification.objects.all().delete()  # what the way here told
    services.accept_delivery(order_id=order.pk, buyer=order.buyer)
    services.accept_delivery(order_id=order.pk, buyer=order.buyer)
    order.refresh_from_db()
    assert order.status == OrderStatus.COMPLETED
    assert order.completed_at is not None
    assert wallet_of(order.seller).pending_fen == 11_110
    fee = Entry.objects.get(account__code="platform:commission")
    assert fee.amount_fen == 1235
    assert Account.objects.get(code=f"escrow:{order.number}").balance_fen == 0
    assert Transaction.objects.get(kind="escrow_released").description == order.gig_title
    assert order.events.get(type="accepted").data == {"amount_fen": 12_345, "seller_fen": 11_110}
    assert GigStats.objects.get(gig=order.gig).orders_completed == 1
    assert [row.recipient for row in Notification.objects.all()] == [order.seller]


def test_the_fee_is_the_one_at_purchase():
    order = make_delivered_order()
    set_config(key="payments.commission_basis_points", value=3000, reason="测试")
    services.accept_delivery(order_id=order.pk, buyer=order.buyer)
    assert wallet_of(order.seller).pending_fen == 9000


def test_silence_accepts_when_the_clock_has_run_out_and_not_before():
    order = make_delivered_order()
    with clock.moved_to(order.auto_accept_at - timedelta(minutes=1)):
        run_due_deadlines()  # only says that a day is left
        assert run_due_deadlines() == 0
        assert services.run_deadline(order_id=order.pk, kind=DeadlineKind.ACCEPT) is False
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERED
    with clock.moved_to(order.auto_accept_at):
        assert run_due_deadlines() == 1
        assert run_due_deadlines() == 0
    order.refresh_from_db()
    assert order.status == OrderStatus.COMPLETED
    event = order.events.get(type="auto_accepted")
    assert event.actor is None
    assert wallet_of(order.seller).pending_fen == 9000


def test_both_sides_hear_of_an_automatic_acceptance():
    order = make_delivered_order()
    Notification.objects.all().delete()  # what the way here told
    with clock.moved_to(order.auto_accept_at):
        run_due_deadlines()
    assert {row.recipient for row in Notification.objects.all()} == {order.seller, order.buyer}


def test_nobody_hears_of_what_was_rolled_back():
    order = make_delivered_order()
    Notification.objects.all().delete()  # what the way here told
    with transaction.atomic():
        services.accept_delivery(order_id=order.pk, buyer=order.buyer)
        transaction.set_rollback(True)
    assert not Notification.objects.exists()
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERED


def test_a_revision_stops_the_clock_and_is_counted():
    order = make_delivered_order(gig=make_gig(revisions=2))
    services.request_revision(order_id=order.pk, buyer=order.buyer, message=" 再大一点 ")
    order.refresh_from_db()
    assert (order.revisions_used, order.auto_accept_at) == (1, None)
    assert order.events.get(type="revision_requested").data == {
        "message": "再大一点",
        "files": 0,
        "used": 1,
        "left": 1,
    }
    with clock.moved_to(timezone.now() + timedelta(days=30)):
        run_due_deadlines()
    order.refresh_from_db()
    assert order.status == OrderStatus.REVISION_REQUESTED


@pytest.mark.parametrize("allowed", [0, 1])
def test_when_the_revisions_are_used_up_no_more_can_be_asked_for(allowed):
    order = make_delivered_order(gig=make_gig(revisions=allowed))
    for _round in range(allowed):
        services.request_revision(order_id=order.pk, buyer=order.buyer, message="改")
        services.deliver_order(order_id=order.pk, seller=order.seller, message="改好了")
    before = footprint(order)
    with pytest.raises(OrderError) as refusal:
        services.request_revision(order_id=order.pk, buyer=order.buyer, message="再改")
    assert refusal.value.code == OrderErrorCode.NO_REVISIONS_LEFT
    assert footprint(order) == before


def test_the_database_too_knows_the_rules_of_an_order():
    order = make_order()
    broken = {
        "orders_order_known_status": {"status": "lost"},
        "orders_order_total_positive": {"total_fen": 0},
        "orders_order_completed_when": {"status": "completed"},
        "orders_order_delivered_clock": {"status": "delivered"},
        "orders_order_revisions_within": {"revisions_used": 3},
    }
    for name, fields in broken.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Order.objects.filter(pk=order.pk).update(**fields)


def test_a_notification_is_stored_in_chinese_whoever_acts():
    order = make_paid_order()
    Notification.objects.all().delete()  # what the way here told
    with translation.override("en"):
        services.deliver_order(
            order_id=order.pk, seller=order.seller, message="done", files=[ContentFile(b"x", name="x.txt")]
        )
    notification = Notification.objects.get()
    assert notification.recipient == order.buyer
    assert notification.url == f"/orders/{order.number}/"
