"""Making an offer, and answering one with another."""

from django.db import transaction

from marketplace.accounts.locks import hold_people
from marketplace.accounts.models import User
from marketplace.accounts.selectors import sellers_in_order
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.gigs.models import Gig
from marketplace.notifications import catalogue
from marketplace.offers import locks
from marketplace.offers.errors import OfferError, OfferErrorCode
from marketplace.offers.listeners import changed
from marketplace.offers.models import Brief, Negotiation, Offer
from marketplace.offers.services._rules import (
    close,
    hold,
    other_of,
    require_move,
    require_not_blocked,
    tell,
    write_version,
)
from marketplace.offers.states import BriefStatus, OfferStatus
from marketplace.offers.terms import OfferTerms, check_terms, check_validity


@transaction.atomic
def send_offer(
    *,
    seller: User,
    buyer: User,
    terms: OfferTerms,
    valid_days: int,
    words: str = "",
    gig: Gig | None = None,
    brief: Brief | None = None,
) -> Offer:
    """A seller's first offer, in a conversation or as the answer to a brief. The buyer is told.

    Whoever calls it without a brief has seen that the two are in conversation. Raises OfferError ONESELF, NOT_SELLING,
    NOT_TAKEN between people of whom one blocked the other, ACCOUNT_CLOSING, GIG_NOT_LIVE, TOO_MANY_OPEN, VALIDITY, what
    `check_terms` raises, and BRIEF_OVER, BRIEF_OWN, BRIEF_ANSWERED, BRIEF_DECLINED or BRIEF_FULL.
    """
    terms = terms.summed()
    _check_people(seller, buyer, brief)
    check_terms(terms)
    check_validity(valid_days)
    if gig is not None and not Gig.objects.on_sale().filter(pk=gig.pk, seller=seller).exists():
        raise OfferError(OfferErrorCode.GIG_NOT_LIVE)
    if not hold_people(buyer.pk, seller.pk):
        raise OfferError(OfferErrorCode.ACCOUNT_CLOSING)
    if brief is not None:
        negotiation = _answer_to(locks.lock_brief(brief.pk), seller, gig)
    else:
        # A courtesy and no lock: of two offers sent in the same moment both may pass.
        limit = get_config("offers.open_per_pair")
        waiting = Offer.objects.filter(negotiation__buyer=buyer, negotiation__seller=seller, status=OfferStatus.OPEN)
        if waiting.count() >= limit:
            raise OfferError(OfferErrorCode.TOO_MANY_OPEN, limit=limit)
        negotiation = Negotiation.objects.create(buyer=buyer, seller=seller, gig=gig)
    now = clock.now()
    offer = write_version(negotiation, user=seller, terms=terms, valid_days=valid_days, words=words, at=now)
    title = catalogue.offers.OFFER_FOR_BRIEF if brief is not None else catalogue.offers.CUSTOM_OFFER
    tell(buyer.pk, negotiation, title, terms.title)
    changed(negotiation)
    return offer


@transaction.atomic
def counter_offer(*, offer_id: int, user: User, terms: OfferTerms, valid_days: int, words: str = "") -> Offer:
    """Answer an open offer with another one: the next version of the same negotiation, and the only open one.

    What the seller asks the buyer (questions) stays as the seller wrote it. Raises OfferError WRONG_STATE, EXPIRED,
    NOT_TAKEN, VALIDITY or what `check_terms` raises.
    """
    terms = terms.summed()
    check_terms(terms)
    check_validity(valid_days)
    held = hold(offer_id, user)  # a brief that is settled has ended its open offers
    negotiation, offer = held.negotiation, held.offer
    require_move(offer, to=OfferStatus.COUNTERED, user=user)
    require_not_blocked(negotiation.buyer_id, negotiation.seller_id)
    now = clock.now()
    close(offer, status=OfferStatus.COUNTERED, at=now, user=user)
    version = write_version(negotiation, user=user, terms=terms, valid_days=valid_days, words=words, at=now)
    tell(other_of(negotiation, user.pk), negotiation, catalogue.offers.COUNTERED, terms.title)
    changed(negotiation)
    return version


def _check_people(seller: User, buyer: User, brief: Brief | None) -> None:
    if seller.pk == buyer.pk:
        raise OfferError(OfferErrorCode.BRIEF_OWN if brief is not None else OfferErrorCode.ONESELF)
    if not seller.is_seller or not sellers_in_order().filter(pk=seller.pk, is_active=True).exists():
        raise OfferError(OfferErrorCode.NOT_SELLING)
    require_not_blocked(seller.pk, buyer.pk)


def _answer_to(brief: Brief, seller: User, gig: Gig | None) -> Negotiation:
    """The negotiation of a seller about a (locked) brief: new, or the one in which nothing waits and nothing is agreed."""
    if brief.status != BriefStatus.OPEN or brief.expires_at <= clock.now():
        raise OfferError(OfferErrorCode.BRIEF_OVER)
    known = Negotiation.objects.filter(brief=brief, seller=seller).first()
    if known is not None:
        known = locks.lock_negotiation(known.pk)
        newest = known.offers.order_by("-number").first()
        if newest is None or not newest.may_be_followed:
            was_declined = newest is not None and newest.status == OfferStatus.DECLINED
            raise OfferError(OfferErrorCode.BRIEF_DECLINED if was_declined else OfferErrorCode.BRIEF_ANSWERED)
    # An answer that has ended leaves its place to somebody else.
    limit = get_config("briefs.offers_maximum")
    if brief.negotiations.filter(offers__status=OfferStatus.OPEN).count() >= limit:
        raise OfferError(OfferErrorCode.BRIEF_FULL, limit=limit)
    if known is not None:
        known.gig = gig
        known.save(update_fields=["gig", "updated_at"])
        return known
    return Negotiation.objects.create(buyer_id=brief.buyer_id, seller=seller, gig=gig, brief=brief)
