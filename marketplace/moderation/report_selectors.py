"""Reads of reports, with the permission in them."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.gigs.models import Gig
from marketplace.moderation.models import Report, ReportStatus


def has_open_report(user: User, gig: Gig) -> bool:
    """Whether this person waits for an answer about this gig."""
    return reports_of_gigs().filter(reporter=user, object_id=gig.pk, status=ReportStatus.OPEN).exists()


def reports_of_gigs() -> QuerySet[Report]:
    """All reports of gigs, the longest waiting first."""
    return Report.objects.filter(content_type=ContentType.objects.get_for_model(Gig)).order_by("pk")


def reports_for_staff(*, is_open: bool) -> QuerySet[Report]:
    """The desk: what waits, the oldest first, or what was decided, the newest first. With people, and with gigs by prefetch."""
    found = reports_of_gigs().select_related("reporter__profile", "decided_by__profile").prefetch_related("target")
    return (
        found.filter(status=ReportStatus.OPEN)
        if is_open
        else found.exclude(status=ReportStatus.OPEN).order_by("-decided_at")
    )


def report_for_staff(report_id: int) -> Report:
    """One report. Raises Http404."""
    report = reports_of_gigs().select_related("reporter__profile", "decided_by__profile").filter(pk=report_id).first()
    if report is None:
        raise Http404
    return report


def reports_beside(report: Report) -> list[Report]:
    """What else was said of the same gig, the newest first."""
    others = reports_of_gigs().filter(object_id=report.object_id).exclude(pk=report.pk)
    return list(others.select_related("reporter__profile").order_by("-pk")[:20])
