"""What belongs to the same transaction: an order, its additional work and tips, and all of that of the other stages."""

from dataclasses import dataclass

from marketplace.orders.models import Order


@dataclass(frozen=True)
class Family:
    """Keys of agreements in stages and of orders, ascending: in this order they are locked (docs/locking.md)."""

    plans: tuple[int, ...]
    orders: tuple[int, ...]


def family_of(order_id: int) -> Family:
    """All that goes together with this order, as it stands now, whichever of them is asked about."""
    orders, plans = {order_id}, set[int]()
    while True:
        found = set(orders)
        for parent_id, plan_id in Order.objects.filter(pk__in=orders).values_list("parent", "milestone__plan"):
            if parent_id is not None:
                found.add(parent_id)
            if plan_id is not None:
                plans.add(plan_id)
        found |= set(Order.objects.filter(parent__in=orders).values_list("pk", flat=True))
        if plans:
            found |= set(Order.objects.filter(milestone__plan__in=plans).values_list("pk", flat=True))
        if found == orders:
            return Family(tuple(sorted(plans)), tuple(sorted(orders)))
        orders = found
