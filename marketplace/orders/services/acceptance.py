"""The buyer looks at the work: accepts it, or asks for a revision. Silence accepts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.money import CommissionSplit
from marketplace.core.rules import rule
from marketplace.gigs.ratings import count_completed_order
from marketplace.ledger import services as ledger
from marketplace.notifications import catalogue
from marketplace.orders import deadlines, events, locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.extending import moved_due_at
from marketplace.orders.models import DeadlineKind, Order, OrderEventType, OrderKind, ProposalKind, RevisionRequest
from marketplace.orders.selectors import clearing_days_of
from marketplace.orders.services._files import keep_files
from marketplace.orders.services._rules import require_transition, role_of, tell
from marketplace.orders.services.clocks import at_deadline
from marketplace.orders.services.milestones import tell_of_next_stage
from marketplace.orders.services.proposals import open_proposal, overtake_proposals
from marketplace.orders.shares import split_of
from marketplace.orders.states import BUYER, SYSTEM, OrderStatus
from marketplace.uploads.models import Upload


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


@at_deadline(DeadlineKind.ACCEPT)
def accept_by_silence(order: Order) -> None:
    """The acceptance clock of the (locked) order ran out. One that was moved since goes on running."""
    if order.status != OrderStatus.DELIVERED:
        return
    waits = open_proposal(order=order, kind=ProposalKind.CANCEL) is not None
    if order.auto_accept_at is None or order.auto_accept_at > clock.now() or waits:
        # The silence to a proposal to cancel comes first, in whatever order the clocks are looked at after a standstill.
        deadlines.keep_clocks(order)
        return
    require_transition(order, to=OrderStatus.COMPLETED, actor=SYSTEM)
    _complete(order, event=OrderEventType.AUTO_ACCEPTED, actor=None)


@transaction.atomic
def request_revision(*, order_id: int, buyer: User, message: str, files: Sequence[Upload] = ()) -> Order:
    """The buyer asks for a change, which uses one revision and stops the acceptance clock.

    `files` are the buyer's own uploads, ready, for what the words say. Raises OrderError WRONG_STATE or NO_REVISIONS_LEFT.
    """
    order = locks.lock_order(order_id)
    require_transition(order, to=OrderStatus.REVISION_REQUESTED, actor=role_of(order, buyer))
    if order.revisions_used >= order.revisions_allowed:
        raise OrderError(OrderErrorCode.NO_REVISIONS_LEFT)
    revise(order, buyer=buyer, message=message, files=files)
    return order


def revise(order: Order, *, buyer: User, message: str, files: Sequence[Upload] = ()) -> RevisionRequest:
    """Use one revision of the (locked) order. The seller gets time for it: asked for late, it would be late at once."""
    require_transition(order, to=OrderStatus.REVISION_REQUESTED, actor=BUYER)
    now = clock.now()
    order.status = OrderStatus.REVISION_REQUESTED
    order.revisions_used += 1
    order.auto_accept_at = None
    earliest = now + timedelta(days=rule(order.rules, "orders.revision_days"))
    order.due_at = moved_due_at(order, earliest)
    order.save(update_fields=["status", "revisions_used", "auto_accept_at", "due_at", "updated_at"])
    deadlines.keep_clocks(order)
    overtake_proposals(order, ProposalKind.REVISION, ProposalKind.CANCEL)
    request = RevisionRequest.objects.create(
        order=order, number=order.revisions_used, message=message.strip(), created_at=now
    )
    keep_files(files, owner=buyer, revision=request)
    events.record(
        order,
        OrderEventType.REVISION_REQUESTED,
        actor=buyer,
        at=now,
        message=request.message,
        files=len(files),
        used=order.revisions_used,
        left=order.revisions_allowed - order.revisions_used,
    )
    tell(order.seller_id, order, catalogue.orders.REVISION_WANTED)
    return request


@transaction.atomic
def pause_acceptance(*, order_id: int, buyer: User) -> Order:
    """The buyer puts off automatic acceptance, once for each order (facts/marketplace.md, suggested own defaults).

    Raises OrderError WRONG_STATE (also when the clock was first) or ALREADY_PAUSED.
    """
    order = locks.lock_order(order_id)
    now = clock.now()
    if role_of(order, buyer) != BUYER or order.status != OrderStatus.DELIVERED or order.auto_accept_at is None:
        raise OrderError(OrderErrorCode.WRONG_STATE)
    if order.acceptance_paused_at is not None:
        raise OrderError(OrderErrorCode.ALREADY_PAUSED)
    days = rule(order.rules, "orders.acceptance_pause_days")
    order.acceptance_paused_at = now
    order.auto_accept_at += timedelta(days=days)
    order.save(update_fields=["acceptance_paused_at", "auto_accept_at", "updated_at"])
    deadlines.keep_clocks(order)
    events.record(
        order,
        OrderEventType.ACCEPTANCE_PAUSED,
        actor=buyer,
        at=now,
        days=days,
        auto_accept_at=order.auto_accept_at.isoformat(),
    )
    tell(order.seller_id, order, catalogue.orders.ACCEPTANCE_PAUSED)
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
    deadlines.keep_clocks(order)
    kept_fen, split = release(order, at=now)
    if order.gig_id and _is_a_purchase_of_its_own(order):
        count_completed_order(gig_id=order.gig_id)
    events.record(order, event, actor=actor, at=now, amount_fen=kept_fen, seller_fen=split.seller_fen)
    tell(order.seller_id, order, catalogue.orders.ACCEPTED)
    tell_of_next_stage(order)
    if actor is None:
        tell(order.buyer_id, order, catalogue.orders.ACCEPTED_AUTOMATICALLY)


def _is_a_purchase_of_its_own(order: Order) -> bool:
    """Additional work belongs to its order; of an agreement in stages the first that is accepted counts for all of them."""
    if order.kind != OrderKind.STAGE:
        return order.kind == OrderKind.STANDARD
    others = Order.objects.filter(milestone__plan__milestones__order=order, status=OrderStatus.COMPLETED)
    return not others.exclude(pk=order.pk).exists()


def release(order: Order, *, at: datetime) -> tuple[int, CommissionSplit]:
    """Book what is left of the (locked) order's escrow to its seller, less the fee. Returns the sum and how it was shared."""
    kept_fen = order.kept_fen  # what was given back on the way is not released
    split = split_of(order, kept_fen)
    ledger.release_escrow(
        reference=order.number,
        seller=order.seller,
        split=split,
        clears_at=earnings_clear_at(seller=order.seller, released_at=at),
        key=f"order:{order.number}:release",
        description=order.gig_title,
        at=at,
    )
    return kept_fen, split


def release_tip(tip: Order, *, at: datetime) -> None:
    """The (locked) tip's payment has just been held: nothing is waited for, so it is the seller's, and both orders say so."""
    tip.status, tip.completed_at = OrderStatus.COMPLETED, at
    tip.save(update_fields=["status", "completed_at", "updated_at"])
    deadlines.stop_all_deadlines(tip)
    release(tip, at=at)
    assert tip.parent is not None  # noqa: S101 the table has a constraint for it
    events.record(tip.parent, OrderEventType.TIPPED, actor=tip.buyer, at=at, amount_fen=tip.total_fen)
    tell(tip.seller_id, tip, catalogue.orders.TIP)
