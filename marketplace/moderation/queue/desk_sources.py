"""What is decided at a desk of its own (services, identities, disputes, honesty), and appeals."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from wagtail.models import TaskState

from marketplace.accounts.models import UserVerification, VerificationKind, VerificationStatus
from marketplace.accounts.selectors import cases_to_decide
from marketplace.core.config import get_config
from marketplace.gigs.models import Gig, ReviewCase, ReviewKind
from marketplace.gigs.review_clock import review_due
from marketplace.gigs.review_selectors import open_cases
from marketplace.gigs.states import GigStatus
from marketplace.moderation.appeals import answer_appeal, answer_until
from marketplace.moderation.models import (
    AppealStatus as DecisionAppealStatus,
)
from marketplace.moderation.models import (
    DecisionAppeal,
    Effect,
    ModerationQueue,
    Priority,
    QueueKind,
    Report,
    ReportReason,
    ReportStatus,
)
from marketplace.moderation.queue.sources import TITLE_LENGTH, Ended, QueueSource, Verdict, Waiting, parties_of
from marketplace.orders.dispute_selectors import dispute_queue
from marketplace.orders.locks import lock_order
from marketplace.orders.models import Dispute, DisputeDecision
from marketplace.orders.reasons import BuyerDisputeReason, SellerDisputeReason
from marketplace.orders.states import DisputeStatus
from marketplace.reviews import appeals
from marketplace.reviews.models import AppealKind, AppealStatus, CaseStatus, IntegrityCase, ReputationAppeal


class GigSource(QueueSource):
    """Services that sellers sent in."""

    kind = QueueKind.GIG
    model = ReviewCase
    view_permission = decide_permission = "gigs.change_gig"
    url_name = "gigs_review"

    def open_rows(self) -> QuerySet[ReviewCase]:
        """What waits for a reviewer, the first or the second."""
        return open_cases().select_related("gig")

    def waiting(self, row: Any) -> Waiting:
        """A second look at a price is high: its seller has waited for one person already."""
        return Waiting(
            title=row.gig.title[:TITLE_LENGTH],
            since=row.submitted_at,
            due_at=review_due(row.submitted_at),
            person_id=row.gig.seller_id,
            reason=row.kind,
            priority=Priority.HIGH if row.first_reviewer_id else Priority.NORMAL,
        )

    def reason_label(self, reason: str) -> str:
        """What kind of change it is."""
        return str(ReviewKind(reason).label) if reason in ReviewKind.values else reason

    def ended(self, keys: Iterable[int]) -> dict[int, Ended]:
        """Approved and sent back take nothing away; refused is taken down. Withdrawn by its seller was decided by nobody, and
        so was a change whose service a report took down: that decision has a case of its own.
        """
        found = {}
        rows = list(ReviewCase.objects.filter(pk__in=keys).select_related("task_state", "gig"))
        reported = _taken_down_by_reports(row.gig_id for row in rows if row.gig.status == GigStatus.DENIED)
        for row in rows:
            state = row.task_state
            is_denied = row.gig.status == GigStatus.DENIED and row.gig_id not in reported
            is_decided = is_denied or state.status in (TaskState.STATUS_APPROVED, TaskState.STATUS_REJECTED)
            found[row.pk] = Ended(
                state.finished_by_id if is_decided else None,
                state.finished_at,
                Effect.REMOVE if is_denied else Effect.NOTHING,
                state.comment,
            )
        return found

    def parties(self, row: Any) -> set[int | None]:
        """Its seller."""
        return {row.gig.seller_id}

    def deciders(self, row: Any) -> set[int | None]:
        """Who approved the price before."""
        return {row.first_reviewer_id}

    def subject_of(self, case: ModerationQueue) -> ReviewCase | None:
        """With its service."""
        return ReviewCase.objects.select_related("gig").filter(pk=case.object_id).first()


def _taken_down_by_reports(gigs: Iterable[int]) -> set[int]:
    """Of services that are down, those that a report took down. A service that was refused before was never on sale, and
    cannot be reported.
    """
    wanted = list(gigs)
    upheld = Report.objects.filter(
        content_type=ContentType.objects.get_for_model(Gig), object_id__in=wanted, status=ReportStatus.UPHELD
    )
    return set(upheld.exclude(reason=ReportReason.PRESSURE).values_list("object_id", flat=True)) if wanted else set()


class IdentitySource(QueueSource):
    """Identities and companies with papers."""

    kind = QueueKind.IDENTITY
    model = UserVerification
    view_permission = decide_permission = "accounts.change_userverification"
    url_name = "accounts_verification_case"

    def open_rows(self) -> QuerySet[UserVerification]:
        """What waits."""
        return cases_to_decide()

    def waiting(self, row: Any) -> Waiting:
        """The person's name on the site; the true one is read at the desk."""
        return Waiting(
            title=row.user.display_name[:TITLE_LENGTH],
            since=row.created_at,
            due_at=row.created_at + timedelta(hours=get_config("moderation.identity_hours")),
            person_id=row.user_id,
            reason=row.kind,
        )

    def reason_label(self, reason: str) -> str:
        """A person or a company."""
        return str(VerificationKind(reason).label) if reason in VerificationKind.values else reason

    def ended(self, keys: Iterable[int]) -> dict[int, Ended]:
        """Neither answer takes anything away: who was refused may hand in again."""
        rows = UserVerification.objects.filter(pk__in=keys).exclude(status=VerificationStatus.PENDING)
        return {row.pk: Ended(row.reviewed_by_id, row.reviewed_at, Effect.NOTHING, row.reason) for row in rows}

    def parties(self, row: Any) -> set[int | None]:
        """Whose it is."""
        return {row.user_id}


