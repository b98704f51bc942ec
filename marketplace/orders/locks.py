"""The only place of orders that takes row locks. An order's row is the first lock of every change to it (docs/locking.md)."""

from collections.abc import Collection
from typing import TypeVar

from django.db.models import Model, QuerySet

from marketplace.orders.families import Family, family_of
from marketplace.orders.models import Coupon, MilestonePlan, Order, Refund

Row = TypeVar("Row", bound=Model)


def lock_order(order_id: int) -> Order:
    """Lock one order until the transaction ends. Raises Order.DoesNotExist."""
    return Order.objects.select_for_update(of=("self",), no_key=True).get(pk=order_id)


def try_lock_order(order_id: int) -> Order | None:
    """Lock one order unless somebody holds it: None then, and when there is none. For jobs, which come again."""
    return Order.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(pk=order_id).first()


def lock_family(order_id: int) -> dict[int, Order]:
    """Lock an order with all that belongs to the same transaction: agreements in stages, then orders ascending.

    What is added meanwhile is added under the lock of one of them, and locked in the end: it is younger than they are. Raises
    Order.DoesNotExist.
    """
    family, held = Family((), ()), dict[int, Order]()
    while (there := family_of(order_id)) != family:
        family = there
        list(_locked(MilestonePlan, family.plans))
        held = {order.pk: order for order in _locked(Order, family.orders)}
    if order_id not in held:
        raise Order.DoesNotExist
    return held


def try_lock_family(order_id: int) -> dict[int, Order] | None:
    """The same, unless somebody holds one of them, or there is none: None then. For jobs, which come again."""
    family = family_of(order_id)
    plans = list(_locked(MilestonePlan, family.plans, skip_locked=True))
    held = {order.pk: order for order in _locked(Order, family.orders, skip_locked=True)}
    is_whole = (len(plans), len(held)) == (len(family.plans), len(family.orders)) and family_of(order_id) == family
    return held if is_whole else None


def _locked(model: type[Row], keys: Collection[int], *, skip_locked: bool = False) -> QuerySet[Row]:
    rows = model._default_manager.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked)
    return rows.filter(pk__in=keys).order_by("pk")


def lock_refund(refund_id: int) -> Refund:
    """Lock one refund. Nothing that holds it asks for an order's lock afterwards."""
    return Refund.objects.select_for_update(of=("self",), no_key=True).get(pk=refund_id)


def lock_plan(plan_id: int) -> MilestonePlan:
    """Lock an agreement in stages: before the order of any of its stages. Raises MilestonePlan.DoesNotExist."""
    return MilestonePlan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan_id)


def lock_coupon(coupon_id: int) -> Coupon:
    """Lock one coupon, after the order that uses it or gives it back. Nothing that holds it asks for an order's lock."""
    return Coupon.objects.select_for_update(of=("self",), no_key=True).get(pk=coupon_id)
