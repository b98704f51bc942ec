from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.core.config import set_config
from marketplace.gigs import services as gigs
from marketplace.gigs.models import Gig, GigExtra, GigFaq, GigMedia, GigPackage
from marketplace.ledger.models import Entry
from marketplace.notifications.models import Notification
from marketplace.orders import services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order
from marketplace.orders.states import OrderStatus
from tests.factories import make_coupon, make_gig, make_order, make_paid_order, make_user

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_an_order_freezes_what_is_bought():
    gig = make_gig(title="奶茶店LOGO设计", price_fen=88_800, revisions=3, requirements=2)
    GigMedia.objects.create(gig=gig, file=ContentFile(b"not a picture", name="cover.webp"))
    order = make_order(gig=gig)
    package = gig.packages.get()
    assert order.status == OrderStatus.PENDING_PAYMENT
    assert (order.gig, order.package, order.seller) == (gig, package, gig.seller)
    assert (order.gig_title, order.package_tier, order.package_title) == ("奶茶店LOGO设计", "basic", "一个方案")
    assert (order.total_fen, order.commission_basis_points) == (88_800, 1000)
    assert (order.delivery_days, order.revisions_allowed, order.revisions_used) == (7, 3, 0)
    assert order.cover == gig.media.get().file.name
    assert [item.title for item in order.items.all()] == ["一个方案"]
    assert [requirement.prompt for requirement in order.requirements.all()] == ["问题1", "问题2"]
    assert [event.type for event in order.events.all()] == ["placed"]
    assert abs(order.payment_expires_at - timezone.now() - 30 * MINUTE) < MINUTE
    assert len(order.number) == 10
    assert not Entry.objects.exists()


def test_a_later_edit_of_the_gig_changes_nothing_in_the_order():
    gig = make_gig(title="奶茶店LOGO设计", price_fen=88_800, revisions=3, requirements=1)
    order = make_order(gig=gig)
    frozen = Order.objects.filter(pk=order.pk).values().get()

    draft = Gig.objects.get(pk=gig.pk)
    draft.title = "另一个标题"
    package = draft.packages.get()
    package.price_fen, package.delivery_days, package.revisions, package.title = 1_000_00, 30, 0, "另一个方案"
    draft.packages = [package]
    requirement = draft.requirements.get()
    requirement.prompt = "另一个问题"
    draft.requirements = [requirement]
    draft.save_revision()
    gigs.publish_directly(gig=draft)
    set_config(key="payments.commission_basis_points", value=2000, reason="测试")
    assert Gig.objects.get(pk=gig.pk).title == "另一个标题"

    assert Order.objects.filter(pk=order.pk).values().get() == frozen
    assert order.items.get().title == "一个方案"
    assert order.requirements.get().prompt == "问题1"


def test_an_order_outlives_its_gig():
    order = make_paid_order(gig=make_gig(title="奶茶店LOGO设计"))
    Gig.objects.get(pk=order.gig_id).delete()
    order.refresh_from_db()
    assert (order.gig, order.package) == (None, None)
    assert (order.gig_title, order.total_fen) == ("奶茶店LOGO设计", 10_000)


def test_add_ons_are_lines_of_their_own_and_change_price_and_days():
    gig = make_gig(price_fen=50_000)
    faster = GigExtra.objects.create(gig=gig, title="加急", price_fen=20_000, extra_days=-3)
    files = GigExtra.objects.create(gig=gig, title="源文件", price_fen=9_900, extra_days=0)
    order = services.place_order(buyer=make_user(), package=gig.packages.get(), extra_ids=[faster.pk, files.pk])
    assert order.total_fen == 79_900
    assert order.delivery_days == 4
    lines = [(item.kind, item.title, item.price_fen) for item in order.items.all()]
    assert lines == [("package", "一个方案", 50_000), ("extra", "加急", 20_000), ("extra", "源文件", 9_900)]


