"""What a dispute's page says: steps, the next clock, what each side may do. Computed from what was read; no queries."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.money import display_yuan
from marketplace.orders.dispute_words import parts_text, resolved_parts
from marketplace.orders.headline import NextThing
from marketplace.orders.models import (
    Dispute,
    DisputeDecision,
    DisputeStatement,
    Order,
    OrderEventType,
    OrderProposal,
    StatementKind,
)
from marketplace.orders.presenters import Step
from marketplace.orders.reasons import DISPUTE_REASONS, reason_text
from marketplace.orders.shares import split_of
from marketplace.orders.states import BUYER, SELLER, DisputeStatus, ProposalStatus

_D = DisputeStatus
_PLACE = {_D.ANSWER: 1, _D.MEDIATION: 2, _D.DECISION: 3, _D.DECIDED: 4, _D.APPEALED: 4, _D.CLOSED: 5, _D.WITHDRAWN: 5}
UNDECIDED = (_D.ANSWER, _D.MEDIATION, _D.DECISION)


@dataclass(frozen=True)
class SplitSums:
    """What a division gives each side, in fen."""

    refund_fen: int
    released_fen: int
    fee_fen: int
    promotion_fen: int  # of the platform's coupon: the seller's share is what the full price would give
    seller_fen: int
    kept_fen: int

    @property
    def percent(self) -> int:
        """The buyer's part of it."""
        return (100 * self.refund_fen + self.kept_fen // 2) // self.kept_fen if self.kept_fen else 0


def sums_of(order: Order, refund_fen: int, total_fen: int | None = None) -> SplitSums:
    """What a refund of `refund_fen` would leave for the seller, the service fee taken off. Nothing is rounded away.

    Of what is left of the price now, unless somebody asks about what was divided then.
    """
    total_fen = order.kept_fen if total_fen is None else total_fen
    released_fen = max(0, total_fen - refund_fen)
    split = split_of(order, released_fen)
    return SplitSums(refund_fen, released_fen, split.commission_fen, split.promotion_fen, split.seller_fen, total_fen)


@dataclass(frozen=True)
class ProposalLine:
    """A proposed division in the list."""

    proposal: OrderProposal
    sums: SplitSums
    is_own: bool
    is_open: bool

    @property
    def state(self) -> str:
        """Where it stands, for who looks: one's own yes is not the other side's."""
        if self.proposal.status == ProposalStatus.ACCEPTED and not self.is_own:
            return _("Accepted by you")
        return str(ProposalStatus(self.proposal.status).label)


@dataclass(frozen=True)
class DecisionCard:
    """A decision with what it leaves each side."""

    decision: DisputeDecision
    sums: SplitSums


@dataclass(frozen=True)
class Statement:
    """What somebody said, with the words of its reason."""

    row: DisputeStatement
    title: str
    reason: str


@dataclass(frozen=True)
class DisputePage:
    """Everything of the page that depends on who looks and on where the dispute stands."""

    is_buyer: bool
    stamp: str
    stamp_tone: str
    steps: list[Step]
    next: NextThing
    statements: list[Statement]
    advice: list[DisputeStatement]
    proposals: list[ProposalLine]
    decisions: list[DecisionCard]
    may_answer: bool
    may_withdraw: bool
    may_decide: bool  # accept or appeal the decision
    has_accepted: bool
    is_open: bool
    may_propose: bool  # nothing of their own waits for an answer, and the two may still agree

    @property
    def waiting(self) -> ProposalLine | None:
        """The division that waits for an answer."""
        return next((line for line in self.proposals if line.is_open), None)

    @property
    def is_asked(self) -> bool:
        """Whether the other side's division waits for this person's answer."""
        return self.waiting is not None and not self.waiting.is_own

    @property
    def dues(self) -> list[str]:
        """What this person is asked for, the first thing first: the bar at the bottom leads there. Empty: nobody waits."""
        steps = {
            "reply": self.is_open and self.is_asked,
            "decide": self.may_decide,
            "answer": self.may_answer,
        }
        found = [name for name, is_due in steps.items() if is_due]
        return found or (["propose"] if self.may_propose else [])


def page_of(dispute: Dispute, viewer: User) -> DisputePage:
    """The page of a dispute for one of its sides."""
    order = dispute.order
    is_buyer = viewer.pk == order.buyer_id
    is_open = not dispute.is_over
    accepted = dispute.buyer_accepted_at if is_buyer else dispute.seller_accepted_at
    status = _status_of(dispute)
    proposals = proposals_of(dispute, viewer)
    return DisputePage(
        is_buyer=is_buyer,
        stamp=_stamp(dispute),
        stamp_tone="" if not is_open else "cinnabar",
        steps=steps_of(dispute),
        next=_with_waiting(next_of(dispute, viewer), proposals, viewer=viewer, order=order),
        statements=statements_of(dispute),
        advice=[row for row in dispute.statements.all() if row.kind == StatementKind.ADVICE],
        proposals=proposals,
        decisions=[_decision_card(order, row) for row in dispute.decisions.all()],
        may_answer=viewer.pk != dispute.opened_by_id
        and (status == _D.ANSWER or (status == _D.MEDIATION and dispute.answered_at is None)),
        may_withdraw=status in UNDECIDED
        and viewer.pk == dispute.opened_by_id
        and bool(dispute.order_was)
        and not _took_back(dispute, viewer),
        may_decide=status == _D.DECIDED and accepted is None,
        has_accepted=status == _D.DECIDED and accepted is not None,
        is_open=is_open,
        may_propose=status in (_D.MEDIATION, _D.DECISION) and not any(line.is_open for line in proposals),
    )


def _with_waiting(found: NextThing, proposals: list[ProposalLine], *, viewer: User, order: Order) -> NextThing:
    """A division that waits for its answer is what comes next; the clock of the case goes on beside it."""
    waiting = next((line for line in proposals if line.is_open), None)
    if waiting is None:
        return found
    parts = parts_text(waiting.sums.refund_fen, waiting.sums.released_fen)
    if waiting.is_own:
        other = order.seller if viewer.pk == order.buyer_id else order.buyer
        title = _("%(name)s is asked about your proposal: %(parts)s") % {"name": other.display_name, "parts": parts}
        return replace(found, title=title)
    name = waiting.proposal.proposed_by.display_name
    return replace(
        found,
        title=_("%(name)s proposes: %(parts)s") % {"name": name, "parts": parts},
        text=_("Please accept or decline it. Accepted, it counts at once; without an answer the dispute goes on."),
    )


def _decision_card(order: Order, decision: DisputeDecision) -> DecisionCard:
    """What was divided then, whatever was refunded since."""
    total_fen = decision.refund_fen + decision.released_fen
    return DecisionCard(decision, sums_of(order, decision.refund_fen, total_fen))


def first_refund_fen(dispute: Dispute, viewer: User) -> int:
    """Where the slider stands at first, in fen: at what this person asked for last, else at what the other side did."""
    order = dispute.order
    splits: list[OrderProposal] = getattr(order, "splits", [])
    said = [row.wanted_fen for row in dispute.statements.all() if row.author_id == viewer.pk]
    own = [proposal.amount_fen for proposal in splits if proposal.proposed_by_id == viewer.pk]
    asked = [
        *own,
        *reversed(said),
        *(proposal.amount_fen for proposal in splits),
        dispute.wanted_fen,
        order.kept_fen // 2,
    ]
    return min(next(amount for amount in asked if amount is not None), order.kept_fen)


def _took_back(dispute: Dispute, viewer: User) -> bool:
    """Each side takes back once."""
    return any(
        event.type == OrderEventType.DISPUTE_WITHDRAWN and event.actor_id == viewer.pk
        for event in dispute.order.events.all()
    )


def _status_of(dispute: Dispute) -> DisputeStatus:
    """Closed wherever it ended: the release before wrote no status."""
    return _D.CLOSED if dispute.outcome else _D(dispute.status)


def _stamp(dispute: Dispute) -> str:
    words = {
        _D.ANSWER: _("To be answered"),
        _D.MEDIATION: _("Mediation"),
        _D.DECISION: _("To be decided"),
        _D.DECIDED: _("Decided"),
        _D.APPEALED: _("Under appeal"),
        _D.CLOSED: _("Closed"),
        _D.WITHDRAWN: _("Taken back"),
    }
    return words[_status_of(dispute)]


def steps_of(dispute: Dispute) -> list[Step]:
    """Opened, answered, mediated, decided, appealed: how far it has come. Empty for one that was taken back."""
    status = _status_of(dispute)
    if status == _D.WITHDRAWN:
        return []
    decisions = list(dispute.decisions.all())
    if status == _D.CLOSED:
        return _steps_of_closed(dispute, decisions)
    current = _PLACE[status]
    labels = [_("Opening"), _("Response"), _("Mediation"), _("Decision"), _("Appeal")]
    moments = [
        dispute.began_at,
        dispute.answered_at,
        None,
        decisions[0].decided_at if decisions else dispute.decided_at,
        dispute.appealed_at,
    ]
    return [
        Step(
            title=label,
            state="done" if place < current else "current" if place == current else "",
            note=_day(moments[place]) if place < current or place == 0 else "",
        )
        for place, label in enumerate(labels)
    ]


def _steps_of_closed(dispute: Dispute, decisions: list[DisputeDecision]) -> list[Step]:
    """What really happened, nothing else: what was agreed was decided by nobody."""
    by_a_mediator = dispute.decided_at if dispute.decided_by_id else None
    decided_at = decisions[0].decided_at if decisions else by_a_mediator
    happened = [
        (_("Opening"), dispute.began_at, True),
        (_("Response"), dispute.answered_at, dispute.answered_at is not None),
        (_("Mediation"), None, dispute.mediation_ends_at is not None),
        (_("Decision"), decided_at, decided_at is not None),
        (_("Appeal"), dispute.appealed_at, dispute.appealed_at is not None),
        (_("Agreement"), dispute.decided_at, dispute.decided_by_id is None),
    ]
    return [Step(title=title, state="done", note=_day(at)) for title, at, did in happened if did]


def _day(moment: datetime | None) -> str:
    return date_format(localtime(moment), pgettext("a day under a step", "j M")) if moment else ""


def next_of(dispute: Dispute, viewer: User) -> NextThing:
    """The next clock, who is waited for, and what happens when nobody does anything."""
    order, status = dispute.order, _status_of(dispute)
    amount = "¥" + display_yuan(order.kept_fen)
    safe = _("%(amount)s stays in escrow until then.") % {"amount": amount}
    if status == _D.ANSWER:
        own = viewer.pk == dispute.opened_by_id
        return NextThing(
            title=_("The other side is asked for its view") if own else _("Tell your side"),
            text=_("Silence loses nothing: a mediator then looks at what is there.") + " " + safe,
            deadline=dispute.answer_due_at,
            deadline_text=_("the answer is due; after it a mediator takes over"),
            started_at=dispute.began_at,
        )
    if status == _D.MEDIATION:
        return NextThing(
            title=_("You can still agree yourselves"),
            text=_(
                "A division that one side proposes and the other accepts counts at once."
                " A mediator reads along, and may decide earlier."
            )
            + " "
            + safe,
            deadline=dispute.mediation_ends_at,
            deadline_text=_("the time to agree ends; then a mediator decides at the latest"),
            started_at=dispute.answered_at or dispute.answer_due_at,
        )
    if status == _D.DECISION:
        return NextThing(
            title=_("A mediator decides"),
            text=_overdue(dispute, safe)
            or _("If it takes longer, all mediators are told of it every day. No clock decides for them.") + " " + safe,
            deadline=dispute.decision_due_at,
            deadline_text=_("is the day by which it is decided"),
            started_at=dispute.began_at,
        )
    if status == _D.DECIDED:
        decision = dispute.decisions.all()[0]
        return NextThing(
            title=_("Decided: %(parts)s") % {"parts": parts_text(decision.refund_fen, decision.released_fen)},
            text=_(
                "Either side can appeal once; another mediator then decides for good. Accepted by both, it takes effect at once."
            ),
            deadline=dispute.takes_effect_at,
            deadline_text=_("the decision takes effect, and the money moves"),
            started_at=decision.decided_at,
        )
    if status == _D.APPEALED:
        return NextThing(
            title=_("Another mediator looks at it again"),
            text=_overdue(dispute, safe)
            or _("This second decision is final, and the money moves with it.") + " " + safe,
            deadline=dispute.decision_due_at,
            deadline_text=_("is the day by which the appeal is decided"),
            started_at=dispute.appealed_at,
        )
    if status == _D.WITHDRAWN:
        return NextThing(title=_("The dispute was taken back"), text=_("The order goes on where it stood."))
    agreed = _("You agreed: %(parts)s") if dispute.decided_by_id is None else _("Decided: %(parts)s")
    parts = parts_text(*_resolved(dispute))
    return NextThing(
        title=agreed % {"parts": parts},
        text=_("What goes back goes the way it was paid; its progress stands on the page of the order."),
    )


def _overdue(dispute: Dispute, safe: str) -> str:
    """What it means that people are late: nothing is lost, and somebody hears of it each day. Empty while they are not."""
    if dispute.decision_due_at is None or clock.now() <= dispute.decision_due_at:
        return ""
    return (
        _(
            "The decision is late. All mediators are told of it every day; you need not do anything, and can still agree."
        )
        + " "
        + safe
    )


def statements_of(dispute: Dispute) -> list[Statement]:
    """What the two sides said, oldest first. One of the release before has its words in the dispute itself."""
    order = dispute.order
    lines = []
    for row in dispute.statements.all():
        if row.kind == StatementKind.ADVICE:
            continue
        side = BUYER if row.author_id == order.buyer_id else SELLER
        reason = str(reason_text(DISPUTE_REASONS, side, row.reason_code)) if row.reason_code else ""
        lines.append(Statement(row, str(row.get_kind_display()), reason))
    if not lines:
        old = DisputeStatement(
            dispute=dispute,
            author=dispute.opened_by,
            kind=StatementKind.OPENING,
            text=dispute.reason,
            created_at=dispute.began_at,
        )
        lines.append(Statement(old, str(old.get_kind_display()), ""))
    return lines


def proposals_of(dispute: Dispute, viewer: User) -> list[ProposalLine]:
    """Proposed divisions, newest first."""
    splits: list[OrderProposal] = getattr(dispute.order, "splits", [])
    total_fen = sum(_resolved(dispute)) if dispute.outcome else dispute.order.kept_fen
    return [
        ProposalLine(
            proposal,
            sums_of(dispute.order, proposal.amount_fen or 0, total_fen),
            is_own=proposal.proposed_by_id == viewer.pk,
            is_open=proposal.status == ProposalStatus.OPEN,
        )
        for proposal in splits
    ]


def _resolved(dispute: Dispute) -> tuple[int, int]:
    """How it was divided. The release before wrote no sums: then what a refund has not taken since."""
    return resolved_parts(dispute.order) or (dispute.refund_fen or 0, dispute.order.kept_fen)
