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
    old, new = (int(number) if (number := asked.get(name, "")).isdecimal() else 0 for name in ("old", "new"))
    if old not in known or new not in known or old == new:
        return known[1], known[0]
    return min(old, new), max(old, new)


def compared(order: Order, old: int, new: int) -> dict[str, Any]:
    """Both deliveries, and their pictures in pairs: of the same name first, then what is left in its order."""
    by_number = {delivery.number: delivery for delivery in order.deliveries.all()}
    before, after = _shown(by_number[old]), _shown(by_number[new])
    names = {file.name for file in before} & {file.name for file in after}
    pairs: list[tuple[DeliveryFile | None, DeliveryFile | None]] = [
        (next(file for file in before if file.name == name), next(file for file in after if file.name == name))
        for name in sorted(names)
    ]
    rest = [[file for file in files if file.name not in names] for files in (before, after)]
    pairs += [(left, right) for left, right in zip_longest(*rest)]
    shown = [by_number[old], by_number[new]]
    return {"old": shown[0], "new": shown[1], "versions_shown": shown, "pairs": pairs}


def _shown(delivery: Delivery) -> list[DeliveryFile]:
    return [file for file in delivery.files.all() if file.previews]
