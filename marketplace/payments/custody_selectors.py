"""Reads of settlements that need a person, and of the refunds that wait for them; the desk asks who may."""

from django.db.models import Prefetch, QuerySet

from marketplace.accounts.models import User
from marketplace.orders.models import Order, Refund, RefundStatus
from marketplace.payments.models import Settlement, SettlementReturn, SettlementStatus

# The problem of a refund begins with it when its order's settlement has to be brought to an end first.
SETTLEMENT_STUCK = "SETTLEMENT_STUCK"


def may_decide(staff: User) -> bool:
    """Whether somebody may end what stands still here: the refunds behind it go on with it, so it takes both permissions."""
    return staff.has_perms(("payments.change_settlement", "orders.change_refund"))


def stuck_settlements() -> QuerySet[Settlement]:
    """Settlements that a gateway refused, oldest first, each with `payment.order.waiting_refunds`."""
    waiting = Prefetch(
        "payment__order__refunds",
        queryset=Refund.objects.exclude(status=RefundStatus.DONE).order_by("pk"),
        to_attr="waiting_refunds",
    )
    stuck = Settlement.objects.filter(status=SettlementStatus.STUCK).select_related("payment__order", "seller__profile")
    return stuck.prefetch_related(waiting).order_by("pk")


def stuck_returns() -> QuerySet[SettlementReturn]:
    """Returns of settlements that failed, each with the refund that waits for it, oldest first."""
    stuck = SettlementReturn.objects.filter(status=SettlementStatus.STUCK)
    return stuck.select_related("refund__order", "settlement__seller__profile").order_by("pk")


def open_refunds(order: Order) -> QuerySet[Refund]:
    """What was decided to go back and has not gone yet."""
    return Refund.objects.filter(order=order).exclude(status=RefundStatus.DONE)


def refunds_behind(order: Order) -> QuerySet[Refund]:
    """Refunds that were handed to a person only because the settlement of their order was."""
    return Refund.objects.filter(order=order, status=RefundStatus.STUCK, problem__startswith=SETTLEMENT_STUCK)
