"""The locks of this room. Reports come before the gig they are about (docs/locking.md)."""

from marketplace.moderation.models import Report, ReportStatus


def lock_open_reports(report: Report) -> list[Report]:
    """All open reports of what this one is about, by number: they are decided together."""
    open_ones = Report.objects.select_for_update(of=("self",)).filter(
        content_type_id=report.content_type_id, object_id=report.object_id, status=ReportStatus.OPEN
    )
    return list(open_ones.order_by("pk"))