class DisputeSource(QueueSource):
    """Disputes whose time to agree is over, and appeals in them."""

    kind = QueueKind.DISPUTE
    model = Dispute
    view_permission = decide_permission = "orders.change_dispute"
    url_name = "orders_dispute_decide"

    def open_rows(self) -> QuerySet[Dispute]:
        """What a mediator has to decide."""
        return dispute_queue().filter(status__in=(DisputeStatus.DECISION, DisputeStatus.APPEALED))

    def waiting(self, row: Any) -> Waiting:
        """Money is at stake: high, and urgent where it is much."""
        since = row.appealed_at or row.mediation_ends_at or row.began_at
        days = "disputes.appeal_decision_days" if row.appealed_at else "disputes.decision_days"
        begun = row.appealed_at or row.began_at
        is_much = row.order.total_fen >= get_config("moderation.much_money_fen")
        return Waiting(
            title=row.order.gig_title[:TITLE_LENGTH],
            since=since,
            due_at=row.decision_due_at or begun + timedelta(days=get_config(days)),
            reported_by_id=row.opened_by_id,
            reason=row.reason_code,
            priority=Priority.URGENT if is_much else Priority.HIGH,
        )

    def reason_label(self, reason: str) -> str:
        """What who opened it chose, a buyer or a seller."""
        labels = {**dict(SellerDisputeReason.choices), **dict(BuyerDisputeReason.choices)}
        return str(labels.get(reason, reason))

    def ended(self, keys: Iterable[int]) -> dict[int, Ended]:
        """The newest decision of a mediator; where the two agreed, nobody decided."""
        still = Dispute.objects.filter(pk__in=keys).exclude(status__in=(DisputeStatus.DECISION, DisputeStatus.APPEALED))
        decided = still.exclude(status=DisputeStatus.WITHDRAWN).values("pk")
        found = {}
        for one in DisputeDecision.objects.filter(dispute__in=decided).order_by("number"):
            found[one.dispute_id] = Ended(one.mediator_id, one.decided_at, Effect.NOTHING, one.explanation)
        return found

    def parties(self, row: Any) -> set[int | None]:
        """The two sides of the order."""
        return {row.order.buyer_id, row.order.seller_id}

    def deciders(self, row: Any) -> set[int | None]:
        """Who decided first."""
        return set(row.decisions.values_list("mediator_id", flat=True))

    def subject_of(self, case: ModerationQueue) -> Dispute | None:
        """With its order."""
        return Dispute.objects.select_related("order").filter(pk=case.object_id).first()


class IntegritySource(QueueSource):
    """Circles of accounts that look as if they dealt with each other for the reviews."""

    kind = QueueKind.INTEGRITY
    model = IntegrityCase
    view_permission, decide_permission = "reviews.view_integritycase", "reviews.change_integritycase"
    url_name = "reviews_integrity_case"

    def open_rows(self) -> QuerySet[IntegrityCase]:
        """What nobody has decided about."""
        return IntegrityCase.objects.filter(status=CaseStatus.OPEN).prefetch_related("members__user__profile")

    def waiting(self, row: Any) -> Waiting:
        """Several people, so that it concerns nobody alone."""
        names = "、".join(member.user.display_name for member in row.members.all()[:4])
        return Waiting(title=names[:TITLE_LENGTH], since=row.opened_at, due_at=row.due_at)

    def ended(self, keys: Iterable[int]) -> dict[int, Ended]:
        """Confirmed takes reviews out of every score."""
        rows = IntegrityCase.objects.filter(pk__in=keys).exclude(status=CaseStatus.OPEN)
        return {
            row.pk: Ended(
                row.decided_by_id,
                row.decided_at,
                Effect.MASK if row.status == CaseStatus.CONFIRMED else Effect.NOTHING,
                row.words,
            )
            for row in rows
        }

    def parties(self, row: Any) -> set[int | None]:
        """Its accounts."""
        return set(row.members.values_list("user_id", flat=True))


