"""Reviews and talk that tests of figures begin with."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.messaging import services as messaging
from marketplace.messaging.models import Conversation
from marketplace.orders.models import Order
from marketplace.reviews.models import Review
from tests.factories import make_public_review


def public_review(order: Order, *, stars: int = 5, aspects: Mapping[str, int] | None = None, body: str = "") -> Review:
    """The buyer's review of a finished order, public because the seller has written too."""
    return make_public_review(order, stars=stars, aspects=aspects or {}, body=body)


def published_on(review: Review, moment: datetime) -> Review:
    """As if it had become public then."""
    Review.objects.filter(pk=review.pk).update(published_at=moment)
    review.refresh_from_db()
    return review


def contact(
    asker: User,
    seller: User,
    *,
    asked_at: datetime,
    answered_after: timedelta | None = None,
    body: str = "你好，在吗？",
) -> Conversation:
    """Somebody writes to a seller for the first time; the seller answers after that time, or not at all."""
    with clock.moved_to(asked_at):
        conversation = messaging.start_conversation(buyer=asker, seller=seller)
        messaging.send_message(conversation_id=conversation.pk, sender=asker, body=body)
    if answered_after is not None:
        with clock.moved_to(asked_at + answered_after):
            messaging.send_message(conversation_id=conversation.pk, sender=seller, body="在的，请说。")
    return conversation
