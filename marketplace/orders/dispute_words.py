"""Lines of the time line about cancelling and disputes."""

from django.utils.translation import gettext as _

from marketplace.core.money import display_yuan
from marketplace.orders.models import CancelledBy, Order, OrderEvent, OrderEventType
from marketplace.orders.reasons import CANCEL_REASONS, DISPUTE_REASONS, reason_text
from marketplace.orders.states import BUYER, SELLER

_E = OrderEventType
_PARTS = (_E.DISPUTE_DECIDED, _E.DISPUTE_RESOLVED, _E.SPLIT_PROPOSED)


def resolved_parts(order: Order) -> tuple[int, int] | None:
    """What went back and what was released when the dispute was closed, in fen, whatever was refunded since.

    None where that was not written down. The order's events come prefetched.
    """
    for event in order.events.all():
        if event.type == _E.DISPUTE_RESOLVED and "released_fen" in event.data:
            return int(event.data.get("refund_fen", 0)), int(event.data["released_fen"])
    return None


def parts_text(refund_fen: int, released_fen: int) -> str:
    """A division in one line."""
    return _("¥%(refund)s back to the buyer, ¥%(released)s to the seller") % {
        "refund": display_yuan(refund_fen),
        "released": display_yuan(released_fen),
    }


def with_reason(what: str, words: str) -> str:
    """What was done, and why, in somebody's own words: quoted, so that nobody reads them as the platform's."""
    if not words.strip():
        return what
    return _("%(what)s. The reason given: “%(words)s”") % {"what": what, "words": words.strip()}


def event_text(event: OrderEvent) -> str | None:
    """What a line of the time line says below its title; None for one that is not about cancelling or a dispute."""
    data = event.data
    if event.type in _PARTS and "released_fen" in data:
        parts = parts_text(int(data.get("refund_fen", 0)), int(data["released_fen"]))
        return with_reason(parts, str(data.get("reason", "")))
    if event.type in (_E.CANCELLED, _E.CANCEL_PROPOSED):
        return _cancelled(event)
    if event.type == _E.DISPUTE_OPENED:
        return _with_reason(event, DISPUTE_REASONS)
    if event.type == _E.BUNDLE_MADE:
        return f"SHA-256 {str(data.get('sha256', ''))[:16]}…"
    return None


def _cancelled(event: OrderEvent) -> str:
    words = _with_reason(event, CANCEL_REASONS)
    if event.data.get("by") == CancelledBy.SILENCE:
        return _("The other side did not answer in time. %(words)s") % {"words": words}
    if event.data.get("by") == CancelledBy.BOTH and event.data.get("side") in (BUYER, SELLER):
        proposer = event.order.buyer if event.data["side"] == BUYER else event.order.seller
        return _("%(name)s had proposed it. %(words)s") % {"name": proposer.display_name, "words": words}
    return words


def _with_reason(event: OrderEvent, table: dict) -> str:
    """The reason's words, then the person's own. Whose reason it is says the event, where it is not the actor's."""
    code = str(event.data.get("reason_code", ""))
    side = str(event.data.get("side") or (BUYER if event.actor_id == event.order.buyer_id else SELLER))
    reason = str(reason_text(table, side, code)) if code else ""
    own = str(event.data.get("reason", ""))
    return _("%(reason)s: %(words)s") % {"reason": reason, "words": own} if reason and own else reason or own
