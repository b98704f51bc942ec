"""An order in every state, reached by the services alone."""

from datetime import timedelta

from django.utils import timezone

from marketplace.orders import services
from marketplace.orders.models import Dispute, DisputeDecision, DisputeStatement, Order
from marketplace.orders.states import OrderStatus
from tests.factories import (
    decide_finally,
    make_completed_order,
    make_delivered_order,
    make_gig,
    make_order,
    make_paid_order,
)

EVERY_STATE = tuple(OrderStatus)


def make_order_in(status: OrderStatus, **gig_fields: object) -> Order:
    """An order in `status`. Its gig asks two questions when the state needs it to."""
    builders = {
        OrderStatus.PENDING_PAYMENT: lambda: make_order(gig=make_gig(**gig_fields)),
        OrderStatus.AWAITING_REQUIREMENTS: lambda: make_paid_order(gig=make_gig(**({"requirements": 2} | gig_fields))),
        OrderStatus.IN_PROGRESS: lambda: make_paid_order(gig=make_gig(**gig_fields)),
        OrderStatus.DELIVERED: lambda: make_delivered_order(gig=make_gig(**gig_fields)),
        OrderStatus.REVISION_REQUESTED: lambda: _revision(make_delivered_order(gig=make_gig(**gig_fields))),
        OrderStatus.COMPLETED: lambda: make_completed_order(gig=make_gig(**gig_fields)),
        OrderStatus.CANCELLED: lambda: _cancelled(make_paid_order(gig=make_gig(**gig_fields))),
        OrderStatus.DISPUTED: lambda: _disputed(make_delivered_order(gig=make_gig(**gig_fields))),
        OrderStatus.RESOLVED: lambda: _resolved(_disputed(make_delivered_order(gig=make_gig(**gig_fields)))),
    }
    order = builders[status]()
    order.refresh_from_db()
    assert order.status == status
    return order


def _revision(order: Order) -> Order:
    services.request_revision(order_id=order.pk, buyer=order.buyer, message="标志请再大一点")
    return order


def _cancelled(order: Order) -> Order:
    services.cancel_order(order_id=order.pk, user=order.seller, reason="排不开时间")
    return order


def _disputed(order: Order) -> Order:
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="和说好的不一样")
    return order


def _resolved(order: Order) -> Order:
    return decide_finally(order, refund_fen=4000, explanation="做完了一半。")


def footprint(order: Order) -> tuple:
    """Everything a refused action must leave as it was."""
    row = Order.objects.filter(pk=order.pk).values().get()
    row.pop("updated_at")
    return (
        row,
        list(order.events.order_by("pk").values_list("pk", "type")),
        list(order.deliveries.values_list("pk", flat=True)),
        list(order.refunds.values_list("pk", "status")),
        list(order.requirements.order_by("pk").values_list("answer", "file")),
        list(order.proposals.order_by("pk").values_list("pk", "status")),
        list(order.deadlines.order_by("pk").values_list("kind", "due_at")),
        _case(order),
        _money(),
    )


def _case(order: Order) -> tuple | None:
    """The dispute with all that was said and decided in it."""
    row = Dispute.objects.filter(order=order).values().first()
    if row is None:
        return None
    row.pop("updated_at")
    said = DisputeStatement.objects.filter(dispute__order=order).values_list("pk", flat=True)
    decided = DisputeDecision.objects.filter(dispute__order=order).values_list("pk", flat=True)
    return row, list(said), list(decided)


def _money() -> dict[str, int]:
    from marketplace.ledger.models import Account, Entry

    return {"entries": Entry.objects.count()} | dict(Account.objects.values_list("code", "balance_fen"))


def far_future():
    """A moment at which every clock of an order has run out."""
    return timezone.now() + timedelta(days=60)
