"""What happens when an appeal about the score or the level was right (appeals.EFFECTS)."""

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.reviews import reputation
from marketplace.reviews.levels.evaluation import evaluate_level, restore_level
from marketplace.reviews.models import ReputationAppeal, ScoreException

WORDS_LENGTH = 300


@transaction.atomic
def event_effect(appeal: ReputationAppeal, staff: User) -> None:
    """The order is left out of its seller's score, and figures and level are made anew. Safe to repeat."""
    order = appeal.order
    if order is None:
        raise ValueError("an appeal about an event names its order")
    ScoreException.objects.get_or_create(
        order=order,
        defaults={"words": appeal.answer[:WORDS_LENGTH], "decided_by": staff, "decided_at": clock.now()},
    )
    reputation.recompute_reputation(order.seller_id)
    evaluate_level(user_id=order.seller_id)


@transaction.atomic
def level_effect(appeal: ReputationAppeal, staff: User) -> None:
    """The level is looked at anew; a grace period ends, and a level that was lost last is given back."""
    reputation.recompute_reputation(appeal.user_id)
    evaluate_level(user_id=appeal.user_id)
    restore_level(user_id=appeal.user_id, staff=staff, words=appeal.answer[:WORDS_LENGTH])
