"""What every answer to an offer asks first, and how people hear of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied

from marketplace.accounts.locks import hold_people
from marketplace.accounts.models import User
from marketplace.accounts.selectors import blocks_between
from marketplace.core import clock
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.services import call_off, notify, recipient_language
from marketplace.offers import locks
from marketplace.offers.errors import OfferError, OfferErrorCode
from marketplace.offers.models import Brief, DeclineReason, Negotiation, Offer, OfferStage
from marketplace.offers.states import ASKED, OFFER_TRANSITIONS, PROPOSER, SYSTEM, OfferStatus
from marketplace.offers.terms import OfferTerms


@dataclass(frozen=True)
class Held:
    """An offer under the lock of its negotiation, and of its brief where it answers one."""

    offer: Offer
    negotiation: Negotiation
    brief: Brief | None


# What tells of an offer that waits for an answer.
_OFFERED = (catalogue.offers.CUSTOM_OFFER, catalogue.offers.OFFER_FOR_BRIEF, catalogue.offers.COUNTERED)


def hold(offer_id: int, user: User, *, with_brief: bool = False) -> Held:
    """In the caller's transaction: lock what an answer needs, in the order of docs/locking.md, and read the offer after it.

    People, brief and negotiation of an offer never change, so they can be read before. Raises PermissionDenied for anybody
    who is not one of the two, and Offer.DoesNotExist.
    """
    offer = Offer.objects.select_related("negotiation").get(pk=offer_id)
    negotiation = offer.negotiation
    if user.pk not in (negotiation.buyer_id, negotiation.seller_id):
        raise PermissionDenied
    hold_people(negotiation.buyer_id, negotiation.seller_id)
    brief = locks.lock_brief(negotiation.brief_id) if with_brief and negotiation.brief_id else None
    negotiation = locks.lock_negotiation(negotiation.pk)
    offer = Offer.objects.get(pk=offer_id)
    offer.negotiation = negotiation
    return Held(offer, negotiation, brief)


def require_move(offer: Offer, *, to: OfferStatus, user: User) -> None:
    """Raise OfferError WRONG_STATE unless this person may answer the (locked) offer like this, EXPIRED after its time.

    The clock may be late; the time that was written on the offer counts.
    """
    actor = PROPOSER if offer.proposed_by_id == user.pk else ASKED
    if not OFFER_TRANSITIONS.allows(OfferStatus(offer.status), to, actor):
        raise OfferError(OfferErrorCode.WRONG_STATE)
    if offer.expires_at <= clock.now() and to in (OfferStatus.ACCEPTED, OfferStatus.COUNTERED):
        raise OfferError(OfferErrorCode.EXPIRED)


def require_not_blocked(one_id: int, other_id: int) -> None:
    """Raise OfferError NOT_TAKEN when either blocked the other."""
    if blocks_between(one_id, other_id):
        raise OfferError(OfferErrorCode.NOT_TAKEN)


def close(
    offer: Offer,
    *,
    status: OfferStatus,
    at: datetime,
    user: User | None,
    reason: DeclineReason | None = None,
    words: str = "",
) -> None:
    """Write how an open offer ended. `user` is None when a clock or the brief did it. Nobody is written to of it any more."""
    offer.status, offer.answered_at, offer.answered_by = status, at, user
    offer.reason, offer.answer = reason or "", words[:300]
    offer.save(update_fields=["status", "answered_at", "answered_by", "reason", "answer"])
    with recipient_language():
        url = offer.negotiation.get_absolute_url()
    call_off(recipient_id=other_of(offer.negotiation, offer.proposed_by_id), url=url, notices=_OFFERED)


def end_agreement(negotiation: Negotiation, offer: Offer, *, status: OfferStatus) -> None:
    """What was agreed in a (locked) negotiation holds no longer, and nothing of it was paid: something else can be agreed.

    When it was agreed, and by whom, stays on the offer.
    """
    if not OFFER_TRANSITIONS.allows(OfferStatus(offer.status), status, SYSTEM):
        raise OfferError(OfferErrorCode.WRONG_STATE)
    offer.status = status
    offer.save(update_fields=["status"])
    negotiation.order, negotiation.plan = None, None
    negotiation.save(update_fields=["order", "plan", "updated_at"])


def write_version(
    negotiation: Negotiation, *, user: User, terms: OfferTerms, valid_days: int, words: str, at: datetime
) -> Offer:
    """The next version of a (locked, or new) negotiation."""
    newest = negotiation.offers.order_by("-number").values_list("number", flat=True).first() or 0
    offer = Offer.objects.create(
        negotiation=negotiation,
        number=newest + 1,
        proposed_by=user,
        title=terms.title,
        scope=terms.scope,
        total_fen=terms.total_fen,
        delivery_days=terms.delivery_days,
        revisions=terms.revisions,
        questions=list(terms.questions),
        words=words.strip()[:500],
        created_at=at,
        expires_at=at + timedelta(days=valid_days),
    )
    OfferStage.objects.bulk_create(
        OfferStage(offer=offer, position=position, **vars(stage))
        for position, stage in enumerate(terms.stages, start=1)
    )
    return offer


def other_of(negotiation: Negotiation, user_id: int) -> int:
    """The key of the person on the other side."""
    return negotiation.seller_id if user_id == negotiation.buyer_id else negotiation.buyer_id


def tell(recipient_id: int, subject: Negotiation | Brief, notice: Notice, about: str) -> None:
    """Notify somebody in the transaction of the change.

    Of a negotiation it says with whom: one service may be talked about with many.
    """
    with recipient_language():
        url = subject.get_absolute_url()
    if isinstance(subject, Negotiation):
        other = subject.seller if recipient_id == subject.buyer_id else subject.buyer
        about = f"{about} · {other.display_name}"
    notify(recipient_id=recipient_id, notice=notice, about=about, url=url)
