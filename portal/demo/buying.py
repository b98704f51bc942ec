"""What buying leaves behind in the demo: two coupons, one order of several with a coupon, the services as they were bought."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import F

from marketplace.core.money import split_commission
from marketplace.gigs.models import GigPackage
from marketplace.orders.models import Coupon, CouponUse, Order, OrderEventType
from marketplace.orders.quotes import quote_of
from marketplace.orders.snapshots import snapshot_of, snapshot_rows
from marketplace.orders.states import FINAL_STATUSES, OrderStatus
from portal.demo.offers import Offer
from portal.demo.plan import COMMISSION_BASIS_POINTS, OrderPlan, price_of

QUANTITY, DISCOUNT_FEN = 2, 2_000
CODE, OTHER_CODE = "HELLO20", "SPRING10"


def buy_several(plans: Sequence[OrderPlan], offers: Sequence[Offer]) -> OrderPlan:
    """One running order is of two, with a coupon: the newest that nothing but answers has happened to. Its plan is changed."""
    steps = [OrderEventType.PLACED, OrderEventType.PAID, OrderEventType.REQUIREMENTS_SUBMITTED]
    running = [plan for plan in plans if plan.status == OrderStatus.IN_PROGRESS and plan.started_at]
    plan = max(
        (plan for plan in running if [event.type for event in plan.events] == steps), key=lambda plan: plan.placed_at
    )
    price_fen = QUANTITY * price_of(offers[plan.gig], plan.package, plan.extras)
    fee = split_commission(amount_fen=price_fen, rate_basis_points=COMMISSION_BASIS_POINTS)
    plan.quantity, plan.discount_fen = QUANTITY, min(DISCOUNT_FEN, fee.commission_fen)
    plan.total_fen = price_fen - plan.discount_fen
    plan.delivery_days *= QUANTITY
    assert plan.started_at is not None  # noqa: S101 chosen so
    plan.due_at = plan.started_at + timedelta(days=plan.delivery_days)
    paid, answered = plan.events[1], plan.events[2]
    plan.events[1] = replace(paid, data=paid.data | {"amount_fen": plan.total_fen})
    plan.events[2] = replace(answered, data=answered.data | {"due_at": plan.due_at.isoformat()})
    return plan


def write_coupons(plans: Sequence[OrderPlan], orders: Sequence[Order], *, now: datetime) -> None:
    """Two coupons, the first of them on the orders that were planned with one."""
    used, _other = Coupon.objects.bulk_create(
        [
            Coupon(
                code=CODE,
                name="新客立减20元",
                name_en="¥20 for newcomers",
                amount_fen=DISCOUNT_FEN,
                starts_at=now - timedelta(days=60),
                ends_at=now + timedelta(days=300),
                most_uses=1_000,
                budget_fen=2_000_000,
            ),
            Coupon(
                code=OTHER_CODE,
                name="首单九折券",
                name_en="10% off a first order",
                percent=10,
                cap_fen=5_000,
                minimum_fen=10_000,
                starts_at=now - timedelta(days=7),
                ends_at=now + timedelta(days=300),
                most_uses=500,
                first_order_only=True,
                budget_fen=1_000_000,
            ),
        ]
    )
    for plan, order in zip(plans, orders, strict=True):
        if plan.discount_fen:
            CouponUse.objects.create(
                coupon=used, order=order, person=order.buyer, amount_fen=plan.discount_fen, used_at=plan.placed_at
            )
            Coupon.objects.filter(pk=used.pk).update(uses=F("uses") + 1, spent_fen=F("spent_fen") + plan.discount_fen)


def write_snapshots(plans: Sequence[OrderPlan], orders: Sequence[Order]) -> None:
    """Of orders that are not over: those that a mediator may still have to read."""
    open_orders = [
        (plan, order) for plan, order in zip(plans, orders, strict=True) if order.status not in FINAL_STATUSES
    ]
    packages = {
        package.pk: package
        for package in GigPackage.objects.filter(pk__in=[order.package_id for _plan, order in open_orders])
        .select_related("gig__seller__profile", "gig__category")
        .prefetch_related("gig__extras")
        .annotate(**snapshot_rows())
    }
    for plan, order in open_orders:
        package = packages[order.package_id]
        package.cover = order.cover
        extras = list(package.gig.extras.all())
        quote = quote_of(package, extra_ids=[extras[place].pk for place in plan.extras], quantity=plan.quantity)
        order.snapshot = snapshot_of(quote)
        if plan.discount_fen:
            order.snapshot["bought"]["coupon"] = CODE
    Order.objects.bulk_update([order for _plan, order in open_orders], ["snapshot"], batch_size=100)
