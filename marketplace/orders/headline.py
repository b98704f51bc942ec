"""The headline of an order's page, and what a proposal that waits for its answer makes of it. No writing, no queries."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.core import clock
from marketplace.orders.models import Order, OrderProposal, ProposalKind
from marketplace.orders.proposal_cards import what_is_proposed

_BAR_ACTIONS = ("answer", "pay", "requirements", "accept", "deliver", "revise", "case", "cancel-late")


@dataclass(frozen=True)
class NextThing:
    """接下来会发生什么: what happens by itself or who is waited for, until when, and what this person can do."""

    title: str
    text: str
    deadline: datetime | None = None
    deadline_text: str = ""
    started_at: datetime | None = None  # for the bar: how much of the time has passed
    actions: list[str] = field(default_factory=list)  # names of the forms the page offers, the main one first
    answer_at: str = ""  # where on the page the proposal stands that this person is asked about

    @property
    def main_action(self) -> str:
        """The one that the page asks for; only it is shown as such."""
        return self.actions[0] if self.actions else ""

    @property
    def bar_actions(self) -> list[str]:
        """What stands in the bar at the thumb, the main action first: on phones it is there and nowhere else."""
        return [name for name in self.actions if name in _BAR_ACTIONS]

    @property
    def percent_passed(self) -> int:
        """How much of the time to the deadline has passed, 0..100."""
        if self.deadline is None or self.started_at is None:
            return 0
        whole = (self.deadline - self.started_at).total_seconds()
        passed = (clock.now() - self.started_at).total_seconds()
        return max(0, min(100, round(100 * passed / whole))) if whole > 0 else 100


def asked(found: NextThing, proposal: OrderProposal) -> NextThing:
    """The other side's proposal comes before whatever the state asks for, which stays possible beside it."""
    name = proposal.proposed_by.display_name
    if proposal.kind == ProposalKind.SPLIT:  # the dispute's own page shows it and takes the answer
        return replace(found, title=_("%(name)s proposes a division: please answer") % {"name": name})
    silence = {
        ProposalKind.CANCEL: _("without an answer the order is cancelled"),
    }.get(ProposalKind(proposal.kind), _("without an answer the proposal lapses"))
    title = _("%(name)s proposes to cancel the order")
    if proposal.kind != ProposalKind.CANCEL:
        title = _("%(name)s proposes %(what)s")
    what = what_is_proposed(proposal.kind, proposal.days, proposal.amount_fen)
    has_end = proposal.expires_at is not None
    return replace(
        found,
        title=title % {"name": name, "what": what},
        text=_("Agree or decline: what follows from each stands with the proposal, below."),
        deadline=proposal.expires_at,
        deadline_text=silence if has_end else "",
        started_at=proposal.created_at,
        actions=["answer", *found.actions],
        answer_at="cancel-heading" if proposal.kind == ProposalKind.CANCEL else f"proposal-{proposal.pk}",
    )


def asking(found: NextThing, order: Order, proposal: OrderProposal) -> NextThing:
    """One's own proposal changes the headline only where it decides whether anything is left to do."""
    if proposal.kind != ProposalKind.CANCEL:
        return found
    other = order.seller if proposal.proposed_by_id == order.buyer_id else order.buyer
    return replace(
        found,
        title=_("%(name)s is asked to agree to cancel") % {"name": other.display_name},
        text=_("You can take the proposal back until then. A delivery, an acceptance or a dispute overtakes it."),
        deadline=proposal.expires_at,
        deadline_text=_("without an answer the order is cancelled"),
        started_at=proposal.created_at,
    )
