"""What the page of one's own level shows."""

from dataclasses import dataclass

from marketplace.accounts.models import SellerLevelChoice, User
from marketplace.reviews.levels import gates
from marketplace.reviews.levels.effects import LevelEffects, effects_of
from marketplace.reviews.levels.gates import Gate
from marketplace.reviews.levels.selectors import confirmed_case_of, level_changes
from marketplace.reviews.levels.states import LEVELS
from marketplace.reviews.levels.suggestions import Suggestion, suggestions_of
from marketplace.reviews.models import LevelChange, Reputation, SelectionCase, SelectionStatus, SellerLevel
from marketplace.reviews.peers import PeerGroup, peer_group_of
from marketplace.reviews.score import Score, score_of


@dataclass(frozen=True)
class LevelPage:
    """Everything about the level of one seller, for themself alone."""

    level: SellerLevelChoice
    row: SellerLevel | None  # None until the job came by
    next_level: SellerLevelChoice | None
    gates: list[Gate]  # of the next level; of Select for who is there
    missed: list[Gate]  # of the level they have
    is_candidate: bool
    held_by: int | None  # the key of a confirmed case of integrity that keeps it from rising
    effects: list[LevelEffects]
    score: Score
    suggestions: list[Suggestion]
    peers: PeerGroup | None
    changes: list[LevelChange]

    @property
    def to_go(self) -> list[Gate]:
        """The gates of the next level that are not met."""
        return [gate for gate in self.gates if not gate.is_met]


@dataclass(frozen=True)
class LevelSummary:
    """The level in one panel of the desk."""

    level: SellerLevelChoice
    next_level: SellerLevelChoice | None
    gates: list[Gate]


def level_page(user: User) -> LevelPage:
    """The page of a seller's level; the score is counted anew, so that its events add up to what is shown."""
    row = SellerLevel.objects.filter(user=user).first()
    level = SellerLevelChoice(row.level if row else user.profile.level)
    above = gates.next_level(level)
    figures = gates.figures_from(Reputation.objects.filter(user=user).first())
    score = score_of(user.pk)
    progress = gates.gates_of(gates.needs_of(above or level), figures)
    is_waiting = SelectionCase.objects.filter(user=user, status=SelectionStatus.OPEN).exists()
    return LevelPage(
        level=level,
        row=row,
        next_level=above,
        gates=progress,
        missed=gates.missed(gates.needs_of(level), figures),
        is_candidate=is_waiting,
        held_by=confirmed_case_of(user.pk),
        effects=[effects_of(each) for each in LEVELS],
        score=score,
        suggestions=suggestions_of(score, [gate for gate in progress if not gate.is_met]),
        peers=peer_group_of(user.pk, score.tenths),
        changes=level_changes(user.pk),
    )


def level_summary(user: User) -> LevelSummary:
    """The panel on the first page of the desk. Two queries."""
    level = SellerLevelChoice(user.profile.level)
    above = gates.next_level(level)
    figures = gates.figures_from(Reputation.objects.filter(user=user).first())
    return LevelSummary(level, above, gates.gates_of(gates.needs_of(above or level), figures))
