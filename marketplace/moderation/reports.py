"""Reports: told by people, decided by moderators. Writes."""

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.gigs.models import Gig
from marketplace.gigs.services import take_down_gig
from marketplace.gigs.states import GIG_TRANSITIONS, MODERATOR, GigStatus
from marketplace.moderation import locks
from marketplace.moderation.errors import ReportError, ReportErrorCode
from marketplace.moderation.models import Report, ReportReason, ReportStatus
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.services import notify, recipient_language


@transaction.atomic
def report_gig(*, gig: Gig, reporter: User, reason: ReportReason, words: str, link: str = "") -> Report:
    """Note that `reporter` finds something wrong with `gig`. Its seller is not told, and never by whom.

    Raises ReportError OWN_SERVICE, WORDS_MISSING, or ALREADY_REPORTED while an earlier one of this person is open.
    """
    if gig.seller_id == reporter.pk:
        raise ReportError(ReportErrorCode.OWN_SERVICE)
    if not words.strip():
        raise ReportError(ReportErrorCode.WORDS_MISSING)
    try:
        # A savepoint: the unique constraint is what keeps two clicks from being two reports.
        with transaction.atomic():
            return Report.objects.create(
                content_type=ContentType.objects.get_for_model(Gig),
                object_id=gig.pk,
                reporter=reporter,
                reason=reason,
                words=words.strip(),
                link=link.strip(),
            )
    except IntegrityError as error:
        raise ReportError(ReportErrorCode.ALREADY_REPORTED) from error


@transaction.atomic
def uphold_report(*, report: Report, staff: User, words: str) -> list[Report]:
    """Take the reported gig down. Every open report of it is upheld with this one, and all who reported are told.

    `words` go to the seller and into the log. Returns what was decided: nothing when somebody else was faster. A gig that is
    off the shelf already stays as it is. Raises ReportError OWN_CASE or WORDS_MISSING.
    """
    return _decide(report, staff, words, ReportStatus.UPHELD)


@transaction.atomic
def dismiss_report(*, report: Report, staff: User, words: str) -> list[Report]:
    """Find nothing wrong: the gig stays. Every open report of it with the same reason is dismissed, and those people are told.

    `words` go to who reported and into the log. Returns what was decided: nothing when somebody else was faster.
    Raises ReportError OWN_CASE or WORDS_MISSING.
    """
    return _decide(report, staff, words, ReportStatus.DISMISSED)


def _decide(report: Report, staff: User, words: str, status: ReportStatus) -> list[Report]:
    words = words.strip()
    if not words:
        raise ReportError(ReportErrorCode.WORDS_MISSING)
    open_ones = locks.lock_open_reports(report)
    if report.pk not in {one.pk for one in open_ones}:
        return []
    if status == ReportStatus.DISMISSED:
        open_ones = [one for one in open_ones if one.reason == report.reason]
    gig = Gig.objects.select_related("seller").get(pk=report.object_id)
    if staff.pk in {gig.seller_id, *(one.reporter_id for one in open_ones)}:
        raise ReportError(ReportErrorCode.OWN_CASE)
    if status == ReportStatus.UPHELD and _can_go(gig):
        take_down_gig(gig_id=gig.pk, moderator=staff, reason=words)
    for one in open_ones:
        one.status, one.decided_by, one.decided_at, one.decision = status, staff, clock.now(), words
        one.save(update_fields=["status", "decided_by", "decided_at", "decision", "updated_at"])
        _tell(one, gig)
    numbers = [one.pk for one in open_ones]
    data = {"reports": numbers, "gig": gig.pk, "title": gig.title, "reason": words}
    staff_log.note(actor=staff, action=f"report.{status}", data=data, subject=gig.seller)
    return open_ones


def _can_go(gig: Gig) -> bool:
    published = gig.status in (GigStatus.LIVE, GigStatus.PAUSED)
    return published and GIG_TRANSITIONS.allows(GigStatus(gig.status), GigStatus.DENIED, MODERATOR)


def _tell(report: Report, gig: Gig) -> None:
    """What came of it. The words for the seller are not shown to who reported: they may name what is nobody else's business."""
    with recipient_language():
        if report.status == ReportStatus.UPHELD:
            title = _("Your report was right: “%(title)s” is off the shelf") % {"title": gig.title}
            body, url = _("Thank you. Nobody can order it any more; running orders go on."), ""
        else:
            title = _("Your report about “%(title)s” was looked at") % {"title": gig.title}
            body = _("We found no breach of the rules, and the service stays. %(words)s") % {"words": report.decision}
            url = reverse("gigs:detail", args=[gig.pk, gig.slug])
    notify(recipient_id=report.reporter_id, kind=NotificationKind.SYSTEM, title=title, body=body, url=url)
