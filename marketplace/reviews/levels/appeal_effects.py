"""What happens when an appeal about the score or the level was right (appeals.EFFECTS)."""

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.orders.states import FINAL_STATUSES
from marketplace.reviews import reputation
from marketplace.reviews.levels.evaluation import evaluate_level, restore_level
from marketplace.reviews.levels.selection import reopen_selection
from marketplace.reviews.models import ReputationAppeal, ScoreException
from marketplace.reviews.score import one_agreement_with

WORDS_LENGTH = 300


@transaction.atomic
def event_effect(appeal: ReputationAppeal, staff: User) -> None:
    """The event is left out of its seller's score, and figures and level are made anew. Safe to repeat.

    Of an agreement in stages all that have ended go together: they are one event on the page, and one left alone would weigh
    more than before. A stage that ends later is an event of its own.
    """
    order = appeal.order
    if order is None:
        raise ValueError("an appeal about an event names its order")
    for one in one_agreement_with(order).filter(status__in=FINAL_STATUSES):
        ScoreException.objects.get_or_create(
            order=one,
            defaults={"words": appeal.answer[:WORDS_LENGTH], "decided_by": staff, "decided_at": clock.now()},
        )
    reputation.recompute_reputation(order.seller_id)
    evaluate_level(user_id=order.seller_id)


@transaction.atomic
def level_effect(appeal: ReputationAppeal, staff: User) -> None:
    """A grace period ends, a level that was lost last is given back, and who was refused for Select is a candidate anew.

    The level is given back before anything is evaluated: a rise by the gates, half of the way, would hide what was lost. The
    job that follows (levels/selectors.to_evaluate) looks at what the figures, counted anew here, are worth.
    """
    reputation.recompute_reputation(appeal.user_id)
    restore_level(user_id=appeal.user_id, staff=staff, words=appeal.answer[:WORDS_LENGTH])
    reopen_selection(user_id=appeal.user_id)
