"""Reviews become public: both at once when both have written, else when the window closes. Never before, never twice."""

from collections.abc import Collection, Mapping

from django.db import transaction

from marketplace.core import clock
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.services import notify, recipient_language
from marketplace.orders import locks
from marketplace.orders.models import Order
from marketplace.reviews import reputation
from marketplace.reviews.models import Review, ReviewSide


@transaction.atomic
def publish_due_review(*, order_id: int) -> bool:
    """Publish what of this order has waited until its `publish_at`. Returns whether there was something; safe to run twice.

    An order that somebody holds is left for the next run: who writes the second review publishes both.
    """
    order = locks.try_lock_order(order_id)
    if order is None:
        return False
    due = list(Review.objects.filter(order=order, published_at=None, publish_at__lte=clock.now()))
    publish(order=order, reviews=due)
    return bool(due)


def publish(*, order: Order, reviews: Collection[Review]) -> None:
    """Make hidden reviews of an order public, count what its buyer gave, and tell both sides. The caller holds its lock."""
    now = clock.now()
    for review in reviews:
        review.published_at = now
        review.save(update_fields=["published_at", "updated_at"])
        # Read under the lock that the line before took: a decision about its honesty is in it, or waits and counts anew.
        review.refresh_from_db(fields=["excluded_at"])
        if review.side == ReviewSide.BUYER and review.counts:
            reputation.count_rating(user_id=order.seller_id, gig_id=order.gig_id, stars=review.stars)
    told = {review.subject_id for review in reviews}
    for review in reviews:
        words = {"name": review.author.display_name, "stars": review.stars}
        tell(
            recipient_id=review.subject_id, order=order, notice=catalogue.talk.REVIEWED, words=words, about=review.body
        )
        # Where both became public, what the other wrote says it all.
        if review.author_id not in told:
            tell(recipient_id=review.author_id, order=order, notice=catalogue.talk.REVIEW_PUBLISHED)


def tell(
    *, recipient_id: int, order: Order, notice: Notice, words: Mapping[str, object] | None = None, about: str = ""
) -> None:
    """Tell one side something about the reviews of an order, with the way there."""
    with recipient_language():
        url = f"{order.get_absolute_url()}#reviews"
    notify(recipient_id=recipient_id, notice=notice, words=words or {}, about=about or order.gig_title, url=url)
