"""What the two sides of a running order change about it together: its time, its price, its revisions, what more is done."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.money import display_yuan
from marketplace.core.rules import rule
from marketplace.gigs.content import MOST_DELIVERY_DAYS
from marketplace.notifications import catalogue
from marketplace.orders import deadlines
from marketplace.orders.channels import held_work, shortest_channel
from marketplace.orders.delivery_selectors import supplement_key
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.extending import extended_due_at, latest_due_at
from marketplace.orders.models import DeadlineKind, Order, OrderKind, OrderProposal, ProposalKind
from marketplace.orders.services._rules import tell
from marketplace.orders.services.acceptance import revise
from marketplace.orders.services.agreed import Terms, place_agreed_order
from marketplace.orders.services.proposals import ProposalRule, declare
from marketplace.orders.services.refunds import refund_part
from marketplace.orders.states import BUYER, SELLER, WORKED_ON_STATUSES, OrderStatus
from marketplace.orders.titles import stored_title

AT_WORK = frozenset(WORKED_ON_STATUSES)
RUNNING = AT_WORK | {OrderStatus.AWAITING_REQUIREMENTS, OrderStatus.DELIVERED}


def _answer_within(order: Order) -> timedelta:
    return timedelta(days=rule(order.rules, "orders.proposal_days"))


def _check_extension(order: Order, proposal: OrderProposal) -> None:
    most = rule(order.rules, "orders.extension_most_days")
    if not 0 < (proposal.days or 0) <= most:
        raise OrderError(OrderErrorCode.BAD_DAYS, most=most)
    _require_held_until(order, extended_due_at(order, proposal.days or 0))
    _require_words(proposal)


def _require_held_until(order: Order, due_at: datetime) -> None:
    """However often more time is given: the money must not come free by itself while somebody is at work."""
    held = held_work(order)
    if held is not None and due_at > held.deliver_by:
        day = date_format(localtime(held.deliver_by), gettext("j F Y"))
        raise OrderError(OrderErrorCode.HELD_TOO_SHORT, channel=held.channel, day=day)
    latest = latest_due_at(order)
    if latest is not None and due_at > latest:
        day = date_format(localtime(latest), gettext("j F Y"))
        raise OrderError(OrderErrorCode.DUE_TOO_LATE, days=MOST_DELIVERY_DAYS, day=day)


def _extend(order: Order, proposal: OrderProposal, user: User | None) -> None:
    due_at = extended_due_at(order, proposal.days or 0)
    _require_held_until(order, due_at)  # what is late is counted from now, and that is later than when it was proposed
    order.due_at = due_at
    order.save(update_fields=["due_at", "updated_at"])
    deadlines.keep_clocks(order)


def _check_discount(order: Order, proposal: OrderProposal) -> None:
    if not 0 < (proposal.amount_fen or 0) <= order.refundable_fen:
        raise OrderError(OrderErrorCode.REFUND_TOO_LARGE, most=display_yuan(order.refundable_fen))
    _require_words(proposal)


def _lower_price(order: Order, proposal: OrderProposal, user: User | None) -> None:
    """The agreed part goes back, and only the rest is released. What was proposed may no longer fit: then nothing happens."""
    reason = proposal.message
    refund_part(order_id=order.pk, actor=order.seller, amount_fen=proposal.amount_fen or 0, reason=reason)


def _check_supplement(order: Order, proposal: OrderProposal) -> None:
    least, most = get_config("gigs.minimum_price_fen"), get_config("gigs.maximum_price_fen")
    if not least <= (proposal.amount_fen or 0) <= most:
        raise OrderError(OrderErrorCode.BAD_AMOUNT, least=display_yuan(least), most=display_yuan(most))
    if not 0 < (proposal.days or 0) <= MOST_DELIVERY_DAYS:
        raise OrderError(OrderErrorCode.BAD_DAYS, most=MOST_DELIVERY_DAYS)
    # The buyer chooses the channel only when paying: it has to fit into each, or it would be agreed and never paid.
    limit = shortest_channel()
    if limit is not None and (proposal.days or 0) > limit.days:
        raise OrderError(OrderErrorCode.TOO_LONG, channel=limit.channel, most=limit.days)
    _require_words(proposal)


def _place_supplement(order: Order, proposal: OrderProposal, user: User | None) -> None:
    """An order of its own that waits for the buyer's payment: cancelling this one does not touch it, nor the other way."""
    title = stored_title(OrderKind.SUPPLEMENT, title=order.gig_title)
    supplement = place_agreed_order(
        buyer=order.buyer,
        seller=order.seller,
        terms=Terms(
            title=title,
            total_fen=proposal.amount_fen or 0,
            delivery_days=proposal.days or 1,
            revisions=order.revisions_allowed,
            description=proposal.message,
        ),
        kind=OrderKind.SUPPLEMENT,
        gig=order.gig,
        parent=order,
        # One proposal, one order: the unique key holds it beside the lock.
        checkout_key=supplement_key(order=order, proposal=proposal),
        snapshot={"agreed": _agreed(order, proposal)},
    )
    supplement.payment_expires_at = clock.now() + timedelta(
        hours=rule(supplement.rules, "orders.supplement_payment_hours")
    )
    supplement.save(update_fields=["payment_expires_at", "updated_at"])
    if user is None or user.pk != order.buyer_id:
        tell(order.buyer_id, supplement, catalogue.orders.SUPPLEMENT_AGREED)


