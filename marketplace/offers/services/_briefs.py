"""What becomes of a brief's offers when it ends. Called under the brief's lock."""

from datetime import datetime

from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.offers import locks
from marketplace.offers.errors import BriefError, BriefErrorCode, OfferError, OfferErrorCode
from marketplace.offers.listeners import changed
from marketplace.offers.models import Brief, Negotiation
from marketplace.offers.services._rules import close, tell
from marketplace.offers.states import BRIEF_TRANSITIONS, SYSTEM, BriefStatus, OfferStatus


def require_brief_move(brief: Brief, *, to: BriefStatus, actor: str) -> None:
    """Raise BriefError WRONG_STATE unless the table allows it."""
    if not BRIEF_TRANSITIONS.allows(BriefStatus(brief.status), to, actor):
        raise BriefError(BriefErrorCode.WRONG_STATE)


def choose(brief: Brief, chosen: Negotiation, *, at: datetime) -> None:
    """One offer of the (locked) brief was accepted: the brief is settled, the others end, and their sellers are told kindly.

    Raises OfferError BRIEF_OVER.
    """
    if not BRIEF_TRANSITIONS.allows(BriefStatus(brief.status), BriefStatus.CHOSEN, SYSTEM):
        raise OfferError(OfferErrorCode.BRIEF_OVER)
    brief.status, brief.ended_at = BriefStatus.CHOSEN, at
    brief.save(update_fields=["status", "ended_at", "updated_at"])
    notice = catalogue.offers.BRIEF_CHOSE_ANOTHER
    end_open_offers(brief, at=at, notice=notice, but=chosen)


def end_open_offers(brief: Brief, *, at: datetime, notice: Notice, but: Negotiation | None = None) -> None:
    """End what is still open of a (locked) brief, and tell each seller."""
    for negotiation in locks.lock_negotiations_of(brief):
        if but is not None and negotiation.pk == but.pk:
            continue
        offer = negotiation.offers.filter(status=OfferStatus.OPEN).first()
        if offer is None:
            continue
        close(offer, status=OfferStatus.OVERTAKEN, at=at, user=None)
        tell(negotiation.seller_id, negotiation, notice, brief.title)
        changed(negotiation)
