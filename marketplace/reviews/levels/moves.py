"""The one place that writes a level: its row, its copy in the profile, and a line of the history."""

from marketplace.accounts.models import SellerLevelChoice, User, UserProfile
from marketplace.core import clock, page_cache
from marketplace.reviews.levels.gates import Figures
from marketplace.reviews.levels.states import CLOCK, GATES, LEVEL_TRANSITIONS, STAFF
from marketplace.reviews.models import LevelChange, LevelReason, SellerLevel

# Why a level moves → who moves it, for the table.
_ACTORS = {
    LevelReason.PROMOTED: GATES,
    LevelReason.DEMOTED: CLOCK,
    LevelReason.SELECTED: STAFF,
    LevelReason.STAFF: STAFF,
}


def move(
    row: SellerLevel,
    level: str,
    reason: LevelReason,
    figures: Figures,
    *,
    staff: User | None = None,
    words: str = "",
) -> None:
    """Write a line of the history, the level and its copy in the profile. `row` must be locked.

    Raises ValueError for a move that the table does not know.
    """
    old = row.level
    if level != old:
        if not LEVEL_TRANSITIONS.allows(SellerLevelChoice(old), SellerLevelChoice(level), _ACTORS.get(reason, "")):
            raise ValueError(f"no seller goes from {old} to {level} because of {reason}")
        row.level, row.since = level, clock.now()
        UserProfile.objects.filter(user_id=row.user_id).update(level=level)
        page_cache.forget(f"seller:{row.user_id}", page_cache.SELLERS)
    row.save(update_fields=["level", "since", "grace_until", "updated_at"])
    LevelChange.objects.create(
        user_id=row.user_id,
        old=old,
        new=level,
        reason=reason,
        figures=figures.as_json(),
        decided_by=staff,
        words=words,
        created_at=clock.now(),
    )
