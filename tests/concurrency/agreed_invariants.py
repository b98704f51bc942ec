"""What must be so of coupons, fees, tips, changes and stages after every race; each finding one sentence.

Sums are worked out here once more, in fractions, from the price and the rate: the program's own way to share is not asked.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import floor

from django.db.models import Count, F, Sum

from marketplace.ledger.models import AccountKind, Entry, Transaction
from marketplace.orders.models import (
    Coupon,
    CouponUse,
    MilestonePlan,
    Order,
    OrderEventType,
    OrderKind,
    ProposalKind,
)
from marketplace.orders.states import OrderStatus, ProposalStatus
from tests.concurrency.operations.changes import LOWER_PRICE

_S = OrderStatus


def coupons() -> Iterator[str]:
    """A coupon counts what is in use; an order that came to nothing uses none, and every other one that has a discount one."""
    for coupon in Coupon.objects.all():
        standing = CouponUse.objects.filter(coupon=coupon, returned_at=None)
        sums = standing.aggregate(number=Count("pk"), spent=Sum("amount_fen"))
        found = (sums["number"], sums["spent"] or 0)
        if found != (coupon.uses, coupon.spent_fen):
            yield f"coupon {coupon}: counts {(coupon.uses, coupon.spent_fen)}, {found} are in use"
        if found[0] > coupon.most_uses or found[1] > coupon.budget_fen:
            yield f"coupon {coupon}: {found} are in use, more than there are"
        by_person = standing.values("person").order_by().annotate(number=Count("pk"))
        for row in by_person.filter(number__gt=coupon.most_uses_per_person):
            yield f"coupon {coupon}: person {row['person']} has it {row['number']} times"
    for order in Order.objects.select_related("coupon_use"):
        use = getattr(order, "coupon_use", None)
        if (use.amount_fen if use else 0) != order.discount_fen:
            yield f"order {order}: {order.discount_fen} fen off, and its coupon says {use and use.amount_fen}"
        if use is not None and (use.returned_at is not None) != _came_to_nothing(order):
            yield f"order {order}: is {order.status}, and its coupon came back at {use.returned_at}"


def _came_to_nothing(order: Order) -> bool:
    if order.status == _S.RESOLVED:
        return not Transaction.objects.filter(kind="escrow_released", reference=order.number).exists()
    return order.status == _S.CANCELLED


def fees() -> Iterator[str]:
    """Of what is kept of an order the platform has its fee of the full price less its coupon, in proportion, to the fen."""
    booked = dict(
        Entry.objects.filter(account__kind__in=(AccountKind.COMMISSION, AccountKind.PROMOTIONS))
        .order_by()
        .values_list("transaction__reference")
        .annotate(total=Sum("amount_fen"))
    )
    for order in Order.objects.filter(status__in=(_S.COMPLETED, _S.RESOLVED)).prefetch_related("refunds"):
        rate = Fraction(order.commission_basis_points, 10_000)
        if order.discount_fen:
            fee = _half_up((order.total_fen + order.discount_fen) * rate)
            expected = _half_up(Fraction(order.kept_fen, order.total_fen) * (fee - order.discount_fen))
        else:
            expected = _half_up(order.kept_fen * rate)
        if booked.get(order.number, 0) != expected:
            yield f"order {order}: the platform has {booked.get(order.number, 0)} fen of it, due are {expected}"


def _half_up(amount: Fraction) -> int:
    return floor(amount + Fraction(1, 2))


def changes() -> Iterator[str]:
    """What was accepted happened once, and nothing else did."""
    for order in Order.objects.prefetch_related("proposals", "children", "refunds", "events"):
        accepted = [row for row in order.proposals.all() if row.status == ProposalStatus.ACCEPTED]
        more_work = sorted(row.amount_fen for row in accepted if row.kind == ProposalKind.SUPPLEMENT)
        placed = sorted(child.total_fen for child in order.children.all() if child.kind == OrderKind.SUPPLEMENT)
        if more_work != placed:
            yield f"order {order}: additional work for {more_work} fen was agreed, for {placed} placed"
        lower = sorted(row.amount_fen for row in accepted if row.kind == ProposalKind.DISCOUNT)
        back = sorted(refund.amount_fen for refund in order.refunds.all() if refund.reason == LOWER_PRICE)
        if lower != back:
            yield f"order {order}: lower by {lower} fen was agreed, {back} go back"
        given = sum(row.kind == ProposalKind.REVISION for row in accepted)
        if order.revisions_used > order.revisions_allowed or (order.revisions_used < given):
            yield f"order {order}: {order.revisions_used} revisions of {order.revisions_allowed}, {given} beyond the package"
        if sum(event.type == OrderEventType.ACCEPTANCE_PAUSED for event in order.events.all()) > 1:
            yield f"order {order}: its acceptance was put off more than once"
        tips = [child for child in order.children.all() if child.kind == OrderKind.TIP and child.status != _S.CANCELLED]
        if len(tips) > 1 or (tips and order.status != _S.COMPLETED):
            yield f"order {order}: is {order.status} and has {len(tips)} tips"


def stages() -> Iterator[str]:
    """A stage is paid for after the one before left its seller something; after a stop nothing more is."""
    current = set()
    for plan in MilestonePlan.objects.prefetch_related("milestones__order__dispute"):
        begun = [milestone.order for milestone in plan.milestones.order_by("position").select_related("order")]
        current |= {order.pk for order in begun if order}
        for before, order in pairwise(begun):
            if order is not None and (before is None or before.status not in (_S.COMPLETED, _S.RESOLVED)):
                yield f"order {order}: a stage was begun while the one before is {before and before.status}"
        if plan.stopped_at is not None:
            for order in begun:
                if order is not None and order.status == _S.PENDING_PAYMENT:
                    yield f"order {order}: a stage of an agreement that was stopped waits for its payment"
    lapsed = Order.objects.filter(kind=OrderKind.STAGE).exclude(pk__in=current)
    for order in lapsed.exclude(status=_S.CANCELLED):
        yield f"order {order}: is {order.status}, and no agreement has it"
    for order in Order.objects.filter(milestone__plan__stopped_at__lt=F("created_at")):
        yield f"order {order}: a stage was begun after the stop"
