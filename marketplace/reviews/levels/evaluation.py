"""Whether a seller's level is still the right one: up at once, down after a grace period, the highest by a person."""

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import SellerLevelChoice, User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.services import notify, recipient_language
from marketplace.reviews import locks
from marketplace.reviews.levels import gates, selection
from marketplace.reviews.levels.figures import counted_figures
from marketplace.reviews.levels.gates import Figures
from marketplace.reviews.levels.moves import move
from marketplace.reviews.levels.selectors import has_confirmed_case, lost_level
from marketplace.reviews.levels.states import rank
from marketplace.reviews.models import LevelReason, SellerLevel


@transaction.atomic
def evaluate_level(*, user_id: int) -> SellerLevel:
    """Give a seller the level that their figures are worth now. Safe to repeat: what is right already is left alone.

    The highest met level below Select is reached at once; who is in a confirmed case of integrity rises when it no longer
    stands. Missed gates begin the grace period; the level falls when it is over. Whoever meets the gates of Select becomes a
    candidate, and no candidate any more when they do not.
    """
    figures = counted_figures(user_id)
    row = locks.lock_level(user_id)
    looked_at = clock.now()
    needs = gates.all_needs()
    met = gates.highest_met(needs, figures)
    reachable = min(met, SellerLevelChoice.TWO, key=rank)
    may_rise = not has_confirmed_case(user_id)
    if rank(reachable) > rank(row.level) and may_rise:
        row.grace_until = None
        move(row, reachable, LevelReason.PROMOTED, figures)
        _tell(row, catalogue.levels.PROMOTED)
    elif missed := gates.missed(needs[SellerLevelChoice(row.level)], figures):
        _look_at_grace(row, reachable, figures, missed)
    elif row.grace_until is not None:
        row.grace_until = None
        move(row, row.level, LevelReason.RECOVERED, figures)
        _tell(row, catalogue.levels.RECOVERED)
    is_candidate = met == SellerLevelChoice.TOP and row.level == SellerLevelChoice.TWO and may_rise
    selection.look_at_candidate(user_id=user_id, figures=figures, is_candidate=is_candidate)
    # When the figures were read: what is counted after that is looked at again (selectors.to_evaluate).
    SellerLevel.objects.filter(pk=row.pk).update(updated_at=looked_at)
    return row


@transaction.atomic
def restore_level(*, user_id: int, staff: User, words: str) -> SellerLevel:
    """An appeal about the level was right: what was lost last is given back, and a grace period that runs is over.

    The gates hold as before: who still misses them has a whole new grace period from the next evaluation on. While a confirmed
    case of integrity stands nothing is given back: that needs an appeal about the case.
    """
    figures = counted_figures(user_id)
    row = locks.lock_level(user_id)
    lost = None if has_confirmed_case(user_id) else lost_level(user_id, row.level)
    row.grace_until = None
    move(row, lost or row.level, LevelReason.STAFF, figures, staff=staff, words=words)
    # Older than the figures: the job looks at what they are worth (selectors.to_evaluate).
    SellerLevel.objects.filter(pk=row.pk).update(updated_at=row.updated_at - timedelta(days=1))
    return row


def _look_at_grace(row: SellerLevel, reachable: SellerLevelChoice, figures: Figures, missed: list[gates.Gate]) -> None:
    """The gates of the level are missed: the period begins, runs on, or is over."""
    now = clock.now()
    if row.grace_until is None:
        row.grace_until = now + timedelta(days=get_config("levels.grace_days"))
        move(row, row.level, LevelReason.GRACE, figures)
        _tell(row, catalogue.levels.GRACE, missed)
    elif row.grace_until <= now:
        row.grace_until = None
        # A case that stands keeps nobody up: the gates decide how far it goes down.
        move(row, min(reachable, SellerLevelChoice(row.level), key=rank), LevelReason.DEMOTED, figures)
        _tell(row, catalogue.levels.DEMOTED, missed)


def _tell(row: SellerLevel, notice: Notice, missed: list[gates.Gate] | None = None) -> None:
    with recipient_language():
        words: dict[str, object] = {"level": SellerLevelChoice(row.level).label}
        if missed is not None:
            words |= {"plan": plan_of(missed)}
        if row.grace_until is not None:
            words |= {"day": timezone.localdate(row.grace_until).isoformat()}
        url = reverse("reviews:level")
    notify(recipient_id=row.user_id, notice=notice, words=words, url=url)


def plan_of(missed: list[gates.Gate]) -> str:
    """What is missing, in one line: "Rating 4.20 (4.40 needed) · Completed orders 3 (5 needed)"."""
    return " · ".join(gate.in_words for gate in missed)
