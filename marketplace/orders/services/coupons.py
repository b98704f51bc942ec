"""A coupon on an order: taken when the order is placed, given back when it ends without a purchase.

The order comes first, then the coupon (docs/locking.md): its row counts uses and money, so whoever changes them holds it.
"""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import Q

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.gigs.models import GigCategory, GigPackage
from marketplace.orders import locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Coupon, CouponUse, DisputeOutcome, Order, OrderKind, normal_code
from marketplace.orders.quotes import discount_of
from marketplace.orders.states import OrderStatus


def find_coupon(code: str, *, package: GigPackage) -> Coupon | None:
    """The coupon of a typed code for a package, or None when none was typed.

    Raises OrderError COUPON_UNKNOWN, or COUPON_ELSEWHERE when it is for other categories.
    """
    code = normal_code(code)
    if not code:
        return None
    coupon = Coupon.objects.prefetch_related("categories").filter(code=code).first()
    if coupon is None:
        raise OrderError(OrderErrorCode.COUPON_UNKNOWN)
    wanted = {category.pk for category in coupon.categories.all()}
    category: GigCategory | None = package.gig.category
    if wanted and (category is None or not wanted & {category.pk, category.parent_id}):
        raise OrderError(OrderErrorCode.COUPON_ELSEWHERE)
    return coupon


def check_coupon(coupon: Coupon, *, person: User, discount_fen: int, freed: Sequence[int] = ()) -> None:
    """Raise OrderError unless this person may use the coupon for so much now. Orders `freed` give theirs back before.

    COUPON_USED_UP, COUPON_HELD, COUPON_USED_BY_YOU or COUPON_FIRST_ORDER. Only under the coupon's lock is the answer final:
    pages ask without it.
    """
    own = CouponUse.objects.filter(person=person, returned_at=None).exclude(order__in=freed)
    taken = list(own.filter(coupon=coupon).select_related("order").order_by("-pk"))
    if len(taken) >= coupon.most_uses_per_person:
        raise _spent(taken[0])
    back = [use.amount_fen for use in CouponUse.objects.filter(coupon=coupon, order__in=freed, returned_at=None)]
    uses, spent_fen = coupon.uses - len(back), coupon.spent_fen - sum(back)
    if uses >= coupon.most_uses or spent_fen + discount_fen > coupon.budget_fen:
        raise OrderError(OrderErrorCode.COUPON_USED_UP)
    if not coupon.first_order_only:
        return
    other = own.filter(is_first_order=True).select_related("order").first()
    if other is not None:
        raise _spent(other)
    if _bought_before(person):
        raise OrderError(OrderErrorCode.COUPON_FIRST_ORDER)


def _bought_before(person: User) -> bool:
    """Whether any purchase of theirs stands: paid, and neither cancelled nor given back whole by what ended a dispute.

    A tip or additional work is no purchase of its own. The same cases give a coupon back.
    """
    bought = Order.objects.filter(buyer=person, paid_at__isnull=False).exclude(
        kind__in=(OrderKind.TIP, OrderKind.SUPPLEMENT)
    )
    stands = ~Q(status=OrderStatus.RESOLVED, dispute__outcome=DisputeOutcome.REFUND)
    return bought.exclude(status=OrderStatus.CANCELLED).filter(stands).exists()


def _spent(use: CouponUse) -> OrderError:
    if use.order.status == OrderStatus.PENDING_PAYMENT:
        return OrderError(OrderErrorCode.COUPON_HELD, number=use.order.number)
    return OrderError(OrderErrorCode.COUPON_USED_BY_YOU)


@transaction.atomic(savepoint=False)  # part of what places or ends the order
def take_coupon(order: Order, *, coupon_id: int, fee_fen: int) -> CouponUse:
    """Note the coupon on an order that was placed in this transaction, with the discount that the order has.

    Raises what `check_coupon` and `quotes.discount_of` raise, and OFFER_CHANGED when staff changed what it gives meanwhile.
    """
    coupon = locks.lock_coupon(coupon_id)
    price_fen = order.total_fen + order.discount_fen
    if discount_of(coupon, price_fen=price_fen, fee_fen=fee_fen) != order.discount_fen:
        raise OrderError(OrderErrorCode.OFFER_CHANGED)
    check_coupon(coupon, person=order.buyer, discount_fen=order.discount_fen)
    try:
        with transaction.atomic():
            use = CouponUse.objects.create(
                coupon=coupon,
                order=order,
                person=order.buyer,
                amount_fen=order.discount_fen,
                is_first_order=coupon.first_order_only,
                used_at=clock.now(),
            )
    except IntegrityError as error:  # another coupon for a first order, at the same moment: its row is another lock
        raise OrderError(OrderErrorCode.COUPON_USED_BY_YOU) from error
    coupon.uses += 1
    coupon.spent_fen += use.amount_fen
    coupon.save(update_fields=["uses", "spent_fen", "updated_at"])
    return use


@transaction.atomic(savepoint=False)  # part of what places or ends the order
def give_back_coupon(order: Order) -> None:
    """The (locked) order ends without a purchase: its coupon can be used again. Safe to call twice, and without one."""
    if not order.discount_fen:
        return
    use = CouponUse.objects.filter(order=order, returned_at=None).first()
    if use is None:
        return
    coupon = locks.lock_coupon(use.coupon_id)
    use.returned_at = clock.now()
    use.save(update_fields=["returned_at"])
    coupon.uses -= 1
    coupon.spent_fen -= use.amount_fen
    coupon.save(update_fields=["uses", "spent_fen", "updated_at"])
