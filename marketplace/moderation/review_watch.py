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

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.errors import PictureError
from marketplace.core.jobs import Deadline, count_done
from marketplace.core.pictures import open_picture
from marketplace.moderation.models import ModerationQueue, QueueKind, QueueStatus, still_open
from marketplace.orders.locks import lock_order
from marketplace.reviews.models import Review
from marketplace.safety.models import Level
from marketplace.safety.policy import Finding, look_at

CURSOR = "moderation:reviews_watched_until"
# What a transaction that began before the last run has committed since; and how far to look back when the cache forgot.
OVERLAP, FIRST_LOOK = timedelta(minutes=10), timedelta(days=3)
DUE_AFTER = {Level.HOLD: timedelta(hours=2), Level.FLAG: timedelta(hours=24), Level.WARN: timedelta(hours=48)}
REASON_LENGTH = DECISION_LENGTH = 200
LEFT = "left"  # the decision that nothing is wrong


def watch_reviews() -> int:
    """Look at what was published or replied since the last run; returns how many cases were opened. Safe to repeat.

    One that cannot be looked at is logged, and comes again as long as the overlap reaches back to it.
    """
    until = clock.now()
    since = cache.get(CURSOR)
    # The demo's clock goes back when it is reset: what lies ahead is no cursor.
    begin = since - OVERLAP if since is not None and since <= until else until - FIRST_LOOK
    reached, deadline = begin, Deadline()

    def look(change: tuple[datetime, int]) -> bool:
        nonlocal reached
        reached, review_id = change
        # The overlap brings each back in ten runs, and looking for codes in pictures is dear.
        looked_at = f"moderation:review_looked_at:{review_id}:{reached.timestamp()}"
        if cache.get(looked_at):
            return False
        is_new = queue_review(review_id)
        cache.set(looked_at, True, 2 * OVERLAP.seconds)
        return is_new

    opened = count_done(_changed_since(begin), look, until=deadline)
    cache.set(CURSOR, reached if deadline.is_over else until, None)
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
        decided_since = cases.filter(status=QueueStatus.DECIDED, decided_at__gte=changed_at(review))
        if cases.filter(still_open()).exists() or decided_since.exists():
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
    """When what everybody reads of it became public last: nothing is changed after that."""
    return max(moment for moment in (review.published_at, review.replied_at) if moment)


def _changed_since(begin: datetime) -> list[tuple[datetime, int]]:
    """When reviews became public or were replied to, and their keys, the oldest change first."""
    changed = Q(published_at__gte=begin) | Q(replied_at__gte=begin)  # a reply is only given to what is public
    return sorted((changed_at(review), review.pk) for review in Review.objects.filter(changed))


def _pictures(review: Review) -> Iterator[Image.Image]:
    for picture in review.pictures.filter(masked_at__isnull=True):
        # A storage that does not answer is no picture without a code: the review comes again.
        with picture.picture.open("rb") as file:
            try:
                yield open_picture(file)
            except PictureError:  # it has been looked into when it was sent
                continue


def close_cases(review: Review, *, decision: str, staff: User) -> int:
    """Decide the open cases of a review, in the caller's transaction; returns how many there were.

    What was decided is written by the queue (queue/services.py), which looks for cases that somebody has closed.
    """
    return ModerationQueue.objects.filter(
        still_open(),
        kind=QueueKind.REVIEW,
        content_type=ContentType.objects.get_for_model(Review),
        object_id=review.pk,
    ).update(status=QueueStatus.DECIDED, decision=decision[:DECISION_LENGTH], decided_at=clock.now(), decided_by=staff)
