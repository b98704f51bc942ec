"""Reports, flagged messages and reviews: what is decided in the queue itself."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db.models import Case, Count, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from marketplace.core.config import get_config
from marketplace.messaging.models import FlagStatus, Message, MessageFlag
from marketplace.messaging.selectors import people_of
from marketplace.messaging.services import clear_flag, uphold_flag
from marketplace.moderation import reports, subjects
from marketplace.moderation.errors import ReportError, ReportErrorCode
from marketplace.moderation.flag_presenters import kind_label
from marketplace.moderation.models import (
    Effect,
    ModerationQueue,
    Priority,
    QueueKind,
    Report,
    ReportReason,
    ReportStatus,
)
from marketplace.moderation.queue.sources import TITLE_LENGTH, Ended, QueueSource, Verdict, Waiting
from marketplace.moderation.review_decisions import hide_part, leave_review, mask_behind
from marketplace.moderation.subjects import Hidden
from marketplace.orders.locks import lock_order
from marketplace.reviews.models import Review
from marketplace.reviews.selectors.masks import writer_id_of
from marketplace.safety.models import Level

_AT_ONCE = (ReportReason.FRAUD, ReportReason.UNLAWFUL)
_SOON = (ReportReason.HARASSMENT, ReportReason.PRIVACY, ReportReason.OFF_PLATFORM, ReportReason.PRESSURE)
_WORDS_AT_ONCE = {"word_fraud", "word_sexual", "word_drugs"}
_WORDS_SOON = {"payment", "word_gambling", "word_abuse", "word_forgery"}
SEVERAL = 2


class ReportSource(QueueSource):
    """Reports of services, briefs, messages, reviews, and of pressure for reviews: one case for a thing and its oldest report."""

    kind = QueueKind.REPORT
    model = Report
    view_permission, decide_permission = "moderation.view_report", "moderation.change_report"
    url_name = "moderation_report"
    template = "moderation/admin/_report_subject.html"
    effects = (Effect.NOTHING, Effect.REMOVE, Effect.WARN, Effect.SUSPEND)

    def open_rows(self) -> QuerySet[Any]:
        """The oldest open report of each thing: the others are decided with it, or come after it."""
        waiting = subjects.reportable().filter(status=ReportStatus.OPEN).annotate(about=_ABOUT)
        same = Report.objects.filter(
            content_type=OuterRef("content_type"), object_id=OuterRef("object_id"), status=ReportStatus.OPEN
        ).annotate(about=_ABOUT)
        first = same.filter(about=OuterRef("about")).order_by("pk").values("pk")[:1]
        number = same.order_by().values("object_id").annotate(number=Count("reporter", distinct=True)).values("number")
        return (
            waiting.filter(pk=Subquery(first))
            .annotate(reporters=Coalesce(Subquery(number[:1]), 1))
            .select_related("reporter")
            .prefetch_related(
                GenericPrefetch(
                    "target", [Message.objects.select_related("sender"), Review.objects.select_related("order")]
                )
            )
        )

    def raised(self) -> QuerySet[Any]:
        """What several people report."""
        return self.open_rows().filter(reporters__gte=SEVERAL)

    def waiting(self, row: Any) -> Waiting:
        """Fraud and the unlawful at once; what hurts somebody, money, and what several people say, soon."""
        owner = subjects.owner_of(row.target)
        is_soon = row.reason in _SOON or row.reporters >= SEVERAL
        return Waiting(
            title=_title(row),
            since=row.created_at,
            due_at=row.created_at + timedelta(hours=get_config("moderation.report_hours")),
            person_id=owner.pk,
            reported_by_id=row.reporter_id,
            reason=row.reason,
            priority=Priority.URGENT if row.reason in _AT_ONCE else Priority.HIGH if is_soon else Priority.NORMAL,
        )

    def effects_for(self, row: Any) -> tuple[Effect, ...]:
        """Words of a review are hidden in part; what somebody did for one cannot be taken down."""
        if row.reason == ReportReason.PRESSURE:
            return (Effect.NOTHING, Effect.WARN, Effect.SUSPEND)
        if isinstance(row.target, Review):
            return (Effect.NOTHING, Effect.MASK, Effect.WARN, Effect.SUSPEND)
        return self.effects

    def must_be_told(self, effect: Effect) -> bool:
        """Who reported waits for an answer, whatever it is."""
        return True

    def reason_label(self, reason: str) -> str:
        """What the reporter chose."""
        return str(ReportReason(reason).label) if reason in ReportReason.values else reason

    def ended(self, keys: Iterable[int]) -> dict[int, Ended]:
        """Upheld is taken down; of a review a part is hidden, and who pressed for one was warned."""
        found = {}
        for row in Report.objects.filter(pk__in=keys).exclude(status=ReportStatus.OPEN):
            effect, person_id = Effect.NOTHING, None
            if row.status == ReportStatus.UPHELD:
                is_review = row.content_type.model_class() is Review
                is_pressure = row.reason == ReportReason.PRESSURE
                effect = Effect.WARN if is_pressure else Effect.MASK if is_review else Effect.REMOVE
                if effect == Effect.MASK:
                    mask = mask_behind(
                        review_id=row.object_id, staff_id=row.decided_by_id, at=row.decided_at, words=row.decision
                    )
                    person_id = writer_id_of(mask.review, mask.part) if mask else None
            found[row.pk] = Ended(row.decided_by_id, row.decided_at, effect, row.decision, person_id)
        return found

    def parties(self, row: Any) -> set[int | None]:
        """Whose it is, and everybody who reported it."""
        target = subjects.target_of(row)
        same = Report.objects.filter(content_type_id=row.content_type_id, object_id=row.object_id)
        found: set[int | None] = {*subjects.parties_of(target), *same.values_list("reporter_id", flat=True)}
        if isinstance(target, Message):
            found |= set(people_of(target.conversation_id))
        return found

    def concerned(self, row: Any, hidden: Hidden | None) -> int | None:
        """Of a reported review, who wrote the part that is hidden."""
        target = subjects.target_of(row)
        if hidden is None or not isinstance(target, Review) or row.reason == ReportReason.PRESSURE:
            return None
        return writer_id_of(target, hidden.part)

    def lock_before(self, row: Any) -> None:
        """The order of a review, or the order itself."""
        order = subjects.order_of(subjects.target_of(row))
        if order is not None:
            lock_order(order.pk)

    def decide(self, row: Any, verdict: Verdict) -> bool:
        """Every effect but nothing upholds it: what is against the rules goes, and the rest comes on top."""
        if verdict.effect == Effect.NOTHING:
            return bool(reports.dismiss_report(report=row, staff=verdict.staff, words=verdict.words))
        return bool(reports.uphold_report(report=row, staff=verdict.staff, words=verdict.words, hidden=verdict.hidden))

    def subject_of(self, case: ModerationQueue) -> Report | None:
        """With who reported it; None where what was reported is gone."""
        found = Report.objects.select_related("reporter__profile", "decided_by__profile")
        row = found.filter(pk=case.object_id).first()
        return row if row is not None and row.target is not None else None


class MessageSource(QueueSource):
    """Messages that rules flagged or hold back."""

    kind = QueueKind.MESSAGE
    model = MessageFlag
    view_permission, decide_permission = "messaging.view_messageflag", "messaging.change_messageflag"
    url_name = "moderation_flag"
    template = "moderation/admin/_flag_subject.html"
    effects = (Effect.NOTHING, Effect.REMOVE, Effect.WARN, Effect.SUSPEND)

    def open_rows(self) -> QuerySet[MessageFlag]:
        """What nobody has decided about."""
        return MessageFlag.objects.filter(status=FlagStatus.OPEN).select_related("sender__profile", "message")

    def waiting(self, row: Any) -> Waiting:
        """What is held back, fraud, sexual services and drugs at once; payment past the platform, gambling, insults soon."""
        kinds = {finding["kind"].removeprefix("code_") for finding in row.findings}
        is_held = row.level == Level.HOLD
        hours = get_config("moderation.held_hours" if is_held else "moderation.message_hours")
        is_at_once = is_held or bool(kinds & _WORDS_AT_ONCE)
        is_soon = bool(kinds & _WORDS_SOON)
        return Waiting(
            # The words themselves are read in the case, where that is written down.
            title=row.sender.display_name[:TITLE_LENGTH],
            since=row.created_at,
            due_at=row.created_at + timedelta(hours=hours),
            person_id=row.sender_id,
            reason=",".join(sorted(kinds)),
            priority=Priority.URGENT if is_at_once else Priority.HIGH if is_soon else Priority.NORMAL,
        )

    def reason_label(self, reason: str) -> str:
        """What was found."""
        return "、".join(kind_label(kind) for kind in reason.split(",") if kind)

    def ended(self, keys: Iterable[int]) -> dict[int, Ended]:
        """Upheld is taken out."""
        decided = MessageFlag.objects.filter(pk__in=keys).exclude(status=FlagStatus.OPEN)
        effects = {FlagStatus.UPHELD: Effect.REMOVE}
        return {
            row.pk: Ended(
                row.decided_by_id, row.decided_at, effects.get(FlagStatus(row.status), Effect.NOTHING), row.decision
            )
            for row in decided
        }

    def parties(self, row: Any) -> set[int | None]:
        """Everybody in the conversation."""
        return {row.sender_id, *people_of(row.conversation_id)}

    def decide(self, row: Any, verdict: Verdict) -> bool:
        """Out of the conversation, or on to the other side."""
        if verdict.effect == Effect.NOTHING:
            return clear_flag(flag_id=row.pk, moderator=verdict.staff)
        return uphold_flag(flag_id=row.pk, moderator=verdict.staff, words=verdict.words)


class ReviewSource(QueueSource):
    """Reviews in which rules found something. `review_watch` opens their cases; here they get what the queue adds."""

    kind = QueueKind.REVIEW
    model = Review
    view_permission, decide_permission = "reviews.view_reviewmask", "reviews.add_reviewmask"
    url_name = "moderation_review"
    template = "moderation/admin/_review_subject.html"
    effects = (Effect.NOTHING, Effect.MASK, Effect.WARN, Effect.SUSPEND)

    def open_rows(self) -> QuerySet[Review]:
        """Those with a case: a wording has one, and what was decided about it stands."""
        return Review.objects.filter(pk__in=self.cases().values("object_id")).select_related("order", "author")

    def waiting(self, row: Any) -> Waiting:
        """A case that rules opened is high where they would have held a message back: it is due in hours."""
        case = self.cases().get(object_id=row.pk)
        is_soon = case.due_at - case.created_at <= timedelta(hours=3)
        return Waiting(
            title=row.order.gig_title[:TITLE_LENGTH],
            since=case.created_at,
            due_at=case.due_at,
            person_id=row.author_id,
            reason=case.reason,
            priority=Priority.HIGH if is_soon else Priority.NORMAL,
        )

    def ended(self, keys: Iterable[int]) -> dict[int, Ended]:
        """None here: its desk closes the case itself (review_watch.close_cases)."""
        return {}

    def parties(self, row: Any) -> set[int | None]:
        """The two sides of its order."""
        return {row.author_id, row.subject_id}

    def concerned(self, row: Any, hidden: Hidden | None) -> int | None:
        """Who wrote the part that is hidden: the reply is the other side's."""
        return writer_id_of(row, hidden.part) if hidden else None

    def lock_before(self, row: Any) -> None:
        """Its order."""
        lock_order(row.order_id)

    def decide(self, row: Any, verdict: Verdict) -> bool:
        """Hide a part, or leave it as it is."""
        if verdict.effect == Effect.NOTHING:
            return leave_review(review=row, staff=verdict.staff)
        if verdict.hidden is None:
            raise ReportError(ReportErrorCode.GROUND_MISSING)
        hide_part(review=row, hidden=verdict.hidden, words=verdict.words, staff=verdict.staff)
        return True

    def subject_of(self, case: ModerationQueue) -> Review | None:
        """With the people and the order."""
        found = Review.objects.select_related("order", "author__profile", "subject__profile")
        return found.filter(pk=case.object_id).first()


# Pressure for a review is another question than its words, and gets a case of its own.
_ABOUT = Case(When(reason=ReportReason.PRESSURE, then=Value(1)), default=Value(0), output_field=IntegerField())


def _title(report: Report) -> str:
    """What lists call it: of a message its writer, since its words are read in the case alone."""
    target: Any = report.target
    if isinstance(target, Message):
        return (target.sender.display_name if target.sender else _("Message"))[:TITLE_LENGTH]
    return subjects.title_of(target)[:TITLE_LENGTH]
