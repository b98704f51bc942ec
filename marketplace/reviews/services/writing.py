"""A review is written blind, changed while it is hidden, and answered."""

from collections.abc import Collection, Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.notifications import catalogue
from marketplace.orders import events, locks
from marketplace.orders.models import Order, OrderEventType
from marketplace.reviews import rules
from marketplace.reviews.errors import ReviewError, ReviewErrorCode
from marketplace.reviews.models import ASKED_ASPECTS, Rating, Review, ReviewSide, ReviewVersion
from marketplace.reviews.services.pictures import change_pictures
from marketplace.reviews.services.publishing import publish, tell
from marketplace.safety.policy import Finding, look_at
from marketplace.uploads.models import Upload


@transaction.atomic
def write_review(
    *,
    order_id: int,
    author: User,
    stars: int,
    aspects: Mapping[str, int] | None = None,
    body: str = "",
    private_feedback: str = "",
    uploads: Sequence[Upload] = (),
) -> Review:
    """One side says what the order was like. Hidden until the other side has written too, or the window closes.

    `aspects` are stars by value of ASKED_ASPECTS and may be empty; `private_feedback` is for the platform alone; `uploads` are
    pictures that are ready. Raises ReviewError NOT_YOUR_ORDER, NOT_FINISHED, CANCELLED, WINDOW_CLOSED, ALREADY_WRITTEN,
    INVALID_STARS, TEXT_TOO_LONG or TOO_MANY_PICTURES, and UploadError NOT_READY.
    """
    aspects = dict(aspects or {})
    _check_stars(stars, aspects)
    body, private_feedback = _checked_text(body), _checked_text(private_feedback)
    order = locks.lock_order(order_id)
    side = rules.side_of(order, author)
    others = list(Review.objects.filter(order=order).select_related("author__profile"))
    publish_at = rules.require_may_write(order, side, others)

    review = Review.objects.create(
        order=order,
        gig_id=order.gig_id,
        side=side,
        author=author,
        subject_id=order.seller_id if side == ReviewSide.BUYER else order.buyer_id,
        stars=stars,
        body=body,
        private_feedback=private_feedback,
        written_at=clock.now(),
        publish_at=publish_at,
    )
    _keep_aspects(review, aspects)
    change_pictures(review=review, owner=author, uploads=uploads)
    # Without the stars: both sides read the time line, and one of them still has to write.
    events.record(order, OrderEventType.REVIEWED, actor=author, side=side.value)
    if others:
        publish(order=order, reviews=[*(other for other in others if other.published_at is None), review])
    else:
        _say_that_it_waits(order, review)
    return review


@transaction.atomic
def edit_review(
    *,
    order_id: int,
    author: User,
    stars: int,
    aspects: Mapping[str, int] | None = None,
    body: str = "",
    private_feedback: str = "",
    uploads: Sequence[Upload] = (),
    removed: Collection[int] = (),
) -> Review:
    """Its author changes a review soon after writing it, while nobody else has read it.

    All of it is given anew, but for pictures: `uploads` come to them, those with the keys `removed` go. Once it is public it
    stands: nobody answers what the other side wrote by changing their own. What it said is kept (ReviewVersion); nothing
    happens where nothing differs. Raises ReviewError NOT_YOUR_ORDER, NOTHING_TO_EDIT, PUBLIC_ALREADY, EDIT_CLOSED,
    INVALID_STARS, TEXT_TOO_LONG or TOO_MANY_PICTURES, and UploadError NOT_READY.
    """
    aspects = dict(aspects or {})
    _check_stars(stars, aspects)
    body, private_feedback = _checked_text(body), _checked_text(private_feedback)
    order = locks.lock_order(order_id)
    side = rules.side_of(order, author)
    review = Review.objects.filter(order=order, side=side).first()
    if review is None:
        raise ReviewError(ReviewErrorCode.NOTHING_TO_EDIT)
    rules.require_may_edit(review)
    given = dict(review.ratings.values_list("aspect", "stars"))
    are_stars_changed = (stars, aspects) != (review.stars, given)

    before = ReviewVersion(
        review=review,
        stars=review.stars,
        aspects=given,
        body=review.body,
        private_feedback=review.private_feedback,
        replaced_at=clock.now(),
    )
    are_pictures_changed = change_pictures(review=review, owner=author, uploads=uploads, removed=removed)
    are_words_changed = (body, private_feedback) != (review.body, review.private_feedback)
    if not (are_stars_changed or are_words_changed or are_pictures_changed):
        return review
    before.save()
    if are_stars_changed:
        review.ratings.all().delete()
        _keep_aspects(review, aspects)
    review.stars, review.body, review.private_feedback = stars, body, private_feedback
    review.edited_at = before.replaced_at
    review.save(update_fields=["stars", "body", "private_feedback", "edited_at", "updated_at"])
    return review