class ReputationAppealSource(QueueSource):
    """Appeals against what rules or people decided about reviews, levels and honesty."""

    kind = QueueKind.APPEAL
    model = ReputationAppeal
    view_permission, decide_permission = "reviews.view_reputationappeal", "reviews.change_reputationappeal"
    url_name = "moderation_appeal"
    template = "moderation/admin/_appeal_subject.html"
    effects = (Effect.NOTHING,)

    def must_be_told(self, effect: Effect) -> bool:
        """Who appeals is answered."""
        return True

    def open_rows(self) -> QuerySet[ReputationAppeal]:
        """What nobody has answered."""
        return ReputationAppeal.objects.filter(status=AppealStatus.OPEN).select_related("user__profile")

    def waiting(self, row: Any) -> Waiting:
        """By its own deadline."""
        return Waiting(
            title=_("%(name)s: %(matter)s") % {"name": row.user.display_name, "matter": row.get_kind_display()},
            since=row.opened_at,
            due_at=row.due_at,
            person_id=row.user_id,
            reason=row.kind,
        )

    def reason_label(self, reason: str) -> str:
        """What it is about."""
        return str(AppealKind(reason).label) if reason in AppealKind.values else reason

    def ended(self, keys: Iterable[int]) -> dict[int, Ended]:
        """An answer takes nothing away."""
        rows = ReputationAppeal.objects.filter(pk__in=keys).exclude(status=AppealStatus.OPEN)
        return {row.pk: Ended(row.decided_by_id, row.decided_at, Effect.NOTHING, row.answer) for row in rows}

    def parties(self, row: Any) -> set[int | None]:
        """Who asks, and the other side where there is one."""
        orders = [order for order in (row.order, row.mask.review.order if row.mask else None) if order]
        found: set[int | None] = {row.user_id, *(key for order in orders for key in (order.buyer_id, order.seller_id))}
        if row.case:
            found |= set(row.case.members.values_list("user_id", flat=True))
        return found

    def deciders(self, row: Any) -> set[int | None]:
        """Who hid it, or confirmed the case."""
        return {row.mask.masked_by_id if row.mask else None, row.case.decided_by_id if row.case else None}

    def lock_before(self, row: Any) -> None:
        """The order it is about, as `decide_appeal` does."""
        order_id = row.mask.review.order_id if row.kind == AppealKind.MASK and row.mask else row.order_id
        if order_id is not None:
            lock_order(order_id)

    def decide(self, row: Any, verdict: Verdict) -> bool:
        """Answer it; where the person is right, what was decided is undone."""
        return appeals.decide_appeal(
            appeal_id=row.pk, staff=verdict.staff, upheld=bool(verdict.is_right), answer=verdict.words
        )

    def subject_of(self, case: ModerationQueue) -> ReputationAppeal | None:
        """With what it is about."""
        found = ReputationAppeal.objects.select_related("user", "order", "case", "mask__review__order")
        return found.filter(pk=case.object_id).first()


class DecisionAppealSource(QueueSource):
    """Appeals against decisions of this queue."""

    kind = QueueKind.APPEAL
    model = DecisionAppeal
    view_permission, decide_permission = "moderation.view_decisionappeal", "moderation.change_decisionappeal"
    url_name = ""
    template = "moderation/admin/_decision_appeal_subject.html"
    effects = (Effect.NOTHING,)

    def must_be_told(self, effect: Effect) -> bool:
        """Who appeals is answered."""
        return True

    def open_rows(self) -> QuerySet[DecisionAppeal]:
        """What nobody has answered."""
        waiting = DecisionAppeal.objects.filter(status=DecisionAppealStatus.OPEN)
        return waiting.select_related("decision__case", "decision__person__profile")

    def waiting(self, row: Any) -> Waiting:
        """Who is kept out waits longest for it: high."""
        person = row.decision.person
        return Waiting(
            title=(person.display_name if person else row.decision.case.title)[:TITLE_LENGTH],
            since=row.created_at,
            due_at=answer_until(row),
            person_id=row.decision.person_id,
            reason=f"decision_{row.decision.effect}",
            priority=Priority.HIGH if row.decision.effect == Effect.SUSPEND else Priority.NORMAL,
        )

    def reason_label(self, reason: str) -> str:
        """What was done to the person."""
        effect = reason.removeprefix("decision_")
        return str(Effect(effect).label) if effect in Effect.values else reason

    def ended(self, keys: Iterable[int]) -> dict[int, Ended]:
        """An answer takes nothing away."""
        rows = DecisionAppeal.objects.filter(pk__in=keys).exclude(status=DecisionAppealStatus.OPEN)
        return {row.pk: Ended(row.decided_by_id, row.decided_at, Effect.NOTHING, row.answer) for row in rows}

    def parties(self, row: Any) -> set[int | None]:
        """Whom the decision concerns, and everybody else in what it was about."""
        return {row.decision.person_id, *parties_of(row.decision.case)}

    def deciders(self, row: Any) -> set[int | None]:
        """Who decided."""
        return {row.decision.decided_by_id}

    def decide(self, row: Any, verdict: Verdict) -> bool:
        """Answer it; where the person is right, the decision is turned round."""
        answer_appeal(appeal_id=row.pk, staff=verdict.staff, upheld=bool(verdict.is_right), answer=verdict.words)
        return True

    def subject_of(self, case: ModerationQueue) -> DecisionAppeal | None:
        """With the decision."""
        found = DecisionAppeal.objects.select_related(
            "decision__case", "decision__reason", "decision__decided_by__profile", "decision__person__profile"
        )
        return found.filter(pk=case.object_id).first()