def _agreed(order: Order, proposal: OrderProposal) -> dict[str, Any]:
    """As `offers.terms.frozen` writes it down, for the same part of the page."""
    return {
        "scope": proposal.message,
        "total_fen": proposal.amount_fen,
        "delivery_days": proposal.days,
        "revisions": order.revisions_allowed,
    }


def _check_revision(order: Order, proposal: OrderProposal) -> None:
    if order.revisions_used < order.revisions_allowed:
        raise OrderError(OrderErrorCode.REVISIONS_LEFT)
    _require_words(proposal)


def _grant_revision(order: Order, proposal: OrderProposal, user: User | None) -> None:
    """The seller gives one for nothing, and the buyer's words are what is to be changed."""
    order.revisions_allowed += 1
    order.save(update_fields=["revisions_allowed", "updated_at"])
    revise(order, buyer=order.buyer, message=proposal.message)


def _require_words(proposal: OrderProposal) -> None:
    if not proposal.message:
        raise OrderError(OrderErrorCode.WORDS_MISSING)


declare(
    ProposalKind.EXTEND,
    rule=ProposalRule(
        statuses=AT_WORK,
        proposers=frozenset({SELLER}),
        accept=_extend,
        check=_check_extension,
        asks=catalogue.orders.ASKS_TIME,
        deadline=DeadlineKind.PROPOSAL_EXTEND,
        answer_within=_answer_within,
    ),
)
declare(
    ProposalKind.DISCOUNT,
    rule=ProposalRule(
        statuses=RUNNING,
        proposers=frozenset({SELLER}),
        accept=_lower_price,
        check=_check_discount,
        asks=catalogue.orders.ASKS_LOWER_PRICE,
        deadline=DeadlineKind.PROPOSAL_DISCOUNT,
        answer_within=_answer_within,
    ),
)
declare(
    ProposalKind.SUPPLEMENT,
    rule=ProposalRule(
        statuses=RUNNING,
        accept=_place_supplement,
        check=_check_supplement,
        asks=catalogue.orders.ASKS_ADDITIONAL_WORK,
        deadline=DeadlineKind.PROPOSAL_SUPPLEMENT,
        answer_within=_answer_within,
        counters=True,
        places_order=True,
    ),
)
# Without a clock of its own: the acceptance clock, which goes on, overtakes it.
declare(
    ProposalKind.REVISION,
    rule=ProposalRule(
        statuses=frozenset({OrderStatus.DELIVERED}),
        proposers=frozenset({BUYER}),
        accept=_grant_revision,
        check=_check_revision,
        asks=catalogue.orders.ASKS_REVISION_MORE,
        records_itself=True,
    ),
)
