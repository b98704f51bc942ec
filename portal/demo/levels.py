"""Levels of the demo's sellers, by the gates that staff can turn (core/reputation_settings.py), and how they came about.

Nobody's level is made up: the year is walked through, and each step up stands at the order that met the gates. Two are put on
stage: one whose answers no longer meet the gate, and one who waits for a person to choose them. Of the level in the data only
"top" is read: whom a person chooses once the gates are met.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from marketplace.accounts.models import SellerLevelChoice, User, UserProfile
from marketplace.core.config import get_config
from marketplace.orders.states import OrderStatus
from marketplace.reviews.models import LevelChange, LevelReason, ReviewSide, SelectionCase, SellerLevel
from portal.demo.bulk import insert
from portal.demo.people import People
from portal.demo.plan import OrderPlan
from portal.demo.sources import IN_GRACE, SEED, Sources

NEW, LEVEL_1, LEVEL_2, TOP = SellerLevelChoice.values
GATES = {LEVEL_1: "level_1", LEVEL_2: "level_2", TOP: "top"}
GRACE_SINCE = timedelta(days=9)
CHOSEN_FOR = "作品稳定，纠纷少，买家复购多，达到甄选标准。"


@dataclass
class Figures:
    """What a seller has reached, by the gates' own names."""

    orders: int = 0
    earned_fen: int = 0
    buyers: set[int] = field(default_factory=set)
    stars: list[int] = field(default_factory=list)

    def count(self, plan: OrderPlan) -> None:
        """One more order that ended."""
        if plan.status == OrderStatus.COMPLETED:
            self.orders += 1
            self.buyers.add(plan.buyer)
        self.earned_fen += plan.split.seller_fen if plan.released_fen else 0

    def meets(self, gate: str) -> bool:
        """Whether the counts are enough for a level; stars and answers are looked at once, at the end."""
        return (
            self.orders >= get_config(f"levels.{gate}_orders")
            and len(self.buyers) >= get_config(f"levels.{gate}_buyers")
            and self.earned_fen >= get_config(f"levels.{gate}_earned_fen")
        )

    @property
    def rating_hundredths(self) -> int:
        """The mean of the stars that are public."""
        return round(100 * sum(self.stars) / len(self.stars)) if self.stars else 0

    def told(self, response_percent: int | None) -> dict[str, int | None]:
        """As a line of the history keeps them."""
        return {
            "rating_hundredths": self.rating_hundredths,
            "response_percent": response_percent,
            "orders": self.orders,
            "buyers": len(self.buyers),
            "earned_fen": self.earned_fen,
        }


@dataclass
class Climb:
    """How far a seller came: (level, moment) upwards, and the figures of today."""

    steps: list[tuple[str, datetime]]
    figures: Figures

    @property
    def level(self) -> str:
        return self.steps[-1][0] if self.steps else NEW


def climbs(plans: Sequence[OrderPlan], now: datetime) -> dict[int, Climb]:
    """By place of the seller. The gate of stars is asked of today's."""
    by_seller: dict[int, list[OrderPlan]] = defaultdict(list)
    for plan in plans:
        if plan.finished_at and plan.finished_at < now:
            by_seller[plan.seller].append(plan)
    return {seller: _climb(ended, Random(f"{SEED}:climb:{seller}"), now) for seller, ended in by_seller.items()}


def _climb(ended: list[OrderPlan], rng: Random, now: datetime) -> Climb:
    figures = Figures()
    for plan in ended:
        figures.stars += [each.stars for each in plan.reviews if each.side == ReviewSide.BUYER and each.published_at]
    waiting = [
        (level, gate)
        for level, gate in GATES.items()
        if figures.rating_hundredths >= get_config(f"levels.{gate}_rating_hundredths")
    ]
    steps: list[tuple[str, datetime]] = []
    for plan in sorted(ended, key=lambda one: one.finished_at or now):
        figures.count(plan)
        while waiting and figures.meets(waiting[0][1]):
            level, _gate = waiting.pop(0)
            # A job promotes within a day; a person takes a few to choose.
            hours = rng.uniform(50, 130) if level == TOP else rng.uniform(0.1, 20)
            at = min((plan.finished_at or now) + timedelta(hours=hours), now - timedelta(minutes=30))
            steps.append((level, at))
    return Climb(steps, figures)


def write_levels(
    plans: Sequence[OrderPlan], sources: Sources, people: People, percents: Mapping[int, int | None], now: datetime
) -> None:
    """Levels, their history and the candidate. `percents`: each seller's rate of answers, by place."""
    moderator = people.staff["moderator"]
    rows, changes, cases = [], [], []
    found = climbs(plans, now)
    for place, seller in enumerate(people.sellers):
        climb = found.get(place) or Climb([], Figures())
        told = climb.figures.told(percents.get(place))
        old, since = str(NEW), seller.date_joined
        for level, at in climb.steps:
            if level == TOP and sources.sellers[place]["level"] != TOP:
                cases.append(SelectionCase(user=seller, figures=told, opened_at=at))
                break
            changes.append(_step(seller, old, level, at, moderator, told))
            old, since = level, at
        row = SellerLevel(user=seller, level=old, since=since)
        if place == sources.seller_called(IN_GRACE):
            begun = max(now - GRACE_SINCE, since + timedelta(hours=1))
            row.grace_until = begun + timedelta(days=get_config("levels.grace_days"))
            grace = LevelChange(user=seller, old=old, new=old, reason=LevelReason.GRACE, figures=told, created_at=begun)
            changes.append(grace)
        rows.append(row)
    SellerLevel.objects.filter(user__in=people.sellers).delete()
    insert(rows)
    insert(sorted(changes, key=lambda change: change.created_at))
    insert(cases)
    profiles = {profile.user_id: profile for profile in UserProfile.objects.filter(user__in=people.sellers)}
    for row in rows:
        profiles[row.user_id].level = row.level
        row.user.profile.level = row.level
    UserProfile.objects.bulk_update(profiles.values(), ["level"])


def _step(
    seller: User, old: str, level: str, at: datetime, moderator: User, told: dict[str, int | None]
) -> LevelChange:
    change = LevelChange(user=seller, old=old, new=level, reason=LevelReason.PROMOTED, created_at=at)
    # What was reached then is not known any more; the gates were met.
    change.figures = told
    if level == TOP:
        change.reason, change.decided_by, change.words = LevelReason.SELECTED, moderator, CHOSEN_FOR
    return change
