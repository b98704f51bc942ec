"""The buyer looks at the work: accepts it, or asks for a revision. Silence accepts."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.gigs.ratings import count_completed_order
from marketplace.ledger import services as ledger
from marketplace.orders import events, locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order, OrderEventType
from marketplace.orders.selectors import clearing_days_of
from marketplace.orders.services._rules import require_transition, role_of, tell
from marketplace.orders.shares import split_of
from marketplace.orders.states import SYSTEM, OrderStatus


@transaction.atomic
def accept_delivery(*, order_id: int, buyer: User) -> Order:
    """The buyer accepts the work, and the held money becomes the seller's. Safe to call twice.

    Raises OrderError WRONG_STATE.
    """
    order = locks.lock_order(order_id)
    actor = role_of(order, buyer)
    if order.status == OrderStatus.COMPLETED:
        return order  # a double click or a retried request: the first call did the work
    require_transition(order, to=OrderStatus.COMPLETED, actor=actor)
    _complete(order, event=OrderEventType.ACCEPTED, actor=buyer)
    return order


@transaction.atomic
def accept_automatically(*, order_id: int) -> bool:
    """The acceptance clock ran out. Returns False when there is nothing (any more) to accept; safe to run twice."""
    order = locks.lock_order(order_id)
    now = clock.now()
    if order.status != OrderStatus.DELIVERED or order.auto_accept_at is None or order.auto_accept_at > now:
        return False
    require_transition(order, to=OrderStatus.COMPLETED, actor=SYSTEM)
    _complete(order, event=OrderEventType.AUTO_ACCEPTED, actor=None)
    return True


@transaction.atomic
def request_revision(*, order_id: int, buyer: User, message: str) -> Order:
    """The buyer asks for a change, which uses one revision and stops the acceptance clock.

    Raises OrderError WRONG_STATE or NO_REVISIONS_LEFT.
    """
    order = locks.lock_order(order_id)
    require_transition(order, to=OrderStatus.REVISION_REQUESTED, actor=role_of(order, buyer))
    if order.revisions_used >= order.revisions_allowed:
        raise OrderError(OrderErrorCode.NO_REVISIONS_LEFT)
    order.status = OrderStatus.REVISION_REQUESTED
    order.revisions_used += 1
    order.auto_accept_at = None
    # The seller gets time for the revision; without it, a revision asked for late would make the order late at once.
    earliest = clock.now() + timedelta(days=get_config("orders.revision_days"))
    order.due_at = max(order.due_at or earliest, earliest)
    order.save(update_fields=["status", "revisions_used", "auto_accept_at", "due_at", "updated_at"])
    events.record(
        order,
        OrderEventType.REVISION_REQUESTED,
        actor=buyer,
        message=message.strip(),
        used=order.revisions_used,
        left=order.revisions_allowed - order.revisions_used,
    )
    tell(order.seller_id, order, _("The buyer asks for a revision"))
    return order


def earnings_clear_at(*, seller: User, released_at: datetime) -> datetime:
    """When released earnings become available."""
    return released_at + timedelta(days=clearing_days_of(seller))


def _complete(order: Order, *, event: OrderEventType, actor: User | None) -> None:
    """Release escrow and close the (locked) order."""
    now = clock.now()
    order.status = OrderStatus.COMPLETED
    order.completed_at = now
    order.save(update_fields=["status", "completed_at", "updated_at"])
    kept_fen = order.kept_fen  # what was given back on the way is not released
    split = split_of(order, kept_fen)
    ledger.release_escrow(
        reference=order.number,
        seller=order.seller,
        split=split,
        clears_at=earnings_clear_at(seller=order.seller, released_at=now),
        key=f"order:{order.number}:release",
        description=order.gig_title,
        at=now,
    )
    if order.gig_id:
        count_completed_order(gig_id=order.gig_id)
    events.record(order, event, actor=actor, at=now, amount_fen=kept_fen, seller_fen=split.seller_fen)
    tell(order.seller_id, order, _("Accepted: the money is in your wallet"))
    if actor is None:
        tell(order.buyer_id, order, _("Accepted automatically: the time to answer is over"))
