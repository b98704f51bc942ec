"""Candidates for Select: opened and closed by the gates, decided by a person."""

from datetime import timedelta

from django.db import transaction
from django.urls import reverse

from marketplace.accounts.models import SellerLevelChoice, User
from marketplace.core import clock, staff_log
from marketplace.core.config import get_config
from marketplace.notifications import catalogue
from marketplace.notifications.services import notify, recipient_language
from marketplace.reviews import locks
from marketplace.reviews.levels import gates
from marketplace.reviews.levels.errors import LevelError, LevelErrorCode
from marketplace.reviews.levels.figures import counted_figures
from marketplace.reviews.levels.gates import Figures
from marketplace.reviews.levels.moves import move
from marketplace.reviews.levels.selectors import has_confirmed_case, refused_candidate
from marketplace.reviews.models import LevelReason, Reputation, SelectionCase, SelectionStatus, SellerLevel

WORDS_LENGTH = 300


def look_at_candidate(*, user_id: int, figures: Figures, is_candidate: bool) -> None:
    """Open a case for who has become a candidate, and let lapse that of who is none. The level must be locked.

    Who was refused is looked at again after levels.selection_again_days.
    """
    now = clock.now()
    cases = SelectionCase.objects.filter(user_id=user_id)
    if not is_candidate:
        cases.filter(status=SelectionStatus.OPEN).update(status=SelectionStatus.LAPSED, decided_at=now, updated_at=now)
        return
    again_from = now - timedelta(days=get_config("levels.selection_again_days"))
    is_known = cases.filter(status=SelectionStatus.OPEN).exists()
    if not is_known and not cases.filter(status=SelectionStatus.REFUSED, decided_at__gt=again_from).exists():
        SelectionCase.objects.create(user_id=user_id, figures=figures.as_json(), opened_at=now)


def may_be_candidate_again(user_id: int) -> bool:
    """Whether a person refused this seller last, who meets all gates of Select still."""
    row = SellerLevel.objects.filter(user_id=user_id).first()
    figures = gates.figures_from(Reputation.objects.filter(user_id=user_id).first())
    return refused_candidate(user_id) is not None and row is not None and _may_be_chosen(row, figures)


@transaction.atomic
def reopen_selection(*, user_id: int) -> SelectionCase | None:
    """An appeal of a refused candidate was right: a person looks anew, at once, and the seller is told.

    None for who was not refused, and for who cannot be chosen: gates missed, or a confirmed case of integrity.
    """
    figures = counted_figures(user_id)
    locks.lock_level(user_id)
    if not may_be_candidate_again(user_id):
        return None
    case = SelectionCase.objects.create(user_id=user_id, figures=figures.as_json(), opened_at=clock.now())
    with recipient_language():
        url = reverse("reviews:level")
    notify(recipient_id=user_id, notice=catalogue.levels.CANDIDATE_AGAIN, words={}, url=url)
    return case


@transaction.atomic
def decide_selection(*, case_id: int, staff: User, is_chosen: bool, words: str = "") -> SelectionCase:
    """A person decides about a candidate. `words` are read by the seller; a refusal needs them.

    Raises LevelError WORDS_MISSING, OWN_CASE, DECIDED_ALREADY, or GATES_MISSED when they cannot be chosen any more;
    SelectionCase.DoesNotExist.
    """
    words = words.strip()[:WORDS_LENGTH]
    if not is_chosen and not words:
        raise LevelError(LevelErrorCode.WORDS_MISSING)
    user_id = SelectionCase.objects.values_list("user_id", flat=True).get(pk=case_id)
    if user_id == staff.pk:
        raise LevelError(LevelErrorCode.OWN_CASE)
    figures = counted_figures(user_id)
    row = locks.lock_level(user_id)
    case = locks.lock_selection(case_id)
    if case.status != SelectionStatus.OPEN:
        raise LevelError(LevelErrorCode.DECIDED_ALREADY)
    if is_chosen and not _may_be_chosen(row, figures):
        raise LevelError(LevelErrorCode.GATES_MISSED)
    level_before = str(row.level)
    case.status = SelectionStatus.CHOSEN if is_chosen else SelectionStatus.REFUSED
    case.decided_by, case.decided_at, case.words = staff, clock.now(), words
    case.save(update_fields=["status", "decided_by", "decided_at", "words", "updated_at"])
    if is_chosen:
        row.grace_until = None
        move(row, SellerLevelChoice.TOP, LevelReason.SELECTED, figures, staff=staff, words=words)
    staff_log.note(
        actor=staff,
        action="level.selection",
        data={"case": case.pk, "decision": case.status, "words": words},
        subject=case.user,
        before={"level": level_before},
        after={"level": str(row.level)},
    )
    with recipient_language():
        url = reverse("reviews:level")
    notice = catalogue.levels.SELECTED if is_chosen else catalogue.levels.NOT_SELECTED
    notify(recipient_id=user_id, notice=notice, words={"words": words}, url=url)
    return case


def _may_be_chosen(row: SellerLevel, figures: Figures) -> bool:
    is_met = gates.highest_met(gates.all_needs(), figures) == SellerLevelChoice.TOP
    return is_met and row.level == SellerLevelChoice.TWO and not has_confirmed_case(row.user_id)
