"""Saying yes or no to an offer, and what a yes leads to."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction

from marketplace.accounts.locks import hold_people
from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.offers import locks
from marketplace.offers.errors import OfferError, OfferErrorCode
from marketplace.offers.listeners import changed
from marketplace.offers.models import DeclineReason, Negotiation, Offer
from marketplace.offers.services._briefs import choose
from marketplace.offers.services._rules import close, hold, other_of, require_move, require_not_blocked, tell
from marketplace.offers.states import OfferStatus
from marketplace.offers.terms import frozen, terms_of
from marketplace.orders.models import Order
from marketplace.orders.services import Question, Terms, fund_stage, make_plan, place_agreed_order, still_payable
from marketplace.orders.states import OrderStatus


@transaction.atomic
def accept_offer(*, offer_id: int, user: User) -> Negotiation:
    """Agree to what the other side proposed. Safe to call twice.

    When the buyer agrees, the order (of the first stage) waits for its payment at once; when the seller agrees to a
    counter-offer, the buyer is told and has `offers.agreed_days` to go to the payment. Of a brief, all other open offers end
    and their sellers are told. Raises OfferError WRONG_STATE, EXPIRED, NOT_TAKEN or BRIEF_OVER, and what
    `place_agreed_order` raises.
    """
    held = hold(offer_id, user, with_brief=True)
    negotiation, offer = held.negotiation, held.offer
    if offer.status == OfferStatus.ACCEPTED and offer.proposed_by_id != user.pk:
        return negotiation  # a double click: the first call did the work
    require_move(offer, to=OfferStatus.ACCEPTED, user=user)
    require_not_blocked(negotiation.buyer_id, negotiation.seller_id)
    now = clock.now()
    if held.brief is not None:
        choose(held.brief, negotiation, at=now)
    close(offer, status=OfferStatus.ACCEPTED, at=now, user=user)
    terms = terms_of(offer)
    if terms.stages:
        negotiation.plan = make_plan(
            buyer=negotiation.buyer,
            seller=negotiation.seller,
            gig=negotiation.gig,
            title=terms.title,
            stages=terms.stages,
            terms=frozen(negotiation, offer, now),
        )
        negotiation.save(update_fields=["plan", "updated_at"])
    is_buyer = user.pk == negotiation.buyer_id
    if is_buyer:
        _place(negotiation, offer)
    told = catalogue.offers.ACCEPTED if is_buyer else catalogue.offers.COUNTER_ACCEPTED
    tell(other_of(negotiation, user.pk), negotiation, told, offer.title)
    changed(negotiation)
    return negotiation


@transaction.atomic
def order_agreement(*, negotiation_id: int, buyer: User) -> Order:
    """The order of an accepted offer, to be paid for: the one that is there, or a new one in place of one that lapsed unpaid.

    Safe to call twice. Raises OfferError WRONG_STATE when nothing was agreed, AGREEMENT_LAPSED after `offers.agreed_days`,
    what `place_agreed_order` and `fund_stage` raise, and PermissionDenied for anybody but the buyer.
    """
    sides = Negotiation.objects.values_list("buyer_id", "seller_id").get(pk=negotiation_id)
    if buyer.pk != sides[0]:
        raise PermissionDenied
    hold_people(*sides)
    negotiation = locks.lock_negotiation(negotiation_id)
    offer = negotiation.offers.filter(status=OfferStatus.ACCEPTED).first()
    days = get_config("offers.agreed_days")
    if offer is None or offer.answered_at is None:
        newest = negotiation.offers.order_by("-number").first()
        if newest is not None and newest.has_lapsed:
            raise OfferError(OfferErrorCode.AGREEMENT_LAPSED, days=days)
        raise OfferError(OfferErrorCode.WRONG_STATE)
    if negotiation.order_id is not None and (waiting := still_payable(order_id=negotiation.order_id)) is not None:
        return waiting
    if negotiation.plan is None and offer.answered_at + timedelta(days=days) <= clock.now():
        raise OfferError(OfferErrorCode.AGREEMENT_LAPSED, days=days)
    order = _place(negotiation, offer)
    changed(negotiation)
    return order


@transaction.atomic
def decline_offer(*, offer_id: int, user: User, reason: DeclineReason, words: str = "") -> Offer:
    """Say no, with a reason that the other side is told. Safe to call twice. Raises OfferError WRONG_STATE or REASON_MISSING."""
    if reason == DeclineReason.OTHER and not words.strip():
        raise OfferError(OfferErrorCode.REASON_MISSING)
    held = hold(offer_id, user)
    if held.offer.status == OfferStatus.DECLINED and held.offer.answered_by_id == user.pk:
        return held.offer
    require_move(held.offer, to=OfferStatus.DECLINED, user=user)
    close(held.offer, status=OfferStatus.DECLINED, at=clock.now(), user=user, reason=reason, words=words.strip())
    _tell_of_end(held.negotiation, user, catalogue.offers.DECLINED, held.offer)
    return held.offer


@transaction.atomic
def withdraw_offer(*, offer_id: int, user: User) -> Offer:
    """Take one's own open offer back. Safe to call twice. Raises OfferError WRONG_STATE."""
    held = hold(offer_id, user)
    if held.offer.status == OfferStatus.WITHDRAWN and held.offer.proposed_by_id == user.pk:
        return held.offer
    require_move(held.offer, to=OfferStatus.WITHDRAWN, user=user)
    close(held.offer, status=OfferStatus.WITHDRAWN, at=clock.now(), user=user)
    _tell_of_end(held.negotiation, user, catalogue.offers.TAKEN_BACK, held.offer)
    return held.offer


def lapsed_unpaid(order: Order) -> bool:
    """Whether an order was closed before anything was paid for it."""
    return order.status == OrderStatus.CANCELLED and order.paid_at is None


def _tell_of_end(negotiation: Negotiation, user: User, notice: Notice, offer: Offer) -> None:
    tell(other_of(negotiation, user.pk), negotiation, notice, offer.title)
    changed(negotiation)


def _place(negotiation: Negotiation, offer: Offer) -> Order:
    if negotiation.plan_id is not None:
        return fund_stage(plan_id=negotiation.plan_id, buyer=negotiation.buyer)
    assert offer.answered_at is not None  # noqa: S101 it was accepted
    order = place_agreed_order(
        buyer=negotiation.buyer,
        seller=negotiation.seller,
        gig=negotiation.gig,
        terms=Terms(
            title=offer.title,
            total_fen=offer.total_fen,
            delivery_days=offer.delivery_days,
            revisions=offer.revisions,
            description=offer.scope,
            questions=[Question(prompt) for prompt in offer.questions],
        ),
        snapshot={"agreed": frozen(negotiation, offer, offer.answered_at)},
    )
    negotiation.order = order
    negotiation.save(update_fields=["order", "updated_at"])
    return order
