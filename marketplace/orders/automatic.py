"""What happens to an order by itself, when, who is waited for, and how to stop it. No writing; deadlines come prefetched."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.models import User
from marketplace.core.rules import rule
from marketplace.orders import turns
from marketplace.orders.deadlines import SAYINGS, is_very_late, second_thought_until
from marketplace.orders.models import DeadlineKind, Order, ProposalKind
from marketplace.orders.states import BUYER, FINAL_STATUSES, MEDIATOR, SELLER, DisputeStatus, OrderStatus

K = DeadlineKind

PROPOSAL_CLOCKS = (K.PROPOSAL_CANCEL, K.PROPOSAL_EXTEND, K.PROPOSAL_DISCOUNT, K.PROPOSAL_SUPPLEMENT)

# How a clock is stopped: by the buyer, by the seller.
_STOPS: dict[str, tuple[str | Promise, str | Promise]] = {
    K.ACCEPT: (
        gettext_lazy("Ask for a revision or open a dispute, and this clock stops."),
        gettext_lazy("Only the buyer's answer or a dispute stops this clock."),
    ),
    K.LATE: (
        gettext_lazy("The delivery stops this clock. You can give the seller more time when asked for it."),
        gettext_lazy("Your delivery stops this clock. If you need more time, ask the buyer before."),
    ),
    K.VERY_LATE: (
        gettext_lazy("Until the delivery you may then cancel alone and get everything back."),
        gettext_lazy("Deliver before, and the buyer cannot cancel alone."),
    ),
    K.DISPUTE_MEDIATION: (
        gettext_lazy("Agree with each other before, and no mediator is needed."),
        gettext_lazy("Agree with each other before, and no mediator is needed."),
    ),
    K.DISPUTE_DECISION: (
        gettext_lazy("Agree with each other before, and nobody decides for you."),
        gettext_lazy("Agree with each other before, and nobody decides for you."),
    ),
    K.DISPUTE_APPEAL: (
        gettext_lazy("An appeal stops this clock."),
        gettext_lazy("An appeal stops this clock."),
    ),
}
_STOP_OF_UNPAID = gettext_lazy("Paying stops this clock.")
# By whoever is asked, by whoever asked.
_STOPS_OF_PROPOSALS = (
    gettext_lazy("Your answer stops this clock: you may agree or decline."),
    gettext_lazy("The other side's answer stops this clock, and so does taking the proposal back."),
)
_STOPS_OF_ANSWER = (
    gettext_lazy("Your answer stops this clock."),
    gettext_lazy("The answer of the other side stops this clock, and so does taking the dispute back."),
)


@dataclass(frozen=True)
class Automatic:
    """One thing that happens by itself, as the page shows it."""

    title: str
    at: datetime
    stop: str = ""  # empty where it only reminds
    is_reminder: bool = False
    is_question: bool = False  # the end of a proposal's time


@dataclass(frozen=True)
class Outlook:
    """Who is waited for, and everything that happens by itself, soonest first."""

    waits_for: str  # empty when the order has ended
    coming: list[Automatic]
    stop: str  # of what comes first and is no reminder, or what it means that nothing comes


def outlook(order: Order, viewer: User) -> Outlook:
    """What the order's page says of the time to come, for one of its two sides."""
    coming = _coming(order, viewer)
    turn = turns.turn_of(order)
    # The clock above is that of what is asked, whichever rings first; one's own question is no clock above (headline.asking).
    stops = sorted((each for each in coming if each.stop), key=lambda each: each.is_question)
    stop = stops[0].stop if stops else _without_clocks(order, viewer)
    if turn.proposal is not None and turn.proposal.expires_at is not None:
        if turn.asked == turns.side_of(order, viewer.pk):
            stop = str(_STOPS_OF_PROPOSALS[0])
        elif turn.proposal.kind == ProposalKind.CANCEL:
            stop = str(_STOPS_OF_PROPOSALS[1])
    return Outlook(_waits_for(order, viewer, turn), coming, stop)


def expected(order: Order, viewer: User) -> list[tuple[str, datetime]]:
    """What the time line shows above the past: everything that comes by itself and is no reminder, latest first."""
    return [(each.title, each.at) for each in reversed(_coming(order, viewer)) if not each.is_reminder]


