"""The gates of the levels: figures and settings in, what is met and what is missing out. Reads no table but the settings."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from marketplace.accounts.models import SellerLevelChoice
from marketplace.core.config import get_config
from marketplace.core.money import display_yuan
from marketplace.reviews.levels.states import LEVELS, rank

if TYPE_CHECKING:
    from marketplace.reviews.models import Reputation


class GateName(StrEnum):
    """A gate, by the end of its setting's key: levels.<level>_<gate>."""

    SCORE = "score_tenths"
    RATING = "rating_hundredths"
    RESPONSE = "response_percent"
    ORDERS = "orders"
    BUYERS = "buyers"
    EARNED = "earned_fen"


LABELS = {
    GateName.SCORE: gettext_lazy("Score"),
    GateName.RATING: gettext_lazy("Rating"),
    GateName.RESPONSE: gettext_lazy("Response rate"),
    GateName.ORDERS: gettext_lazy("Completed orders"),
    GateName.BUYERS: gettext_lazy("Different buyers"),
    GateName.EARNED: gettext_lazy("Income in all"),
}


@dataclass(frozen=True)
class Figures:
    """What a seller has reached, in the units of the gates; None is what there is nothing to say about."""

    score_tenths: int | None = None
    rating_hundredths: int | None = None
    response_percent: int | None = None
    orders: int = 0
    buyers: int = 0
    earned_fen: int = 0

    def as_json(self) -> dict[str, int | None]:
        """Gate → what was reached, for LevelChange.figures."""
        return asdict(self)


Needs = Mapping[GateName, int]


@dataclass(frozen=True)
class Gate:
    """One gate of a level, and how far somebody is."""

    name: GateName
    needed: int
    reached: int | None

    @property
    def is_met(self) -> bool:
        """Nobody can answer nobody: without new contacts the response rate counts as met. Everything else has to be shown."""
        if self.reached is None:
            return self.name == GateName.RESPONSE or self.needed == 0
        return self.reached >= self.needed

    @property
    def missing(self) -> int:
        """How much there is to go, in the gate's unit; 0 when it is met."""
        return 0 if self.is_met else self.needed - (self.reached or 0)

    @property
    def percent(self) -> int:
        """How much of the way is done, 0 to 100; below 100 until the gate is met."""
        return 100 if self.is_met else min(99, 100 * (self.reached or 0) // self.needed)

    @property
    def label(self) -> str:
        return str(LABELS[self.name])

    @property
    def shown_needed(self) -> str:
        return shown(self.name, self.needed)

    @property
    def shown_reached(self) -> str:
        """What was reached, as it is written; words for what there is nothing to say about."""
        return pgettext("nothing to count", "none yet") if self.reached is None else shown(self.name, self.reached)

    @property
    def in_words(self) -> str:
        """How far it is, in one line: "Rating 4.20 (4.40 needed)"."""
        values = {"gate": self.label, "reached": self.shown_reached, "needed": self.shown_needed}
        return _("%(gate)s %(reached)s (%(needed)s needed)") % values

    @property
    def to_go(self) -> str:
        """What is missing in words: "2 orders to go". Empty when it is met."""
        if self.is_met:
            return ""
        missing = self.missing
        match self.name:
            case GateName.ORDERS:
                return ngettext("%(count)s order to go", "%(count)s orders to go", missing) % {"count": missing}
            case GateName.BUYERS:
                return ngettext("%(count)s buyer to go", "%(count)s buyers to go", missing) % {"count": missing}
            case GateName.RATING if self.reached is None:
                return _("No review counts yet")
            case GateName.SCORE if self.reached is None:
                return _("No order has ended yet")
        return _("%(amount)s to go") % {"amount": shown(self.name, missing)}


def shown(name: GateName, value: int) -> str:
    """A figure of a gate as it is written: 7.0, 4.60, 90%, 20, ¥14,000."""
    match name:
        case GateName.SCORE:
            return f"{value // 10}.{value % 10}"
        case GateName.RATING:
            return f"{value // 100}.{value % 100:02}"
        case GateName.RESPONSE:
            return f"{value}%"
        case GateName.EARNED:
            return f"¥{display_yuan(value)}"
    return str(value)


def needs_of(level: str) -> Needs:
    """What the settings ask for a level; nothing for new sellers."""
    if level == SellerLevelChoice.NEW:
        return {}
    return {name: get_config(f"levels.{level}_{name}") for name in GateName}


def all_needs() -> dict[SellerLevelChoice, Needs]:
    """What the settings ask, of every level in ascending order."""
    return {level: needs_of(level) for level in LEVELS}


def gates_of(needs: Needs, figures: Figures) -> list[Gate]:
    """Each gate of a level, with how far these figures are."""
    return [Gate(name, needed, getattr(figures, name)) for name, needed in needs.items()]


def missed(needs: Needs, figures: Figures) -> list[Gate]:
    """The gates that these figures do not meet."""
    return [gate for gate in gates_of(needs, figures) if not gate.is_met]


def highest_met(needs: Mapping[SellerLevelChoice, Needs], figures: Figures) -> SellerLevelChoice:
    """The highest level whose gates and those of every level below are met."""
    reached = SellerLevelChoice.NEW
    for level in LEVELS[1:]:
        if missed(needs[level], figures):
            break
        reached = level
    return reached


def next_level(level: str) -> SellerLevelChoice | None:
    """The level above; None above Select."""
    above = rank(level) + 1
    return LEVELS[above] if above < len(LEVELS) else None


def figures_from(reputation: "Reputation | None") -> Figures:
    """The figures of a seller as the gates read them. A mean is cut, not rounded: 4.399 does not pass for 4.40."""
    if reputation is None:
        return Figures()
    count = reputation.rating_count
    return Figures(
        score_tenths=reputation.score_tenths,
        rating_hundredths=100 * reputation.rating_sum // count if count else None,
        response_percent=reputation.response_percent,
        orders=reputation.orders_completed,
        buyers=reputation.buyers,
        earned_fen=reputation.earned_fen,
    )
