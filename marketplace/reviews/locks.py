"""The row locks of reviews: after the order's, before nothing."""

from marketplace.reviews.models import Reputation, ReputationAppeal


def lock_reputation(user_id: int) -> Reputation:
    """Lock the figures of one seller until the transaction ends, making the row if there is none."""
    Reputation.objects.get_or_create(user_id=user_id)
    return Reputation.objects.select_for_update(of=("self",), no_key=True).get(user_id=user_id)


def lock_appeal(appeal_id: int) -> ReputationAppeal:
    """Lock one appeal, after the order it is about. Raises ReputationAppeal.DoesNotExist."""
    return ReputationAppeal.objects.select_for_update(of=("self",), no_key=True).get(pk=appeal_id)
