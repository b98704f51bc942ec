"""The only place of orders that takes row locks. An order's row is the first lock of every change to it (docs/locking.md)."""

from marketplace.orders.models import Coupon, MilestonePlan, Order, Refund


def lock_order(order_id: int) -> Order:
    """Lock one order until the transaction ends. Raises Order.DoesNotExist."""
    return Order.objects.select_for_update(of=("self",), no_key=True).get(pk=order_id)


def try_lock_order(order_id: int) -> Order | None:
    """Lock one order unless somebody holds it: None then, and when there is none. For jobs, which come again."""
    return Order.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(pk=order_id).first()


def lock_refund(refund_id: int) -> Refund:
    """Lock one refund. Nothing that holds it asks for an order's lock afterwards."""
    return Refund.objects.select_for_update(of=("self",), no_key=True).get(pk=refund_id)


def lock_plan(plan_id: int) -> MilestonePlan:
    """Lock an agreement in stages: before the order of any of its stages. Raises MilestonePlan.DoesNotExist."""
    return MilestonePlan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan_id)


def lock_coupon(coupon_id: int) -> Coupon:
    """Lock one coupon, after the order that uses it or gives it back. Nothing that holds it asks for an order's lock."""
    return Coupon.objects.select_for_update(of=("self",), no_key=True).get(pk=coupon_id)
