"""What somebody sees of the decisions about them. Who decided and what colleagues noted is not part of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.http import Http404

from marketplace.accounts.models import Suspension, User
from marketplace.core import clock
from marketplace.moderation.appeals import answer_until, appeal_until
from marketplace.moderation.models import AppealStatus, DecisionAppeal, Effect, ModerationDecision, QueueKind, Strike
from marketplace.moderation.quality.evidence import evidence_of

# A suspension is written in the transaction of its decision: no further apart than that takes.
_SAME_MOMENT = timedelta(minutes=1)


@dataclass(frozen=True)
class OwnDecision:
    """One decision as its person reads it."""

    decision: ModerationDecision
    appeal: DecisionAppeal | None
    strike: Strike | None
    suspension: Suspension | None
    appeal_until: datetime

    @property
    def own_words(self) -> str:
        """The reader's message that was decided about; empty for what has a title to be known by."""
        case = self.decision.case
        if self.decision.kind != QueueKind.MESSAGE or case.person_id != self.decision.person_id:
            return ""
        return next((words for _heading, words in evidence_of(case)), "")

    @property
    def may_appeal(self) -> bool:
        """Whether it can be appealed against now."""
        return self.appeal is None and not self.is_undone and clock.now() <= self.appeal_until

    @property
    def is_undone(self) -> bool:
        """Whether it was turned round."""
        return self.decision.overturned_at is not None

    @property
    def is_waiting(self) -> bool:
        """Whether an appeal against it waits for its answer."""
        return self.appeal is not None and self.appeal.status == AppealStatus.OPEN

    @property
    def answer_until(self) -> datetime | None:
        """Until when the appeal is to be answered."""
        return answer_until(self.appeal) if self.appeal else None

    @property
    def strike_counts(self) -> bool:
        """Whether its strike counts now."""
        return self.strike is not None and self.strike.lifted_at is None and self.strike.expires_at > clock.now()


def decisions_about(person: User) -> QuerySet[ModerationDecision]:
    """What did something to somebody, the newest first. That something was looked at and found right is nobody's news."""
    rows = ModerationDecision.objects.filter(person=person).exclude(effect=Effect.NOTHING)
    return rows.select_related("case", "reason", "appeal", "strike").order_by("-pk")


def own_decision(person: User, decision_id: int) -> OwnDecision:
    """One of them. Raises Http404 for somebody else's."""
    decision = decisions_about(person).filter(pk=decision_id).first()
    if decision is None:
        raise Http404
    return as_read(decision)


def as_read(decision: ModerationDecision) -> OwnDecision:
    """A decision with what became of it."""
    return OwnDecision(
        decision=decision,
        appeal=getattr(decision, "appeal", None),
        strike=getattr(decision, "strike", None),
        suspension=_suspension_of(decision),
        appeal_until=appeal_until(decision),
    )


def strikes_of(person: User) -> QuerySet[Strike]:
    """All strikes somebody ever had, the newest first."""
    return Strike.objects.filter(person=person).select_related("reason", "decision__case").order_by("-pk")


def decision_of(suspension: Suspension) -> ModerationDecision | None:
    """The decision that a suspension came with; None for one that staff made at the people's desk."""
    around = (suspension.began_at - _SAME_MOMENT, suspension.began_at + _SAME_MOMENT)
    found = ModerationDecision.objects.filter(
        person=suspension.user_id, effect=Effect.SUSPEND, decided_by=suspension.by_id, decided_at__range=around
    )
    return found.order_by("-pk").first()


def _suspension_of(decision: ModerationDecision) -> Suspension | None:
    if decision.effect != Effect.SUSPEND or decision.person_id is None:
        return None
    around = (decision.decided_at - _SAME_MOMENT, decision.decided_at + _SAME_MOMENT)
    return Suspension.objects.filter(user_id=decision.person_id, began_at__range=around).first()
