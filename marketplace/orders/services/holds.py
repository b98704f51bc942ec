"""Somebody outside needs what is kept of an order: nothing of it is removed until they do not."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.orders import locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order, OrderHold

PERMISSION = "orders.change_orderhold"


@transaction.atomic
def hold_order(*, number: str, staff: User, reason: str) -> OrderHold:
    """Keep everything about the order with this number, and what was said about it, until `release_hold`. Safe to call twice.

    `reason` says for whom: the number of a lawsuit, the letter of an authority. Raises PermissionDenied, Order.DoesNotExist, and
    OrderError ALREADY_EMPTIED where there is nothing left to keep.
    """
    _require(staff)
    order = locks.lock_order(Order.objects.values_list("pk", flat=True).get(number=number.strip()))
    if order.emptied_at is not None:
        raise OrderError(OrderErrorCode.ALREADY_EMPTIED)
    if (there := order.holds.filter(released_at=None).first()) is not None:
        return there
    hold = OrderHold.objects.create(order=order, reason=reason.strip()[:300], placed_by=staff, placed_at=clock.now())
    staff_log.note(actor=staff, action="order.held", data={"order": order.number, "reason": hold.reason})
    return hold


@transaction.atomic
def release_hold(*, hold_id: int, staff: User) -> OrderHold:
    """Let go of an order again: what is over goes with the next run. Safe to call twice.

    Raises PermissionDenied and OrderHold.DoesNotExist.
    """
    _require(staff)
    order = locks.lock_order(OrderHold.objects.values_list("order_id", flat=True).get(pk=hold_id))
    hold = OrderHold.objects.get(pk=hold_id)
    if hold.released_at is None:
        hold.released_at, hold.released_by = clock.now(), staff
        hold.save(update_fields=["released_at", "released_by"])
        staff_log.note(actor=staff, action="order.released", data={"order": order.number, "reason": hold.reason})
    return hold


def _require(staff: User) -> None:
    if not staff.has_perm(PERMISSION):
        raise PermissionDenied
