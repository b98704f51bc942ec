"""The locks of this room. Reports come before the gig they are about (docs/locking.md)."""

from django.contrib.auth.models import Group

from marketplace.moderation.models import ModerationQueue, Report, ReportStatus


def lock_open_reports(report: Report) -> list[Report]:
    """All open reports of what this one is about, by number: they are decided together."""
    open_ones = Report.objects.select_for_update(of=("self",)).filter(
        content_type_id=report.content_type_id, object_id=report.object_id, status=ReportStatus.OPEN
    )
    return list(open_ones.order_by("pk"))


def lock_case(case_id: int) -> ModerationQueue:
    """A case of the queue until the transaction ends: after its person and its order, before everything else that its decision
    changes. Raises ModerationQueue.DoesNotExist.
    """
    return ModerationQueue.objects.select_for_update(of=("self",), no_key=True).get(pk=case_id)


def lock_role(name: str) -> Group:
    """A role until the transaction ends: who counts how many have it counts right. Raises Group.DoesNotExist."""
    return Group.objects.select_for_update(of=("self",), no_key=True).get(name=name)
