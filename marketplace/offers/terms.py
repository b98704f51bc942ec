"""What is offered, as plain values, and the limits it keeps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from marketplace.core.config import get_config
from marketplace.core.money import display_yuan
from marketplace.gigs.content import MOST_DELIVERY_DAYS
from marketplace.offers.errors import OfferError, OfferErrorCode
from marketplace.offers.models import Negotiation, Offer
from marketplace.orders.channels import shortest_channel
from marketplace.orders.services import Stage


@dataclass(frozen=True)
class OfferTerms:
    """What one side proposes: price in fen, working time in days. With stages, price, days and revisions are their sums."""

    title: str
    scope: str
    total_fen: int
    delivery_days: int
    revisions: int
    questions: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()

    def summed(self) -> "OfferTerms":
        """The same with the sums of the stages."""
        if not self.stages:
            return self
        return replace(
            self,
            total_fen=sum(stage.amount_fen for stage in self.stages),
            delivery_days=sum(stage.delivery_days for stage in self.stages),
            revisions=sum(stage.revisions for stage in self.stages),
        )


def terms_of(offer: Offer) -> OfferTerms:
    """The terms of a version that was sent."""
    return OfferTerms(
        title=offer.title,
        scope=offer.scope,
        total_fen=offer.total_fen,
        delivery_days=offer.delivery_days,
        revisions=offer.revisions,
        questions=tuple(offer.questions),
        stages=tuple(
            Stage(stage.title, stage.amount_fen, stage.delivery_days, stage.revisions, stage.description)
            for stage in offer.stages.all()
        ),
    )


def check_terms(terms: OfferTerms) -> None:
    """Raise OfferError PRICE_RANGE, DAYS, TOO_LONG or one of the stages' unless these terms keep the limits.

    The money must not come free by itself while somebody is at work (facts/marketplace.md, suggested defaults: a stage is no
    longer than the channel's freeze less clearing and a reserve).
    """
    least, most = get_config("gigs.minimum_price_fen"), get_config("gigs.maximum_price_fen")
    if not least <= terms.total_fen <= most:
        raise OfferError(OfferErrorCode.PRICE_RANGE, least=display_yuan(least), most=display_yuan(most))
    if terms.stages:
        _check_stages(terms.stages, terms.total_fen)
        return
    _check_days(terms.delivery_days)
    limit = shortest_channel()
    if limit is not None and terms.delivery_days > limit.days:
        raise OfferError(OfferErrorCode.TOO_LONG, channel=limit.channel, most=limit.days)


def _check_stages(stages: Sequence[Stage], total_fen: int) -> None:
    most = get_config("orders.stages_maximum")
    if not 2 <= len(stages) <= most:
        raise OfferError(OfferErrorCode.STAGE_COUNT, most=most)
    least = get_config("orders.stages_minimum_fen")
    if total_fen < least:
        raise OfferError(OfferErrorCode.STAGES_TOO_SMALL, least=display_yuan(least))
    smallest, limit = get_config("orders.stage_minimum_fen"), shortest_channel()
    for stage in stages:
        if stage.amount_fen < smallest:
            raise OfferError(OfferErrorCode.STAGE_TOO_SMALL, least=display_yuan(smallest), title=stage.title)
        _check_days(stage.delivery_days)
        if limit is not None and stage.delivery_days > limit.days:
            raise OfferError(OfferErrorCode.STAGE_TOO_LONG, channel=limit.channel, most=limit.days, title=stage.title)


def _check_days(days: int) -> None:
    if not 1 <= days <= MOST_DELIVERY_DAYS:
        raise OfferError(OfferErrorCode.DAYS, most=MOST_DELIVERY_DAYS)


def check_validity(days: int) -> None:
    """Raise OfferError VALIDITY unless an offer may be valid for this many days."""
    most = get_config("offers.valid_days_maximum")
    if not 1 <= days <= most:
        raise OfferError(OfferErrorCode.VALIDITY, most=most)


def frozen(negotiation: Negotiation, offer: Offer, accepted_at: datetime) -> dict[str, Any]:
    """What was agreed, for the snapshot of its orders: plain values, so that nothing later changes them."""
    terms = terms_of(offer)
    return {
        "offer": offer.pk,
        "version": offer.number,
        "by": "seller" if offer.proposed_by_id == negotiation.seller_id else "buyer",
        "accepted_at": accepted_at.isoformat(),
        "title": terms.title,
        "scope": terms.scope,
        "total_fen": terms.total_fen,
        "delivery_days": terms.delivery_days,
        "revisions": terms.revisions,
        "questions": list(terms.questions),
        "stages": [vars(stage) for stage in terms.stages],
        "service": negotiation.gig.title if negotiation.gig else "",
        "brief": negotiation.brief.title if negotiation.brief else "",
    }