@transaction.atomic
def reply_to_review(*, order_id: int, author: User, text: str, confirmed: bool = False) -> Review:
    """The seller answers the buyer's review, once and in public, as soon as it is public itself.

    Nothing is censored: what leads past the platform is warned of once, unless its writer has `confirmed` that it goes as it
    is. Raises ReviewError NOT_YOUR_ORDER, NOTHING_TO_REPLY_TO, ALREADY_REPLIED, EMPTY_REPLY or TEXT_TOO_LONG, and
    REPLY_CONTACT_WARNING or REPLY_WORDS_WARNING.
    """
    text = _checked_text(text)
    if not text:
        raise ReviewError(ReviewErrorCode.EMPTY_REPLY)
    order = locks.lock_order(order_id)
    side = rules.side_of(order, author)
    review = Review.objects.filter(order=order, side=ReviewSide.BUYER, published_at__isnull=False).first()
    if side != ReviewSide.SELLER or review is None:
        raise ReviewError(ReviewErrorCode.NOTHING_TO_REPLY_TO)
    if review.reply or review.replied_at:  # one that was masked has no words any more
        raise ReviewError(ReviewErrorCode.ALREADY_REPLIED)
    if not confirmed:
        _warn_of(text)
    review.reply = text
    review.replied_at = clock.now()
    review.save(update_fields=["reply", "replied_at", "updated_at"])
    words = {"name": author.display_name}
    tell(recipient_id=order.buyer_id, order=order, notice=catalogue.talk.REPLIED, words=words, about=text)
    return review


def _warn_of(reply: str) -> None:
    """As strict as anywhere outside an order: everybody reads it."""
    finding = look_at(reply, is_in_order=False)
    if finding:
        is_about_words = bool(finding.words) and not finding.contacts
        code = ReviewErrorCode.REPLY_WORDS_WARNING if is_about_words else ReviewErrorCode.REPLY_CONTACT_WARNING
        # Put into words when it is shown, in the language of who reads it.
        raise ReviewError(code, found=lazy(_quoted, str)(finding))


def _quoted(finding: Finding) -> str:
    return pgettext("list", ", ").join(_("“%(words)s”") % {"words": words} for words in finding.excerpts)


def _check_stars(stars: int, aspects: Mapping[str, int]) -> None:
    if any(value not in range(1, 6) for value in (stars, *aspects.values())) or not set(aspects) <= set(ASKED_ASPECTS):
        raise ReviewError(ReviewErrorCode.INVALID_STARS)


def _checked_text(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if len(text) > rules.TEXT_LENGTH:
        raise ReviewError(ReviewErrorCode.TEXT_TOO_LONG, limit=rules.TEXT_LENGTH, length=len(text))
    return text


def _keep_aspects(review: Review, aspects: Mapping[str, int]) -> None:
    Rating.objects.bulk_create([Rating(review=review, aspect=aspect, stars=value) for aspect, value in aspects.items()])


def _say_that_it_waits(order: Order, review: Review) -> None:
    """The other side hears that there is something, and nothing of what it says."""
    answers = ReviewSide.SELLER if review.side == ReviewSide.BUYER else ReviewSide.BUYER
    may_answer = rules.has_a_say(order, answers)
    notice = catalogue.talk.REVIEW_WAITS if may_answer else catalogue.talk.REVIEW_WAITS_ALONE
    day = timezone.localdate(review.publish_at).isoformat()
    words = {"name": review.author.display_name, "day": day}
    tell(recipient_id=review.subject_id, order=order, notice=notice, words=words)
