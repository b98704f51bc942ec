"""Reads of the moderators' desk of reviews."""

from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.utils.translation import pgettext

from marketplace.accounts.models import User
from marketplace.moderation.models import ModerationQueue, QueueKind, QueueStatus, Report, ReportStatus, still_open
from marketplace.reviews.models import Review


@dataclass(frozen=True)
class Row:
    """A line of the desk: a review that rules found."""

    case: ModerationQueue
    review: Review

    @property
    def written(self) -> list[tuple[str, User]]:
        """What holds the words that were found, and who wrote it; of a code in a picture, the review and its author."""
        found = [words for words in self.case.reason.split(" · ") if words]
        of_review = (pgettext("found by rules", "review"), self.review.author)
        of_reply = (pgettext("found by rules", "reply"), self.review.subject)
        is_in_reply = any(words in self.review.reply for words in found)
        is_in_review = not is_in_reply or any(words in self.review.body for words in found)
        return [of_review] * is_in_review + [of_reply] * is_in_reply


def review_cases(reader: User, *, is_open: bool) -> QuerySet[ModerationQueue]:
    """Cases of reviews that rules opened, by deadline, or the decided ones, newest first; none of the reader's own orders."""
    own = Review.objects.filter(Q(author=reader) | Q(subject=reader)).values("pk")
    found = ModerationQueue.objects.filter(kind=QueueKind.REVIEW).exclude(object_id__in=own)
    if is_open:
        return found.filter(still_open()).order_by("due_at", "pk")
    return found.filter(status=QueueStatus.DECIDED).order_by("-decided_at", "-pk")


def open_case_of(review: Review) -> ModerationQueue | None:
    """What rules found in it and nobody has decided about."""
    return _cases_of(review).filter(still_open()).first()


def open_reports_of_reviews() -> list[Report]:
    """What people reported of reviews and nobody has decided about, the longest waiting first; the first forty."""
    found = Report.objects.filter(
        content_type=ContentType.objects.get_for_model(Review), status=ReportStatus.OPEN
    ).prefetch_related("target__order")
    return list(found.order_by("pk")[:40])


def reports_of_review(review: Review) -> list[Report]:
    """All that was reported of one review, the newest first."""
    same = Report.objects.filter(content_type=ContentType.objects.get_for_model(Review), object_id=review.pk)
    return list(same.select_related("reporter__profile").order_by("-pk")[:20])


def rows_of(cases: list[ModerationQueue]) -> list[Row]:
    """The cases with their reviews, in two queries."""
    found = Review.objects.select_related("author__profile", "subject__profile", "order")
    reviews = found.in_bulk([case.object_id for case in cases])
    return [Row(case, reviews[case.object_id]) for case in cases if case.object_id in reviews]


def _cases_of(review: Review) -> QuerySet[ModerationQueue]:
    return ModerationQueue.objects.filter(
        kind=QueueKind.REVIEW, content_type=ContentType.objects.get_for_model(Review), object_id=review.pk
    )
