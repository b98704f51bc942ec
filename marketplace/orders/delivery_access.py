"""Who may fetch the original of a delivered file, and when (docs/delivery.md)."""

from marketplace.accounts.models import User
from marketplace.orders.models import Delivery, DeliveryFile, Order
from marketplace.orders.states import OrderStatus


def originals_are_open(order: Order, delivery: Delivery) -> bool:
    """Whether nothing of this delivery is held back from the buyer (any more).

    Acceptance opens them at once, and so does a decision, unless it gave all of the money back.
    """
    if not delivery.holds_back_originals or order.status == OrderStatus.COMPLETED:
        return True
    return order.status == OrderStatus.RESOLVED and order.kept_fen > 0


def is_held_back(order: Order, delivery: Delivery, file: DeliveryFile, viewer: User) -> bool:
    """Whether this viewer gets the preview instead of the original.

    Only pictures are held back: nothing else can be judged by its preview, and nobody accepts what they cannot look into.
    """
    return viewer.pk == order.buyer_id and file.is_picture and not originals_are_open(order, delivery)


def preview_name(file: DeliveryFile) -> str:
    """Where the largest preview of a picture lies: what stands in for an original that is held back."""
    return str(max(file.previews, key=lambda size: size["width"])["webp"])
