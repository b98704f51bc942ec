"""The row locks of reviews: after the order's, before nothing."""

from collections.abc import Sequence

from marketplace.reviews.models import Reputation


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
