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
from marketplace.orders.deadlines import SAYINGS, is_very_late, second_thought_until
from marketplace.orders.models import DeadlineKind, Order
from marketplace.orders.states import FINAL_STATUSES, OrderStatus

K = DeadlineKind

_OF_THE_BUYER = (OrderStatus.PENDING_PAYMENT, OrderStatus.AWAITING_REQUIREMENTS, OrderStatus.DELIVERED)
_OF_THE_SELLER = (OrderStatus.IN_PROGRESS, OrderStatus.REVISION_REQUESTED)

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
    K.PROPOSAL_CANCEL: (
        gettext_lazy("An answer stops this clock: whoever was asked may agree or decline."),
        gettext_lazy("An answer stops this clock: whoever was asked may agree or decline."),
    ),
    K.DISPUTE_ANSWER: (
        gettext_lazy("The answer of the other side stops this clock, and so does taking the dispute back."),
        gettext_lazy("The answer of the other side stops this clock, and so does taking the dispute back."),
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
_STOP_OF_PROPOSALS = gettext_lazy("An answer stops this clock.")


@dataclass(frozen=True)
class Automatic:
    """One thing that happens by itself, as the page shows it."""

    title: str
    at: datetime
    stop: str = ""  # empty where it only reminds
    is_reminder: bool = False


@dataclass(frozen=True)
class Outlook:
    """Who is waited for, and everything that happens by itself, soonest first."""

    waits_for: str  # empty when the order has ended
    coming: list[Automatic]
    stop: str  # of what comes first and is no reminder, or what it means that nothing comes


def outlook(order: Order, viewer: User) -> Outlook:
    """What the order's page says of the time to come, for one of its two sides."""
    coming = _coming(order, is_buyer=viewer.pk == order.buyer_id)
    stops = [each.stop for each in coming if each.stop]
    return Outlook(_waits_for(order, viewer), coming, stops[0] if stops else _without_clocks(order))


def expected(order: Order) -> list[tuple[str, datetime]]:
    """What the time line shows above the past: everything that comes by itself and is no reminder, latest first."""
    return [(each.title, each.at) for each in reversed(_coming(order, is_buyer=True)) if not each.is_reminder]


def _coming(order: Order, *, is_buyer: bool) -> list[Automatic]:
    if order.status == OrderStatus.PENDING_PAYMENT:
        return [Automatic(_("The order closes, nothing is charged"), order.payment_expires_at, str(_STOP_OF_UNPAID))]
    rows = sorted(order.deadlines.all(), key=lambda row: row.due_at)
    found = []
    for row in rows:
        speaks = row.kind in SAYINGS and row.kind not in (K.LATE, K.VERY_LATE)
        title = _("Promised delivery") if row.kind == K.LATE else row.get_kind_display()
        stops = _STOPS.get(row.kind, (_STOP_OF_PROPOSALS,) * 2)
        found.append(Automatic(title, row.due_at, "" if speaks else str(stops[0 if is_buyer else 1]), speaks))
    return found


def _waits_for(order: Order, viewer: User) -> str:
    status = order.status
    if status in FINAL_STATUSES:
        return ""
    if status == OrderStatus.DISPUTED:
        return _("both of you, and the mediator")
    person = order.buyer if status in _OF_THE_BUYER else order.seller
    return _("you") if person.pk == viewer.pk else person.display_name


def _without_clocks(order: Order) -> str:
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
