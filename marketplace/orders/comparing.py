"""Pictures of two deliveries of an order, in pairs. No writing; the deliveries come with the order."""

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from marketplace.orders.models import Delivery, DeliveryFile, Order


def versions(order: Order) -> list[Delivery]:
    """The deliveries that have something to look at, newest first."""
    return [delivery for delivery in order.deliveries.all() if _shown(delivery)]


def chosen(order: Order, asked: Mapping[str, str]) -> tuple[int, int] | None:
    """The numbers of the earlier and the later delivery that were asked for, else of the last two; None with fewer."""
    known = [delivery.number for delivery in versions(order)]
    if len(known) < 2:
        return None
    by_name = {str(number): number for number in known}
    old, new = (by_name.get(asked.get(name, "")) for name in ("old", "new"))
    if old is None or new is None or old == new:
        return known[1], known[0]
    return min(old, new), max(old, new)


def compared(order: Order, old: int, new: int) -> dict[str, Any]:
    """Both deliveries, and their pictures in pairs: of the same name first, then what is left in its order."""
    by_number = {delivery.number: delivery for delivery in order.deliveries.all()}
    before, after = _shown(by_number[old]), _shown(by_number[new])
    pairs: list[tuple[DeliveryFile | None, DeliveryFile | None]] = []
    rest = list(after)
    for left in sorted(before, key=lambda file: file.name):
        # One name may stand for several files: each has one other, and what finds none is compared with what is left.
        right = next((file for file in rest if file.name == left.name), None)
        if right is not None:
            rest.remove(right)
            pairs.append((left, right))
    matched = {left for left, _right in pairs}
    pairs += zip_longest([file for file in before if file not in matched], rest)
    shown = [by_number[old], by_number[new]]
    return {"old": shown[0], "new": shown[1], "versions_shown": shown, "pairs": pairs}


def _shown(delivery: Delivery) -> list[DeliveryFile]:
    return [file for file in delivery.files.all() if file.previews]
