"""The row locks of reviews, after the order's: reviews, figures, the level, a candidate (docs/locking.md)."""

from collections.abc import Collection, Sequence

from marketplace.accounts.models import UserProfile
from marketplace.core import clock
from marketplace.reviews.models import Reputation, ReputationAppeal, Review, SelectionCase, SellerLevel


def lock_reviews(review_ids: Collection[int]) -> list[Review]:
    """Lock several reviews until the transaction ends, by key, before the figures of their sellers: who decides what counts.

    Who writes one holds its order instead.
    """
    locked = Review.objects.select_for_update(of=("self",), no_key=True)
    return list(locked.filter(pk__in=review_ids).order_by("pk"))


def lock_reputation(user_id: int) -> Reputation:
    """Lock the figures of one seller until the transaction ends, making the row if there is none."""
    return lock_reputations([user_id])[0]


def lock_reputations(user_ids: Sequence[int]) -> list[Reputation]:
    """Lock the figures of several sellers until the transaction ends, by key, making the rows that there are not."""
    known = set(Reputation.objects.filter(pk__in=user_ids).values_list("pk", flat=True))
    missing = [Reputation(user_id=user_id) for user_id in sorted(set(user_ids) - known)]
    if missing:
        Reputation.objects.bulk_create(missing, ignore_conflicts=True)
    locked = Reputation.objects.select_for_update(of=("self",), no_key=True)
    return list(locked.filter(pk__in=user_ids).order_by("pk"))


def lock_level(user_id: int) -> SellerLevel:
    """Lock the level of one seller, after their figures; a seller without a row gets one with the level of the profile."""
    if not SellerLevel.objects.filter(user_id=user_id).exists():
        level = UserProfile.objects.values_list("level", flat=True).get(user_id=user_id)
        SellerLevel.objects.get_or_create(user_id=user_id, defaults={"level": level, "since": clock.now()})
    return SellerLevel.objects.select_for_update(of=("self",), no_key=True).get(user_id=user_id)


def lock_selection(case_id: int) -> SelectionCase:
    """Lock one candidate, after the level of its seller. Raises SelectionCase.DoesNotExist."""
    return SelectionCase.objects.select_for_update(of=("self",), no_key=True).get(pk=case_id)


def lock_appeal(appeal_id: int) -> ReputationAppeal:
    """Lock one appeal, after the order it is about. Raises ReputationAppeal.DoesNotExist."""
    return ReputationAppeal.objects.select_for_update(of=("self",), no_key=True).get(pk=appeal_id)
