"""Published reviews with contact details or watched words come to moderators by themselves.

A review waits for nobody: what is found is shown to moderators and hidden by none but them (docs/moderation.md).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from PIL import Image

from marketplace.core import clock
from marketplace.core.errors import PictureError
from marketplace.core.pictures import open_picture
from marketplace.moderation.models import ModerationQueue, QueueKind, QueueStatus
from marketplace.orders.locks import lock_order
from marketplace.reviews.models import Review
from marketplace.safety.models import Level
from marketplace.safety.policy import Finding, look_at

CURSOR = "moderation:reviews_watched_until"
# What a transaction that began before the last run has committed since; and how far to look back when the cache forgot.
OVERLAP, FIRST_LOOK = timedelta(minutes=10), timedelta(days=3)
DUE_AFTER = {Level.HOLD: timedelta(hours=2), Level.FLAG: timedelta(hours=24), Level.WARN: timedelta(hours=48)}
REASON_LENGTH = 200


def watch_reviews() -> int:
    """Look at what was published, edited or replied since the last run; returns how many cases were opened. Safe to repeat."""
    until = clock.now()
    since = cache.get(CURSOR)
    # The demo's clock goes back when it is reset: what lies ahead is no cursor.
    begin = since - OVERLAP if since is not None and since <= until else until - FIRST_LOOK
    opened = sum(queue_review(pk) for pk in _changed_since(begin))
    cache.set(CURSOR, until, None)
    return opened


def queue_review(review_id: int) -> bool:
    """Open a case for a review in which something is found, once for each of its wordings; true if it is new."""
    review = Review.objects.get(pk=review_id)
    if not found_in_review(review):
        return False
    with transaction.atomic():
        lock_order(review.order_id)  # edits, masks and other runs of this job wait
        review.refresh_from_db()
        finding = found_in_review(review)
        if not finding or review.published_at is None:
            return False
        cases = ModerationQueue.objects.filter(
            kind=QueueKind.REVIEW,
            content_type=ContentType.objects.get_for_model(Review),
            object_id=review.pk,
        )
        is_known = Q(decided_at__isnull=True) | Q(decided_at__gte=changed_at(review))
        if cases.filter(is_known).exists():
            return False
        ModerationQueue.objects.create(
            kind=QueueKind.REVIEW,
            subject=review,
            reason=" · ".join(finding.excerpts)[:REASON_LENGTH],
            due_at=clock.now() + DUE_AFTER[finding.level],
        )
    return True


def found_in_review(review: Review) -> Finding:
    """What is in the text, the pictures and the reply, as strict as anywhere outside an order: everybody reads it."""
    findings = [look_at(review.body, is_in_order=False, pictures=_pictures(review))]
    if review.reply:
        findings.append(look_at(review.reply, is_in_order=False))
    return Finding(
        max(finding.level for finding in findings),
        [hint for finding in findings for hint in finding.contacts],
        [code for finding in findings for code in finding.codes],
        [hit for finding in findings for hit in finding.words],
    )


def changed_at(review: Review) -> datetime:
    """When what everybody reads of it was written last."""
    return max(moment for moment in (review.published_at, review.edited_at, review.replied_at) if moment)


def _changed_since(begin: datetime) -> list[int]:
    changed = Q(published_at__gte=begin) | Q(edited_at__gte=begin) | Q(replied_at__gte=begin)
    found = Review.objects.filter(changed, published_at__isnull=False)
    return list(found.order_by("pk").values_list("pk", flat=True))


def _pictures(review: Review) -> Iterator[Image.Image]:
    for picture in review.pictures.filter(masked_at__isnull=True):
        try:
            with picture.picture.open("rb") as file:
                yield open_picture(file)
        except (OSError, PictureError):  # it has been looked into when it was sent
            continue


def close_cases(review: Review, *, decision: str) -> int:
    """Decide the open cases of a review, in the caller's transaction; returns how many there were."""
    return ModerationQueue.objects.filter(
        kind=QueueKind.REVIEW,
        content_type=ContentType.objects.get_for_model(Review),
        object_id=review.pk,
        decided_at__isnull=True,
    ).update(status=QueueStatus.DECIDED, decision=decision[:200], decided_at=clock.now())
