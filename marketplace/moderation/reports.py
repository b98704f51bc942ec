"""Reports: told by people, decided by moderators. Writes."""

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.gigs.models import Gig
from marketplace.messaging.models import Message
from marketplace.moderation import locks, subjects
from marketplace.moderation.errors import ReportError, ReportErrorCode
from marketplace.moderation.models import Report, ReportReason, ReportStatus
from marketplace.notifications import catalogue
from marketplace.notifications.services import notify, recipient_language
from marketplace.offers.models import Brief
from marketplace.orders.locks import lock_order
from marketplace.orders.models import Order
from marketplace.reviews.models import Review


def report_gig(*, gig: Gig, reporter: User, reason: ReportReason, words: str, link: str = "") -> Report:
    """Note that `reporter` finds something wrong with `gig`. Its seller is not told, and never by whom.

    Raises ReportError OWN_SERVICE, WORDS_MISSING, or ALREADY_REPORTED while an earlier one of this person is open.
    """
    if gig.seller_id == reporter.pk:
        raise ReportError(ReportErrorCode.OWN_SERVICE)
    return _note(gig, reporter, reason, words, link)


def report_brief(*, brief: Brief, reporter: User, reason: ReportReason, words: str, link: str = "") -> Report:
    """The same of a brief. Raises ReportError OWN_BRIEF, WORDS_MISSING or ALREADY_REPORTED."""
    if brief.buyer_id == reporter.pk:
        raise ReportError(ReportErrorCode.OWN_BRIEF)
    return _note(brief, reporter, reason, words, link)


def report_message(*, message: Message, reporter: User, reason: ReportReason, words: str, link: str = "") -> Report:
    """The same of a message that the reporter may read. Raises ReportError OWN_MESSAGE, WORDS_MISSING or ALREADY_REPORTED."""
    if message.sender_id == reporter.pk:
        raise ReportError(ReportErrorCode.OWN_MESSAGE)
    return _note(message, reporter, reason, words, link)


def report_review(*, review: Review, reporter: User, reason: ReportReason, words: str, link: str = "") -> Report:
    """The same of a published review that the reporter may read. Who wrote it may report the reply to it.

    Raises ReportError OWN_REVIEW, WORDS_MISSING or ALREADY_REPORTED.
    """
    if review.author_id == reporter.pk and not review.reply:
        raise ReportError(ReportErrorCode.OWN_REVIEW)
    return _note(review, reporter, reason, words, link)


def report_pressure(*, order: Order, reporter: User, words: str, link: str = "") -> Report:
    """The buyer of an order says that its seller offered something for a good review, or threatens because of a bad one
    (电子商务法 §17, 反不正当竞争法 §8). Raises ReportError NOT_YOUR_ORDER, WORDS_MISSING or ALREADY_REPORTED.
    """
    if order.buyer_id != reporter.pk:
        raise ReportError(ReportErrorCode.NOT_YOUR_ORDER)
    return _note(order, reporter, ReportReason.PRESSURE, words, link)


@transaction.atomic
def _note(target: subjects.Target, reporter: User, reason: ReportReason, words: str, link: str) -> Report:
    if not words.strip():
        raise ReportError(ReportErrorCode.WORDS_MISSING)
    try:
        # A savepoint: the unique constraint is what keeps two clicks from being two reports.
        with transaction.atomic():
            return Report.objects.create(
                content_type=ContentType.objects.get_for_model(type(target)),
                object_id=target.pk,
                reporter=reporter,
                reason=reason,
                words=words.strip(),
                link=link.strip(),
            )
    except IntegrityError as error:
        raise ReportError(ReportErrorCode.ALREADY_REPORTED) from error


