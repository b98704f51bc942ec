"""When a tip can be given, and how much (facts/marketplace.md, rule 12). By the rules that the order was made under."""

from datetime import datetime, timedelta

from marketplace.core import clock
from marketplace.core.money import FEN_PER_YUAN
from marketplace.core.rules import rule
from marketplace.orders.models import Order, OrderKind
from marketplace.orders.states import OrderStatus

PRESET_PERCENT = (5, 10, 20)


def ends_at(order: Order) -> datetime:
    """Until when a completed order can be tipped for."""
    assert order.completed_at is not None  # noqa: S101 the table has a constraint for it
    return order.completed_at + timedelta(days=days(order))


def days(order: Order) -> int:
    """For how many days after completion an order can be tipped for."""
    return rule(order.rules, "orders.tip_days")


def is_too_late(order: Order) -> bool:
    """Whether it could have been tipped for, and no longer can."""
    return order.status == OrderStatus.COMPLETED and order.kind != OrderKind.TIP and clock.now() >= ends_at(order)


def can_be_tipped(order: Order) -> bool:
    """Whether it is a completed order that is not too old; whether it has a tip already is not asked here."""
    return order.status == OrderStatus.COMPLETED and order.kind != OrderKind.TIP and clock.now() < ends_at(order)


def least_fen(order: Order) -> int:
    """The smallest tip, in fen."""
    return rule(order.rules, "orders.tip_minimum_fen")


def most_fen(order: Order) -> int:
    """The largest tip, in fen: as much as was kept of the price, or a fixed sum where the price is small."""
    return max(order.kept_fen, rule(order.rules, "orders.tip_small_order_fen"))


def fee_basis_points(order: Order) -> int:
    """What the platform keeps of a tip, in basis points."""
    return rule(order.rules, "orders.tip_commission_basis_points")


def presets_fen(order: Order) -> list[int]:
    """Suggested tips in fen: round shares of the price, whole yuan, within the limits, ascending."""
    shares = (order.total_fen * percent // 100 // FEN_PER_YUAN * FEN_PER_YUAN for percent in PRESET_PERCENT)
    least, most = least_fen(order), most_fen(order)
    return sorted({min(max(share, least), most) for share in shares})
