"""The life of an offer and of a brief, one table each."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.transitions import Transition, TransitionTable


class OfferStatus(models.TextChoices):
    OPEN = "open", _("Waiting for the answer")
    ACCEPTED = "accepted", pgettext_lazy("an offer", "Agreed")
    COUNTERED = "countered", _("Countered")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Taken back")
    EXPIRED = "expired", _("Expired")  # not answered in time, or agreed and not paid for in time
    OVERTAKEN = "overtaken", _("Not chosen")


class BriefStatus(models.TextChoices):
    OPEN = "open", _("Takes offers")
    CHOSEN = "chosen", _("Offer chosen")
    CLOSED = "closed", _("Closed")
    EXPIRED = "expired", _("Expired")
    DENIED = "denied", _("Taken down")


# ASKED: the side that the offer was made to. PROPOSER: the side that made it. SYSTEM: a clock, or what became of the brief.
ASKED, PROPOSER, SYSTEM, OWNER, MODERATOR = "asked", "proposer", "system", "owner", "moderator"

_O, _B = OfferStatus, BriefStatus


def _row(source: OfferStatus, target: OfferStatus, *actors: str, effect: str = "") -> Transition[OfferStatus]:
    return Transition(source, target, frozenset(actors), effect)


def _brief_row(source: BriefStatus, target: BriefStatus, *actors: str, effect: str = "") -> Transition[BriefStatus]:
    return Transition(source, target, frozenset(actors), effect)


OFFER_TRANSITIONS: TransitionTable[OfferStatus] = TransitionTable(
    (
        _row(
            _O.OPEN, _O.ACCEPTED, ASKED, effect="an order, or an agreement in stages; the other offers of a brief end"
        ),
        _row(_O.OPEN, _O.COUNTERED, ASKED, effect="the counter-offer is the next version, and the open one"),
        _row(_O.OPEN, _O.DECLINED, ASKED),
        _row(_O.OPEN, _O.WITHDRAWN, PROPOSER),
        _row(_O.OPEN, _O.EXPIRED, SYSTEM, effect="its clock ran out"),
        _row(_O.OPEN, _O.OVERTAKEN, SYSTEM, effect="the brief was closed, or another offer chosen"),
        _row(_O.ACCEPTED, _O.EXPIRED, SYSTEM, effect="what was agreed was not paid for in time"),
        _row(_O.ACCEPTED, _O.OVERTAKEN, SYSTEM, effect="the brief was opened again before anything was paid"),
    )
)

BRIEF_TRANSITIONS: TransitionTable[BriefStatus] = TransitionTable(
    (
        _brief_row(_B.OPEN, _B.CHOSEN, OWNER, SYSTEM, effect="the offer becomes an order; the others are told"),
        _brief_row(_B.OPEN, _B.CLOSED, OWNER, effect="open offers end; who answered is told"),
        _brief_row(_B.OPEN, _B.EXPIRED, SYSTEM, effect="nobody can answer any more; open offers keep their own clock"),
        _brief_row(_B.OPEN, _B.DENIED, MODERATOR, effect="nobody sees it any more; open offers end"),
        _brief_row(_B.CLOSED, _B.OPEN, OWNER),
        _brief_row(_B.EXPIRED, _B.OPEN, OWNER),
        _brief_row(_B.EXPIRED, _B.CHOSEN, OWNER, SYSTEM, effect="an offer may outlive the brief it answers"),
        _brief_row(_B.CHOSEN, _B.OPEN, OWNER, effect="only while nothing has been paid"),
        _brief_row(_B.CLOSED, _B.DENIED, MODERATOR),
        _brief_row(_B.EXPIRED, _B.DENIED, MODERATOR),
        _brief_row(_B.CHOSEN, _B.DENIED, MODERATOR, effect="what was agreed stands"),
    )
)
