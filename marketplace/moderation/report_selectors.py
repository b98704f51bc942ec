"""Reads of reports, with the permission in them."""

from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db.models import QuerySet
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.messaging.models import Message
from marketplace.messaging.selectors import context_of, took_part
from marketplace.moderation.models import Report, ReportStatus
from marketplace.moderation.subjects import Target, reportable, target_of
from marketplace.offers.models import Brief, BriefFile
from marketplace.orders.models import Order
from marketplace.reviews.models import Review, ReviewSide

FLAG_PERMISSION = "messaging.view_messageflag"


@dataclass(frozen=True)
class Surroundings:
    """A reported message between what was said before and after it."""

    before: list[Message]
    after: list[Message]
    itself: list[Message]
    is_whole: bool  # with the words around it, and those that were withdrawn or edited


def has_open_report(user: User, target: Target) -> bool:
    """Whether this person waits for an answer about this service or brief."""
    mine = Report.objects.filter(content_type=ContentType.objects.get_for_model(type(target)), object_id=target.pk)
    return mine.filter(reporter=user, status=ReportStatus.OPEN).exists()


def openly_reported(model: type[Message | Order]) -> QuerySet[Report, Any]:
    """Keys of those things of one kind that somebody reported and nobody has decided about: they are kept (core/holds.py)."""
    kind = ContentType.objects.get_for_model(model)
    return Report.objects.filter(content_type=kind, status=ReportStatus.OPEN).order_by().values("object_id")


def review_to_report(user: User, pk: int) -> Review:
    """A published review that this person can read: a buyer's, or what was written in an order of their own. Raises Http404."""
    found = (
        Review.objects.filter(pk=pk, published_at__isnull=False)
        .select_related("author__profile", "subject__profile", "order", "gig__seller")
        .first()
    )
    if found is None or (found.side == ReviewSide.SELLER and user.pk not in (found.author_id, found.subject_id)):
        raise Http404
    return found


def order_to_report(user: User, number: str) -> Order:
    """An order that this person has bought. Raises Http404."""
    found = Order.objects.filter(buyer=user, number=number).select_related("seller__profile").first()
    if found is None:
        raise Http404
    return found


def reports_for_staff(*, is_open: bool) -> QuerySet[Report]:
    """The desk: what waits, the oldest first, or what was decided, the newest first. With people, and what it is about."""
    found = (
        reportable()
        .select_related("reporter__profile", "decided_by__profile")
        .prefetch_related(
            GenericPrefetch(
                "target", [Message.objects.select_related("sender__profile"), Review.objects.select_related("order")]
            )
        )
    )
    return (
        found.filter(status=ReportStatus.OPEN)
        if is_open
        else found.exclude(status=ReportStatus.OPEN).order_by("-decided_at")
    )


def report_for_staff(reader: User, report_id: int) -> Report:
    """One report. Raises Http404, also of a message for who takes part in its conversation themselves."""
    report = reportable().select_related("reporter__profile", "decided_by__profile").filter(pk=report_id).first()
    if report is None:
        raise Http404
    target = target_of(report)
    if isinstance(target, Message) and took_part(target.conversation_id, reader):
        raise Http404
    return report


def around(target: Target, reader: User) -> Surroundings | None:
    """What was said around a reported message, withdrawn words too, for who may read flagged messages; others, support among
    them, read the message alone, as it stands. None for everything else.
    """
    if not isinstance(target, Message):
        return None
    if not reader.has_perm(FLAG_PERMISSION):
        return Surroundings([], [], [target], is_whole=False)
    before, after = context_of(target.conversation_id, target.sequence or target.created_at)
    return Surroundings(before, after, [target], is_whole=True)


def file_of_report(reader: User, report_id: int, file_id: int) -> BriefFile:
    """A file of the brief that a report is about, whatever became of the brief since. Raises Http404."""
    target = target_of(report_for_staff(reader, report_id))
    found = BriefFile.objects.filter(brief=target, pk=file_id).first() if isinstance(target, Brief) else None
    if found is None:
        raise Http404
    return found


def reports_beside(report: Report) -> list[Report]:
    """What else was said of the same thing, the newest first."""
    same = Report.objects.filter(content_type_id=report.content_type_id, object_id=report.object_id)
    others = same.exclude(pk=report.pk)
    return list(others.select_related("reporter__profile").order_by("-pk")[:20])
