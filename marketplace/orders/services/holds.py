"""Somebody outside needs what is kept of an order: nothing of it is removed until they do not."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.orders import locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order, OrderHold

PERMISSION = "orders.change_orderhold"


@transaction.atomic
def hold_order(*, number: str, staff: User, reason: str) -> OrderHold:
    """Keep everything about the order with this number, and what was said about it, until `release_hold`.

    `reason` says for whom: the number of a lawsuit, the letter of an authority. Each has a hold of its own; asked twice for the
    same one, there is one. What belongs to the same transaction is kept with
    it (keeping.py), and so is locked with it: of this and of emptying one comes first. Raises PermissionDenied,
    Order.DoesNotExist, OrderError OWN_CASE, and ALREADY_EMPTIED where there is nothing left to keep.
    """
    order = _locked(Order.objects.values_list("pk", flat=True).filter(number=number.strip()), staff)
    if order.emptied_at is not None:
        raise OrderError(OrderErrorCode.ALREADY_EMPTIED)
    said = reason.strip()[:300]
    if (there := order.holds.filter(released_at=None, reason=said).first()) is not None:
        return there
    hold = OrderHold.objects.create(order=order, reason=said, placed_by=staff, placed_at=clock.now())
    staff_log.note(actor=staff, action="order.held", data={"order": order.number, "reason": hold.reason})
    return hold


@transaction.atomic
def release_hold(*, hold_id: int, staff: User, reason: str) -> OrderHold:
    """Let go of an order for whom this hold was: where it was the last, what is over goes with the next run. Safe to call twice.

    `reason` says why nobody needs it any more, for the staff log. Raises PermissionDenied, OrderHold.DoesNotExist and
    OrderError OWN_CASE.
    """
    order = _locked(OrderHold.objects.values_list("order_id", flat=True).filter(pk=hold_id), staff)
    hold = OrderHold.objects.get(pk=hold_id)
    if hold.released_at is None:
        hold.released_at, hold.released_by = clock.now(), staff
        hold.save(update_fields=["released_at", "released_by"])
        said = {"order": order.number, "held_for": hold.reason, "reason": reason.strip()[:300]}
        staff_log.note(actor=staff, action="order.released", data=said)
    return hold


def _locked(order_key: QuerySet[Any, int], staff: User) -> Order:
    """The order, locked with what goes with it, for one of the staff who is none of its sides.

    Raises PermissionDenied, DoesNotExist of what was asked for, and OrderError OWN_CASE.
    """
    if not staff.has_perm(PERMISSION):
        raise PermissionDenied
    key = order_key.get()
    order = locks.lock_family(key)[key]
    if staff.pk in (order.buyer_id, order.seller_id):
        raise OrderError(OrderErrorCode.OWN_CASE)
    return order
