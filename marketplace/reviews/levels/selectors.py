"""Reads of levels. What the gates and the score say to their seller is put together in levels/presenters.py."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404

from marketplace.accounts.models import UserProfile
from marketplace.core import clock
from marketplace.reviews.models import (
    CaseStatus,
    IntegrityMember,
    LevelChange,
    Reputation,
    Review,
    ReviewSide,
    SelectionCase,
    SelectionStatus,
    SellerLevel,
)

# So many sellers are looked at in one run of the job; the rest has its turn in the next.
BATCH = 500


def has_confirmed_case(user_id: int) -> bool:
    """Whether somebody is in a case of integrity that a person confirmed and nobody took back."""
    return IntegrityMember.objects.filter(user_id=user_id, case__status=CaseStatus.CONFIRMED).exists()


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