@transaction.atomic
def uphold_report(*, report: Report, staff: User, words: str, hidden: subjects.Hidden | None = None) -> list[Report]:
    """Take what was reported down. Every open report of it is upheld with this one, and all who reported are told.

    Of a review the part `hidden` is masked on its legal ground and nothing is deleted. Money or pressure for a review is about
    the seller: the seller is told `words`, the log has a line about them, and the review stays as it is.

    `words` go to whose it is and into the log. Returns what was decided: nothing when somebody else was faster. What is gone
    already stays as it is. Raises ReportError OWN_CASE, WORDS_MISSING or GROUND_MISSING, and what mask_review raises.
    """
    return _decide(report, staff, words, ReportStatus.UPHELD, hidden)


@transaction.atomic
def dismiss_report(*, report: Report, staff: User, words: str) -> list[Report]:
    """Find nothing wrong: it stays. Every open report of it with the same reason is dismissed, and those people are told.

    `words` go to who reported and into the log. Returns what was decided: nothing when somebody else was faster.
    Raises ReportError OWN_CASE or WORDS_MISSING.
    """
    return _decide(report, staff, words, ReportStatus.DISMISSED)


def note_report_reading(*, report: Report, reader: User) -> None:
    """Write into the staff log that somebody read a reported message: once a person, report and day. Services and briefs are no
    private words, and are not noted.
    """
    target = subjects.target_of(report)
    if isinstance(target, Message):
        data = {"report": report.pk, "conversation": target.conversation_id}
        staff_log.note_reading(actor=reader, action="report.read", what=report.pk, data=data, subject=target.sender)


def _decide(
    report: Report, staff: User, words: str, status: ReportStatus, hidden: subjects.Hidden | None = None
) -> list[Report]:
    words = words.strip()
    if not words:
        raise ReportError(ReportErrorCode.WORDS_MISSING)
    order = subjects.order_of(subjects.target_of(report))
    if order is not None:
        lock_order(order.pk)  # before the reports: hiding a part of a review takes it
    open_ones = locks.lock_open_reports(report)
    if report.pk not in {one.pk for one in open_ones}:
        return []
    if status == ReportStatus.DISMISSED:
        open_ones = [one for one in open_ones if one.reason == report.reason]
    target = subjects.target_of(report)
    is_pressure = report.reason == ReportReason.PRESSURE
    # What somebody did for a review and what its words say are two questions.
    open_ones = [one for one in open_ones if (one.reason == ReportReason.PRESSURE) == is_pressure]
    owner = order.seller if order is not None and is_pressure else subjects.owner_of(target)
    if staff.pk in {*subjects.parties_of(target), *(one.reporter_id for one in open_ones)}:
        raise ReportError(ReportErrorCode.OWN_CASE)
    title = subjects.title_of(target)
    if status == ReportStatus.UPHELD and is_pressure:
        notify(recipient_id=owner.pk, notice=catalogue.appeals.PRESSURE_FOUND, words={"title": title, "words": words})
    elif status == ReportStatus.UPHELD:
        subjects.take_down(target, moderator=staff, reason=words, hidden=hidden)
    for one in open_ones:
        one.status, one.decided_by, one.decided_at, one.decision = status, staff, clock.now(), words
        one.save(update_fields=["status", "decided_by", "decided_at", "decision", "updated_at"])
        _tell(one, target)
    data = {
        "reports": [one.pk for one in open_ones],
        str(target._meta.model_name): target.pk,
        "title": title,
        "reason": words,
    }
    if is_pressure:
        data["about"] = report.reason
    staff_log.note(actor=staff, action=f"report.{status}", data=data, subject=owner)
    return open_ones


def _tell(report: Report, target: subjects.Target) -> None:
    """What came of it. The words for whose it is are not shown to who reported: they may name what is nobody else's business."""
    told = subjects.words_about(target, is_pressure=report.reason == ReportReason.PRESSURE)
    title = subjects.title_of(target)
    if report.status == ReportStatus.UPHELD:
        notify(recipient_id=report.reporter_id, notice=told.upheld, words={"title": title})
        return
    with recipient_language():
        url = subjects.address_of(target)
    words = {"title": title, "words": report.decision}
    notify(recipient_id=report.reporter_id, notice=told.dismissed, words=words, url=url)
