"""Thanks in money, after the work is accepted. To the books a tip is an order of its own, completed by its payment."""

from django.db import transaction

from marketplace.accounts.locks import hold_people
from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.money import display_yuan
from marketplace.core.rules import rule
from marketplace.orders import locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order, OrderKind
from marketplace.orders.services._rules import role_of
from marketplace.orders.services.agreed import Terms, place_agreed_order
from marketplace.orders.services.cancellation import drop_unpaid
from marketplace.orders.states import BUYER, OrderStatus
from marketplace.orders.tip_rules import ends_at, fee_basis_points, least_fen, most_fen
from marketplace.orders.titles import stored_title


@transaction.atomic
def give_tip(*, order_id: int, buyer: User, amount_fen: int, message: str = "") -> Order:
    """The buyer's tip for a completed order, waiting for its payment: one for each order (facts/marketplace.md, rule 12).

    Asked for twice it is the same tip; another amount, as long as the first one is not paid, takes its place.
    Raises OrderError WRONG_STATE, TIP_TOO_LATE, TIP_GIVEN, BAD_AMOUNT, and what placing an agreed order raises.
    """
    # People come before orders (docs/locking.md).
    hold_people(*Order.objects.values_list("buyer_id", "seller_id").get(pk=order_id))
    order = locks.lock_order(order_id)
    if role_of(order, buyer) != BUYER or order.status != OrderStatus.COMPLETED or order.kind == OrderKind.TIP:
        raise OrderError(OrderErrorCode.WRONG_STATE)
    if clock.now() >= ends_at(order):
        raise OrderError(OrderErrorCode.TIP_TOO_LATE, days=rule(order.rules, "orders.tip_days"))
    least, most = least_fen(order), most_fen(order)
    if not least <= amount_fen <= most:
        raise OrderError(OrderErrorCode.BAD_AMOUNT, least=display_yuan(least), most=display_yuan(most))
    # The order before its tip, always: who pays a tip locks the tip alone.
    for tip_id in order.children.filter(kind=OrderKind.TIP).order_by("pk").values_list("pk", flat=True):
        earlier = locks.lock_order(tip_id)
        if earlier.status == OrderStatus.CANCELLED:
            continue
        if earlier.status != OrderStatus.PENDING_PAYMENT:
            raise OrderError(OrderErrorCode.TIP_GIVEN)
        if earlier.total_fen == amount_fen and earlier.payment_expires_at > clock.now():
            return earlier
        drop_unpaid(earlier, user=buyer)
    title = stored_title(OrderKind.TIP, title=order.gig_title)
    return place_agreed_order(
        buyer=buyer,
        seller=order.seller,
        terms=Terms(title=title, total_fen=amount_fen, delivery_days=0, revisions=0, description=message.strip()[:200]),
        kind=OrderKind.TIP,
        parent=order,
        commission_basis_points=fee_basis_points(order),
    )
