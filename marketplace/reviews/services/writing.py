"""A review is written, and answered."""

from collections.abc import Mapping

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.services import notify, recipient_language
from marketplace.orders import events
from marketplace.orders.locks import lock_order
from marketplace.orders.models import Order, OrderEventType
from marketplace.reviews import reputation, rules
from marketplace.reviews.errors import ReviewError, ReviewErrorCode
from marketplace.reviews.models import Rating, RatingAspect, Review, ReviewSide

TEXT_LENGTH = 1000


@transaction.atomic
def write_review(
    *, order_id: int, author: User, stars: int, aspects: Mapping[str, int] | None = None, body: str = ""
) -> Review:
    """One side says what the order was like; it is public at once, and a buyer's counts for the gig and the seller.

    `aspects` are stars by RatingAspect value and may be empty. Raises ReviewError NOT_YOUR_ORDER, NOT_FINISHED,
    WINDOW_CLOSED, BUYER_FIRST, ALREADY_WRITTEN, INVALID_STARS or TEXT_TOO_LONG.
    """
    aspects = dict(aspects or {})
    body = _checked_text(body)
    if any(value not in range(1, 6) for value in (stars, *aspects.values())) or not set(aspects) <= set(RatingAspect):
        raise ReviewError(ReviewErrorCode.INVALID_STARS)
    order = lock_order(order_id)
    side = rules.side_of(order, author)
    rules.require_may_write(order, side, Review.objects.filter(order=order))

    review = Review.objects.create(
        order=order,
        gig_id=order.gig_id,
        side=side,
        author=author,
        subject_id=order.seller_id if side == ReviewSide.BUYER else order.buyer_id,
        stars=stars,
        body=body,
        published_at=clock.now(),
    )
    Rating.objects.bulk_create([Rating(review=review, aspect=aspect, stars=value) for aspect, value in aspects.items()])
    if side == ReviewSide.BUYER:
        reputation.count_rating(user_id=order.seller_id, gig_id=order.gig_id, stars=stars)
    events.record(order, OrderEventType.REVIEWED, actor=author, side=side.value, stars=stars)
    _tell(
        review.subject_id,
        order,
        catalogue.talk.REVIEWED,
        {"name": author.display_name, "stars": stars},
        about=body,
    )
    return review


@transaction.atomic
def reply_to_review(*, order_id: int, author: User, text: str) -> Review:
    """The seller answers the buyer's review, once and in public.

    Raises ReviewError NOT_YOUR_ORDER, NOTHING_TO_REPLY_TO, ALREADY_REPLIED, EMPTY_REPLY or TEXT_TOO_LONG.
    """
    text = _checked_text(text)
    if not text:
        raise ReviewError(ReviewErrorCode.EMPTY_REPLY)
    order = lock_order(order_id)
    side = rules.side_of(order, author)
    review = Review.objects.filter(order=order, side=ReviewSide.BUYER, published_at__isnull=False).first()
    if side != ReviewSide.SELLER or review is None:
        raise ReviewError(ReviewErrorCode.NOTHING_TO_REPLY_TO)
    if review.reply:
        raise ReviewError(ReviewErrorCode.ALREADY_REPLIED)
    review.reply = text
    review.replied_at = clock.now()
    review.save(update_fields=["reply", "replied_at", "updated_at"])
    _tell(order.buyer_id, order, catalogue.talk.REPLIED, {"name": author.display_name}, about=text)
    return review


def _checked_text(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if len(text) > TEXT_LENGTH:
        raise ReviewError(ReviewErrorCode.TEXT_TOO_LONG, limit=TEXT_LENGTH, length=len(text))
    return text


def _tell(recipient_id: int, order: Order, notice: Notice, words: Mapping[str, object], *, about: str) -> None:
    with recipient_language():
        url = f"{order.get_absolute_url()}#reviews"
    notify(recipient_id=recipient_id, notice=notice, words=words, about=about or order.gig_title, url=url)