def test_an_add_on_that_is_not_offered_any_more_is_refused_not_dropped():
    foreign = GigExtra.objects.create(gig=make_gig(), title="别人的", price_fen=1, extra_days=0)
    gig = make_gig()
    with pytest.raises(OrderError) as refusal:
        services.place_order(buyer=make_user(), package=gig.packages.get(), extra_ids=[foreign.pk])
    assert refusal.value.code == OrderErrorCode.OFFER_CHANGED
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"price_fen": 99_900},
        {"delivery_days": 30},
        {"revisions": 0},
        {"title": "草图"},
        {"description": "只有一张草图"},
    ],
    ids=str,
)
def test_what_the_seller_changed_since_the_page_was_opened_is_not_bought(change):
    gig = make_gig(price_fen=10_000)
    package = gig.packages.get()
    seen = services.offer_of(package)
    GigPackage.objects.filter(pk=package.pk).update(**change)
    with pytest.raises(OrderError) as refusal:
        services.place_order(buyer=make_user(), package=package, seen_offer=seen)
    assert refusal.value.code == OrderErrorCode.OFFER_CHANGED
    assert not Order.objects.exists()
    now = services.offer_of(gig.packages.get())
    assert services.place_order(buyer=make_user(), package=package, seen_offer=now).total_fen > 0


def publish_a_question(gig: Gig) -> None:
    draft = Gig.objects.get(pk=gig.pk)
    draft.faqs = [GigFaq(question="能商用吗？", answer="不能。")]
    draft.save_revision()
    gigs.publish_directly(gig=draft)


@pytest.mark.parametrize(
    "change",
    [
        lambda gig: Gig.objects.update(title="别的东西"),
        lambda gig: Gig.objects.update(description="不含源文件，不含商用授权"),
        lambda gig: Gig.objects.update(feature_rows=[{"label": "源文件", "values": [False]}]),
        lambda gig: publish_a_question(gig),
        lambda gig: gig.extras.update(title="别的加购"),
        lambda gig: set_config(key="orders.auto_accept_days", value=1, reason="测试"),
    ],
    ids=["title", "description", "comparison", "questions and all else that is published", "add-on", "rules"],
)
def test_other_words_or_rules_than_the_page_showed_are_not_agreed_to(change):
    gig = make_gig(live=False)
    GigExtra.objects.create(gig=gig, title="源文件", price_fen=5_000)
    gig = gigs.publish_directly(gig=gig)
    package = gig.packages.get()
    seen = services.offer_of(GigPackage.objects.get(pk=package.pk))
    change(gig)
    with pytest.raises(OrderError) as refusal:
        services.place_order(buyer=make_user(), package=package, seen_offer=seen)
    assert refusal.value.code == OrderErrorCode.OFFER_CHANGED
    assert not Order.objects.exists()
    now = services.offer_of(GigPackage.objects.get(gig=gig))
    assert services.place_order(buyer=make_user(), package=gig.packages.get(), seen_offer=now).pk


def test_work_that_outlasts_what_institutions_give_back_is_not_sold():
    gig = make_gig()
    gig.packages.update(delivery_days=60)
    buyer = make_user()
    with pytest.raises(OrderError) as refusal:
        make_order(gig=gig, buyer=buyer, quantity=6)
    assert (refusal.value.code, refusal.value.parameters) == (OrderErrorCode.ORDER_TOO_LONG, {"days": 360, "most": 300})
    assert not Order.objects.exists()
    order = make_order(gig=gig, buyer=buyer, quantity=5)
    assert timedelta(days=order.delivery_days + 30) < services.REFUNDABLE_FOR


@pytest.mark.parametrize("field", ["quantity", "price", "discount"])
def test_the_same_page_with_another_quantity_or_sum_is_another_order(field):
    buyer, gig, key = make_user(), make_gig(price_fen=10_000), uuid4()
    coupon, package = make_coupon(), gig.packages.get()
    first = services.place_order(buyer=buyer, package=package, checkout_key=key)
    more = {"quantity": {"quantity": 3}, "price": {}, "discount": {"coupon_code": coupon.code}}[field]
    if field == "price":
        gig.packages.update(price_fen=20_000)
    second = services.place_order(buyer=buyer, package=package, checkout_key=key, **more)
    assert second != first
    assert second.total_fen == {"quantity": 30_000, "price": 20_000, "discount": 9_500}[field]
    assert services.place_order(buyer=buyer, package=package, checkout_key=key, **more) == second
    assert Order.objects.count() == 2


