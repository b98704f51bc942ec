"""Reads of reports, with the permission in them."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.moderation.models import Report, ReportStatus
from marketplace.moderation.subjects import Target, reportable, target_of
from marketplace.offers.models import Brief, BriefFile


def has_open_report(user: User, target: Target) -> bool:
    """Whether this person waits for an answer about this service or brief."""
    mine = Report.objects.filter(content_type=ContentType.objects.get_for_model(type(target)), object_id=target.pk)
    return mine.filter(reporter=user, status=ReportStatus.OPEN).exists()


def reports_for_staff(*, is_open: bool) -> QuerySet[Report]:
    """The desk: what waits, the oldest first, or what was decided, the newest first. With people, and what it is about."""
    found = reportable().select_related("reporter__profile", "decided_by__profile").prefetch_related("target")
    return (
        found.filter(status=ReportStatus.OPEN)
        if is_open
        else found.exclude(status=ReportStatus.OPEN).order_by("-decided_at")
    )


def report_for_staff(report_id: int) -> Report:
    """One report. Raises Http404."""
    report = reportable().select_related("reporter__profile", "decided_by__profile").filter(pk=report_id).first()
    if report is None:
        raise Http404
    return report


def file_of_report(report_id: int, file_id: int) -> BriefFile:
    """A file of the brief that a report is about, whatever became of the brief since. Raises Http404."""
    target = target_of(report_for_staff(report_id))
    found = BriefFile.objects.filter(brief=target, pk=file_id).first() if isinstance(target, Brief) else None
    if found is None:
        raise Http404
    return found


def reports_beside(report: Report) -> list[Report]:
    """What else was said of the same thing, the newest first."""
    same = Report.objects.filter(content_type_id=report.content_type_id, object_id=report.object_id)
    others = same.exclude(pk=report.pk)
    return list(others.select_related("reporter__profile").order_by("-pk")[:20])
