"""What happens to offers and briefs by itself. Safe to run twice, late, and on many workers: a row that somebody holds is
left for the next run (SKIP LOCKED), as orders' clocks do (orders/services/clocks.py)."""

from datetime import timedelta

from django.db import transaction

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.notifications import catalogue
from marketplace.offers import locks, matching
from marketplace.offers.listeners import changed
from marketplace.offers.models import BriefInvitation
from marketplace.offers.services._rules import close, end_agreement, tell
from marketplace.offers.services.answering import lapsed_unpaid
from marketplace.offers.states import BriefStatus, OfferStatus


@transaction.atomic
def expire_offer(*, negotiation_id: int) -> bool:
    """End the open offer of a negotiation whose time is over. Returns whether there was one."""
    negotiation = locks.try_lock_negotiation(negotiation_id)
    if negotiation is None:
        return False
    now = clock.now()
    offer = negotiation.offers.filter(status=OfferStatus.OPEN, expires_at__lte=now).first()
    if offer is None:
        return False
    close(offer, status=OfferStatus.EXPIRED, at=now, user=None)
    tell(offer.proposed_by_id, negotiation, catalogue.offers.EXPIRED, offer.title)
    changed(negotiation)
    return True


@transaction.atomic
def lapse_agreement(*, negotiation_id: int) -> bool:
    """End what was agreed and not paid for within `offers.agreed_days`, and tell both. Returns whether it was time.

    An agreement in stages has no such clock: either side stops it.
    """
    negotiation = locks.try_lock_negotiation(negotiation_id)
    if negotiation is None or negotiation.plan_id is not None:
        return False
    last = clock.now() - timedelta(days=get_config("offers.agreed_days"))
    offer = negotiation.offers.filter(status=OfferStatus.ACCEPTED, answered_at__lte=last).first()
    if offer is None or (negotiation.order is not None and not lapsed_unpaid(negotiation.order)):
        return False
    end_agreement(negotiation, offer, status=OfferStatus.EXPIRED)
    tell(negotiation.buyer_id, negotiation, catalogue.offers.LAPSED_BUYER, offer.title)
    tell(
        negotiation.seller_id,
        negotiation,
        catalogue.offers.LAPSED_SELLER,
        offer.title,
    )
    changed(negotiation)
    return True


@transaction.atomic
def expire_brief(*, brief_id: int) -> bool:
    """Stop taking offers for a brief whose time is over; its open offers keep their own clocks. Returns whether it was time."""
    brief = locks.try_lock_brief(brief_id)
    if brief is None or brief.status != BriefStatus.OPEN or brief.expires_at > clock.now():
        return False
    brief.status, brief.ended_at = BriefStatus.EXPIRED, clock.now()
    brief.save(update_fields=["status", "ended_at", "updated_at"])
    tell(brief.buyer_id, brief, catalogue.offers.BRIEF_EXPIRED, brief.title)
    return True


@transaction.atomic
def announce_brief(*, brief_id: int) -> bool:
    """Tell sellers who can do it: `briefs.sellers_told` at most, and nobody of more than `briefs.told_per_day` briefs a day.

    Once for each brief. Two briefs announced in the same moment may both count a seller: the limit is a courtesy.
    """
    brief = locks.try_lock_brief(brief_id)
    if brief is None or brief.announced_at is not None or brief.status != BriefStatus.OPEN:
        return False
    now = clock.now()
    sellers = matching.sellers_for(
        brief,
        most=get_config("briefs.sellers_told"),
        per_day=get_config("briefs.told_per_day"),
        since=now - timedelta(days=1),
    )
    BriefInvitation.objects.bulk_create(
        BriefInvitation(brief=brief, seller=seller, created_at=now) for seller in sellers
    )
    for seller in sellers:
        tell(seller.pk, brief, catalogue.offers.BRIEF_FOR_YOU, brief.title)
    brief.announced_at = now
    brief.save(update_fields=["announced_at", "updated_at"])
    return True
