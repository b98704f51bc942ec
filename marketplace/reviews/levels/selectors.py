"""Reads of levels. What the gates and the score say to their seller is put together in levels/presenters.py."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404

from marketplace.accounts.models import SellerLevelChoice, User, UserProfile
from marketplace.core import clock
from marketplace.reviews.levels.states import rank
from marketplace.reviews.models import (
    AppealKind,
    CaseStatus,
    IntegrityMember,
    LevelChange,
    LevelReason,
    Reputation,
    ReputationAppeal,
    Review,
    ReviewSide,
    SelectionCase,
    SelectionStatus,
    SellerLevel,
)

# So many sellers are looked at in one run of the job, if its time lasts; the rest has its turn in the next. The night's
# recount makes everybody's figures new, and whoever rose by day is not to wait behind them until the next one.
BATCH = 5_000
# Product decision: twice the time of grace, with the days until an appeal is answered in it.
LOST_DAYS = 60


def has_confirmed_case(user_id: int) -> bool:
    """Whether somebody is in a case of integrity that a person confirmed and nobody took back."""
    return confirmed_case_of(user_id) is not None


def confirmed_case_of(user_id: int) -> int | None:
    """The key of the newest such case; None without one."""
    cases = IntegrityMember.objects.filter(user_id=user_id, case__status=CaseStatus.CONFIRMED)
    return cases.order_by("-case_id").values_list("case_id", flat=True).first()


def to_evaluate() -> list[int]:
    """Sellers whose level is to be looked at: grace over, figures newer than the last look, never looked at."""
    over = SellerLevel.objects.filter(grace_until__lte=clock.now()).order_by("grace_until")
    newer = Reputation.objects.filter(updated_at__gt=F("user__seller_level__updated_at")).order_by("updated_at")
    known = SellerLevel.objects.filter(user=OuterRef("user"))
    unknown = UserProfile.objects.filter(~Exists(known), seller_since__isnull=False).order_by("user_id")
    found = [
        *over.values_list("user_id", flat=True)[:BATCH],
        *newer.values_list("user_id", flat=True)[:BATCH],
        *unknown.values_list("user_id", flat=True)[:BATCH],
    ]
    return list(dict.fromkeys(found))


def lost_level(user_id: int, level: str) -> SellerLevelChoice | None:
    """The level above this one that the clock took last, which an appeal that is right gives back; None if there is none.

    What a person has decided since, by choosing or after an earlier appeal, settles what was before it; and who did not ask
    within LOST_DAYS has let it stand: an appeal is about the level of now, not about one of years ago.
    """
    since = clock.now() - timedelta(days=LOST_DAYS)
    moves = LevelChange.objects.filter(user_id=user_id, created_at__gte=since)
    settled = moves.filter(reason__in=(LevelReason.STAFF, LevelReason.SELECTED)).values("pk")[:1]
    lost = moves.filter(reason=LevelReason.DEMOTED, pk__gt=Coalesce(Subquery(settled), 0)).first()
    if lost is None or rank(lost.old) <= rank(level):
        return None
    return SellerLevelChoice(lost.old)


def refused_candidate(user_id: int) -> SelectionCase | None:
    """The candidate for Select that a person refused last, unless the seller was chosen, or is a candidate anew, since then."""
    last = SelectionCase.objects.filter(user_id=user_id).exclude(status=SelectionStatus.LAPSED).order_by("-pk").first()
    return last if last is not None and last.status == SelectionStatus.REFUSED else None


def level_at(user: User, moment: datetime) -> tuple[SellerLevelChoice, datetime | None]:
    """The level that a seller had at a moment, and since when; None for the day when nobody has written it down."""
    moves = LevelChange.objects.filter(user=user).exclude(old=F("new"))
    before = moves.filter(created_at__lte=moment).first()
    if before is not None:
        return SellerLevelChoice(before.new), before.created_at
    after = moves.order_by("pk").first()
    if after is not None:
        return SellerLevelChoice(after.old), None
    row = SellerLevel.objects.filter(user=user).first()
    return SellerLevelChoice(row.level if row else user.profile.level), row.since if row else None


def earlier_candidacies(case: SelectionCase) -> list[SelectionCase]:
    """What was decided about a candidate before, the newest first."""
    found = SelectionCase.objects.filter(user=case.user_id, pk__lt=case.pk).select_related("decided_by__profile")
    return list(found.order_by("-pk")[:10])


def level_appeals(user_id: int) -> list[ReputationAppeal]:
    """What a seller has had to say about their level, with the answers, the newest first."""
    found = ReputationAppeal.objects.filter(user_id=user_id, kind=AppealKind.LEVEL)
    return list(found.select_related("decided_by__profile").order_by("-pk")[:10])


def level_changes(user_id: int, *, limit: int = 20) -> list[LevelChange]:
    """The history of a seller's level, the newest first."""
    return list(LevelChange.objects.filter(user_id=user_id)[:limit])


def candidates(status: SelectionStatus) -> QuerySet[SelectionCase]:
    """Candidates for Select in this state: who waits longest first, what was decided last first."""
    order = ["opened_at", "pk"] if status == SelectionStatus.OPEN else ["-decided_at", "-pk"]
    return SelectionCase.objects.filter(status=status).select_related("user__profile", "decided_by").order_by(*order)


def candidate_for_staff(case_id: int) -> SelectionCase:
    """One candidate. Raises Http404."""
    case = SelectionCase.objects.filter(pk=case_id).select_related("user__profile", "decided_by").first()
    if case is None:
        raise Http404
    return case


def newest_reviews(user_id: int, *, limit: int = 10) -> list[Review]:
    """The newest public reviews by buyers."""
    public = Review.objects.filter(Q(published_at__isnull=False), subject_id=user_id, side=ReviewSide.BUYER)
    return list(public.select_related("author__profile", "order").order_by("-published_at", "-pk")[:limit])