def title_of(kind: str, order: Order, viewer: User) -> str:
    """What a clock is called for one of the two sides: whose answer is due depends on who looks."""
    if kind == K.LATE:
        return _("Promised revision") if order.status == OrderStatus.REVISION_REQUESTED else _("Promised delivery")
    is_asked = viewer.pk in (order.buyer_id, order.seller_id) and order.status == OrderStatus.DISPUTED
    if kind == K.DISPUTE_ANSWER and is_asked and order.dispute.opened_by_id != viewer.pk:
        return _("Your answer is due")
    is_disputed = order.status == OrderStatus.DISPUTED
    if kind == K.DISPUTE_DECISION and is_disputed and order.dispute.status == DisputeStatus.APPEALED:
        return _("The decision on the appeal is due")
    if kind == K.VERY_LATE and viewer.pk == order.buyer_id:
        return _("You may cancel alone")
    return str(K(kind).label)


def _coming(order: Order, viewer: User) -> list[Automatic]:
    if order.status == OrderStatus.PENDING_PAYMENT:
        return [Automatic(_("The order closes, nothing is charged"), order.payment_expires_at, str(_STOP_OF_UNPAID))]
    found = []
    for row in sorted(order.deadlines.all(), key=lambda row: row.due_at):
        speaks = row.kind in SAYINGS and row.kind not in (K.LATE, K.VERY_LATE)
        stop = "" if speaks else str(_stop_of(row.kind, order, viewer))
        found.append(
            Automatic(title_of(row.kind, order, viewer), row.due_at, stop, speaks, row.kind in PROPOSAL_CLOCKS)
        )
    return found


def _stop_of(kind: str, order: Order, viewer: User) -> str | Promise:
    if kind in PROPOSAL_CLOCKS:
        return _STOPS_OF_PROPOSALS[0 if turns.turn_of(order).asked == turns.side_of(order, viewer.pk) else 1]
    if kind == K.DISPUTE_ANSWER:
        opened = order.status == OrderStatus.DISPUTED and order.dispute.opened_by_id == viewer.pk
        return _STOPS_OF_ANSWER[1 if opened else 0]
    return _STOPS[kind][0 if viewer.pk == order.buyer_id else 1]


def _waits_for(order: Order, viewer: User, turn: turns.Turn) -> str:
    people = {BUYER: order.buyer, SELLER: order.seller}
    names = {side: _("you") if person.pk == viewer.pk else person.display_name for side, person in people.items()}
    if turn.worker and turn.asked and turn.worker != turn.asked:
        return _("%(asked)s, for an answer, and %(worker)s, for the work") % {
            "asked": names[turn.asked],
            "worker": names[turn.worker],
        }
    if {BUYER, SELLER} <= turn.sides:
        return _("both of you, and the mediator") if MEDIATOR in turn.sides else _("both of you")
    person = next((names[side] for side in (BUYER, SELLER) if side in turn.sides), "")
    if person and MEDIATOR in turn.sides:
        return _("%(person)s, and the mediator") % {"person": person}
    return person or (_("the mediator") if turn.sides else "")


def _without_clocks(order: Order, viewer: User) -> str:
    if order.status in FINAL_STATUSES:
        return ""
    if order.status == OrderStatus.AWAITING_REQUIREMENTS:
        return _(
            "No clock runs: the order waits until the requirements are sent, the seller begins without them, or somebody cancels."
        )
    if order.status == OrderStatus.DISPUTED:
        return _("No clock runs: all others stand still until the dispute is settled.")
    if not is_very_late(order):
        return ""
    if viewer.pk == order.buyer_id:
        return _("No clock runs any more: the delivery is very late, and you may cancel alone.")
    return _("No clock runs any more: the delivery is very late, and the buyer may cancel alone.")


def way_out(order: Order) -> str:
    """When the buyer of running work may cancel alone, in a sentence."""
    if is_very_late(order):
        return _("It is very late. You can cancel now and get everything back.")
    until = second_thought_until(order)
    if until is not None:
        return _(
            "The seller began without your requirements. Until %(moment)s you can cancel alone and get everything back."
        ) % {"moment": date_format(timezone.localtime(until), "DATETIME_FORMAT")}
    return _("If it is more than %(hours)s hours late, you can cancel alone and get everything back.") % {
        "hours": rule(order.rules, "orders.very_late_hours")
    }