def test_the_same_page_with_another_choice_is_another_order():
    buyer, gig, key = make_user(), make_gig(price_fen=10_000), uuid4()
    extra = GigExtra.objects.create(gig=gig, title="源文件", price_fen=5_000)
    package = gig.packages.get()
    first = services.place_order(buyer=buyer, package=package, checkout_key=key)
    second = services.place_order(buyer=buyer, package=package, checkout_key=key, extra_ids=[extra.pk])
    assert (first.total_fen, second.total_fen) == (10_000, 15_000)
    services.cancel_order(order_id=first.pk, user=buyer)
    third = services.place_order(buyer=buyer, package=package, checkout_key=key)
    assert third.status == OrderStatus.PENDING_PAYMENT


def test_a_faster_add_on_leaves_at_least_one_day():
    gig = make_gig()
    extra = GigExtra.objects.create(gig=gig, title="马上", price_fen=1, extra_days=-20)
    order = services.place_order(buyer=make_user(), package=gig.packages.get(), extra_ids=[extra.pk])
    assert order.delivery_days == 1


def test_one_checkout_page_sent_twice_is_one_order():
    buyer, gig, key = make_user(), make_gig(), uuid4()
    first = services.place_order(buyer=buyer, package=gig.packages.get(), checkout_key=key)
    again = services.place_order(buyer=buyer, package=gig.packages.get(), checkout_key=key)
    assert again == first
    assert Order.objects.count() == 1
    assert first.events.count() == 1
    other_page = services.place_order(buyer=buyer, package=gig.packages.get(), checkout_key=uuid4())
    assert other_page != first


def test_somebody_elses_checkout_key_gives_nobody_their_order():
    gig, key = make_gig(), uuid4()
    first = services.place_order(buyer=make_user(), package=gig.packages.get(), checkout_key=key)
    other = make_user()
    theirs = services.place_order(buyer=other, package=gig.packages.get(), checkout_key=key)
    assert theirs != first
    assert (theirs.buyer, theirs.checkout_key != key) == (other, True)


def test_nobody_buys_from_themself():
    gig = make_gig()
    with pytest.raises(OrderError) as refusal:
        services.place_order(buyer=gig.seller, package=gig.packages.get())
    assert refusal.value.code == OrderErrorCode.OWN_GIG
    assert not Order.objects.exists()


def test_the_database_too_refuses_an_order_of_one_person():
    order = make_order()
    with pytest.raises(IntegrityError, match="orders_order_two_people"), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(buyer=order.seller)


@pytest.mark.parametrize("pause", [True, False])
def test_a_gig_that_is_not_on_sale_cannot_be_bought(pause):
    gig = make_gig(live=pause)
    if pause:
        gigs.pause_gig(gig_id=gig.pk, seller=gig.seller)
    package = Gig.objects.get(pk=gig.pk).packages.get()
    with pytest.raises(OrderError) as refusal:
        services.place_order(buyer=make_user(), package=package)
    assert refusal.value.code == OrderErrorCode.GIG_NOT_LIVE
    assert not Order.objects.exists()


def test_a_payment_starts_the_clock_when_the_gig_asks_nothing():
    order = make_paid_order()
    assert order.status == OrderStatus.IN_PROGRESS
    assert order.paid_at == order.started_at
    assert order.due_at == order.started_at + timedelta(days=7)
    event = order.events.get(type="paid")
    assert event.actor is None
    assert event.data == {"gateway": "alipay", "amount_fen": 10_000}
    notification = Notification.objects.get()
    assert (notification.recipient, notification.url) == (order.seller, f"/orders/{order.number}/")


def test_a_payment_waits_for_the_answers_when_the_gig_asks():
    order = make_paid_order(gig=make_gig(requirements=1))
    assert order.status == OrderStatus.AWAITING_REQUIREMENTS
    assert order.paid_at is not None
    assert (order.started_at, order.due_at) == (None, None)


def test_a_second_payment_is_not_taken():
    order = make_paid_order()
    entries = Entry.objects.count()
    taken = services.confirm_payment(
        order_id=order.pk, gateway="alipay", payment_reference="PASECOND", amount_fen=order.total_fen
    )
    assert taken is False
    assert Entry.objects.count() == entries
    assert order.events.filter(type="paid").count() == 1
