"""What an order's page says next: computed from the state, the clocks and who is looking. No writing, no queries."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.money import display_yuan
from marketplace.core.rules import rule
from marketplace.orders import automatic
from marketplace.orders.deadlines import is_very_late
from marketplace.orders.delivery_access import is_held_back
from marketplace.orders.dispute_words import event_text, resolved_parts
from marketplace.orders.models import Order, OrderEvent, OrderEventType, OrderKind
from marketplace.orders.proposal_cards import event_sentence
from marketplace.orders.shares import split_of
from marketplace.orders.states import REFUNDABLE_STATUSES, OrderStatus


@dataclass(frozen=True)
class Step:
    """One of the five steps at the top of the page."""

    title: str
    state: str  # "done", "current" or "" (components/steps.html)
    note: str = ""


_BAR_ACTIONS = ("pay", "requirements", "accept", "deliver", "revise", "case")


@dataclass(frozen=True)
class NextThing:
    """接下来会发生什么: what happens by itself or who is waited for, until when, and what this person can do."""

    title: str
    text: str
    deadline: datetime | None = None
    deadline_text: str = ""
    started_at: datetime | None = None  # for the bar: how much of the time has passed
    actions: list[str] = field(default_factory=list)  # names of the forms the page offers, the main one first

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


_STEP_OF_STATUS = {
    OrderStatus.PENDING_PAYMENT: 0,
    OrderStatus.AWAITING_REQUIREMENTS: 1,
    OrderStatus.IN_PROGRESS: 2,
    OrderStatus.REVISION_REQUESTED: 2,
    OrderStatus.DELIVERED: 3,
    OrderStatus.DISPUTED: 3,
    OrderStatus.COMPLETED: 5,
    OrderStatus.RESOLVED: 5,
}


def steps(order: Order) -> list[Step]:
    """Pay, tell, make, look, release: how far the order has come. Empty for a cancelled one, and for a tip."""
    if order.status == OrderStatus.CANCELLED or order.kind == OrderKind.TIP:
        return []
    current = _STEP_OF_STATUS[OrderStatus(order.status)]
    labels = [_("Payment"), _("Requirements"), _("Work"), _("Acceptance"), _("Release")]
    moments = [order.paid_at, order.started_at, order.delivered_at, order.completed_at, order.completed_at]
    return [
        Step(
            title=label,
            state="done" if index < current else "current" if index == current else "",
            note=_day(moments[index]) if index < current else "",
        )
        for index, label in enumerate(labels)
    ]


def _day(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), _("j F")) if moment else ""


def stamp(order: Order, viewer: User) -> tuple[str, str]:
    """The words of the stamp on the page, and its tone ("cinnabar" when the viewer must act, "ink", "" for jade)."""
    is_buyer = viewer.pk == order.buyer_id
    table: dict[str, tuple[str, str]] = {
        OrderStatus.PENDING_PAYMENT: (_("To pay"), "cinnabar" if is_buyer else "ink"),
        OrderStatus.AWAITING_REQUIREMENTS: (_("Your turn: requirements"), "cinnabar")
        if is_buyer
        else (_("Waiting for buyer"), "ink"),
        OrderStatus.IN_PROGRESS: (pgettext("an order", "In progress"), "ink")
        if is_buyer
        else (_("To deliver"), "cinnabar"),
        OrderStatus.REVISION_REQUESTED: (_("In revision"), "ink") if is_buyer else (_("To revise"), "cinnabar"),
        OrderStatus.DELIVERED: (_("Your turn: acceptance"), "cinnabar")
        if is_buyer
        else (_("Waiting for buyer"), "ink"),
        OrderStatus.COMPLETED: (_("Completed"), ""),
        OrderStatus.CANCELLED: (_("Cancelled"), "ink"),
        OrderStatus.DISPUTED: (_("In dispute"), "cinnabar"),
        OrderStatus.RESOLVED: (_("Decided"), ""),
    }
    return table[order.status]


def next_thing(order: Order, viewer: User, *, has_cleared: bool = False) -> NextThing:
    """What comes next for this viewer. Every sentence with a figure takes it from the order or the settings.

    `has_cleared`: the seller's earnings of it have become available (`selectors.has_cleared`).
    """
    is_buyer = viewer.pk == order.buyer_id
    builder: Callable[[Order, bool], NextThing] = {
        OrderStatus.PENDING_PAYMENT: _next_pending_payment,
        OrderStatus.AWAITING_REQUIREMENTS: _next_requirements,
        OrderStatus.IN_PROGRESS: _next_in_progress,
        OrderStatus.REVISION_REQUESTED: _next_revision,
        OrderStatus.DELIVERED: _next_delivered,
        OrderStatus.COMPLETED: _next_completed,
        OrderStatus.CANCELLED: _next_cancelled,
        OrderStatus.DISPUTED: _next_disputed,
        OrderStatus.RESOLVED: _next_resolved,
    }[OrderStatus(order.status)]
    if order.kind == OrderKind.TIP:
        builder = _tip_builder(builder)
    found = builder(order, is_buyer)
    if has_cleared and not is_buyer and order.status == OrderStatus.COMPLETED:
        found = replace(found, text=_("It has cleared: you can withdraw it from your wallet."))
    if not is_buyer and order.status in REFUNDABLE_STATUSES and order.refundable_fen > 0:
        found = replace(found, actions=[*found.actions, "refund"])
    return found


def _tip_builder(builder: Callable[[Order, bool], NextThing]) -> Callable[[Order, bool], NextThing]:
    """What the page of a tip says, where nothing is made, looked at or accepted."""

    def build(order: Order, is_buyer: bool) -> NextThing:
        found = builder(order, is_buyer)
        if order.status == OrderStatus.PENDING_PAYMENT:
            return replace(found, text=_("It is the seller's as soon as it is paid."))
        if order.status == OrderStatus.COMPLETED and is_buyer:
            return replace(found, title=_("Thank you: your tip has arrived"), text=_("The seller was told."))
        return found

    return build


def _amount(order: Order) -> str:
    return "¥" + display_yuan(order.kept_fen)


def _next_pending_payment(order: Order, is_buyer: bool) -> NextThing:
    return NextThing(
        title=_("Pay %(amount)s to begin") % {"amount": _amount(order)},
        text=_("The payment institution holds the money. The seller gets it only after you accept the work."),
        deadline=order.payment_expires_at,
        deadline_text=_("then the order closes by itself, and nothing is charged"),
        started_at=order.created_at,
        actions=["pay", "cancel"] if is_buyer else [],
    )


def _next_requirements(order: Order, is_buyer: bool) -> NextThing:
    if is_buyer:
        title = _("Tell the seller what you need")
        text = _(
            "%(days)s days for delivery start when you send it, or when the seller begins without it. "
            "Until then you can cancel and get everything back."
        )
        return NextThing(title=title, text=text % {"days": order.delivery_days}, actions=["requirements", "cancel"])
    return NextThing(
        title=_("The buyer is writing the requirements"),
        text=_("Your delivery clock of %(days)s days has not started yet. You will be told.")
        % {"days": order.delivery_days},
        actions=["skip", "cancel"],
    )


def _next_in_progress(order: Order, is_buyer: bool) -> NextThing:
    hours = rule(order.rules, "orders.very_late_hours")
    if not is_buyer:
        return NextThing(
            title=_("Deliver the work"),
            text=_("Past this time the buyer sees that it is late; %(hours)s hours later the buyer may cancel alone.")
            % {"hours": hours},
            deadline=order.due_at,
            deadline_text=_("is the time you promised"),
            started_at=order.started_at,
            actions=["deliver", "dispute", "cancel"],
        )
    may_cancel = is_very_late(order)
    text = _("If it is more than %(hours)s hours late, you can cancel alone and get everything back.") % {
        "hours": hours
    }
    return NextThing(
        title=_("%(seller)s is at work") % {"seller": order.seller.display_name},
        text=_("It is very late. You can cancel now and get everything back.") if may_cancel else text,
        deadline=order.due_at,
        deadline_text=_("is the promised time of delivery"),
        started_at=order.started_at,
        actions=["cancel", "dispute"],
    )


def _next_revision(order: Order, is_buyer: bool) -> NextThing:
    if is_buyer:
        return NextThing(
            title=_("%(seller)s is revising") % {"seller": order.seller.display_name},
            text=_("The acceptance clock stands still until the next delivery."),
            deadline=order.due_at,
            deadline_text=_("is the promised time of the revision"),
            actions=["cancel", "dispute"],
        )
    return NextThing(
        title=_("Revise and deliver again"),
        text=_("What the buyer wants changed stands in the time line below."),
        actions=["deliver", "dispute", "cancel"],
    )


def _next_delivered(order: Order, is_buyer: bool) -> NextThing:
    left = order.revisions_allowed - order.revisions_used
    if is_buyer:
        return NextThing(
            title=_("Look at the work, then accept it"),
            text=_("Whoever needs changes asks for a revision, which stops this clock. You have %(left)s left.")
            % {"left": left},
            deadline=order.auto_accept_at,
            deadline_text=_("it is accepted automatically, and %(amount)s is released to %(seller)s")
            % {"amount": _amount(order), "seller": order.seller.display_name},
            started_at=order.delivered_at,
            actions=["accept", *(["revise"] if left else []), "dispute", "cancel"],
        )
    return NextThing(
        title=_("The buyer looks at your delivery"),
        text=_("If the buyer says nothing, it is accepted by itself and you are paid."),
        deadline=order.auto_accept_at,
        deadline_text=_("it is accepted automatically"),
        started_at=order.delivered_at,
        actions=["dispute", "cancel"],
    )


def _next_completed(order: Order, is_buyer: bool) -> NextThing:
    if is_buyer:
        text = _("Licence and files are yours.")
        if any(
            event.type == OrderEventType.REVIEWED and event.actor_id == order.buyer_id for event in order.events.all()
        ):
            text = _("Licence and files are yours. Thank you for your review.")
        return NextThing(title=_("Done: the money is released"), text=text)
    split = split_of(order)
    return NextThing(
        title=_("¥%(amount)s is yours") % {"amount": display_yuan(split.seller_fen)},
        text=_("It stands in your wallet as pending and becomes available when it clears."),
    )


def _next_cancelled(order: Order, is_buyer: bool) -> NextThing:
    late = [refund for refund in order.refunds.all() if refund.payment_reference]
    if is_buyer and order.paid_at is None and late:
        amount = "¥" + display_yuan(sum(refund.amount_fen for refund in late))
        done = all(refund.done_at for refund in late)
        text = (
            _("%(amount)s went back the way it came.") if done else _("%(amount)s is on its way back, the way it came.")
        )
        return NextThing(title=_("Your payment came after the order had closed"), text=text % {"amount": amount})
    if order.paid_at is None:
        return NextThing(
            title=_("Closed without payment"),
            text=_("Nothing was charged. The service can be booked again at any time."),
        )
    refunds = [refund for refund in order.refunds.all() if not refund.payment_reference]
    done = bool(refunds) and all(refund.done_at for refund in refunds)
    if not is_buyer:
        return NextThing(title=_("The order was cancelled"), text=_("The money goes back to the buyer."))
    text = _("%(amount)s went back the way it came.") if done else _("%(amount)s is on its way back, the way it came.")
    words = text % {"amount": "¥" + display_yuan(sum(refund.amount_fen for refund in refunds))}
    if late:
        words += _("You paid %(amount)s a second time: that goes back whole, too.") % {
            "amount": "¥" + display_yuan(sum(refund.amount_fen for refund in late))
        }
    return NextThing(title=_("The order was cancelled"), text=words)


def _next_disputed(order: Order, is_buyer: bool) -> NextThing:
    return NextThing(
        title=_("You disagree: the dispute has its own page"),
        text=_(
            "%(amount)s stays in escrow until it is decided or you agree. Clocks, proposals and evidence stand there."
        )
        % {"amount": _amount(order)},
        actions=["case"],
    )


def _next_resolved(order: Order, is_buyer: bool) -> NextThing:
    dispute = order.dispute
    refund, released = resolved_parts(order) or (dispute.refund_fen or 0, order.kept_fen)
    return NextThing(
        title=_("You agreed in the dispute") if dispute.decided_by_id is None else _("The dispute was decided"),
        text=_("¥%(refund)s back to the buyer, ¥%(released)s to the seller. %(explanation)s")
        % {"refund": display_yuan(refund), "released": display_yuan(released), "explanation": dispute.explanation},
        actions=["case"],
    )


@dataclass(frozen=True)
class TimelineEntry:
    """One line of the time line, ready to show."""

    title: str | Promise
    at: datetime
    text: str = ""
    state: str = ""  # "now", "money", "said", "later" (expected) or nothing (components/timeline.html)
    files: Sequence[tuple[str, str]] = ()  # name and address


def timeline(order: Order, viewer: User, *, more: Iterable[TimelineEntry] = ()) -> list[TimelineEntry]:
    """What comes by itself first, then what happened and what was said (`more`, timeline_sources.py), newest on top."""
    coming = [
        TimelineEntry(title, at, _("If nothing else happens"), "later") for title, at in automatic.expected(order)
    ]
    return coming + sorted([*_happened(order, viewer), *more], key=lambda entry: entry.at, reverse=True)


def _happened(order: Order, viewer: User) -> list[TimelineEntry]:
    entries = []
    for index, event in enumerate(order.events.all()):
        money = event.type in (
            OrderEventType.PAID,
            OrderEventType.REFUND_DECIDED,
            OrderEventType.REFUNDED,
            OrderEventType.ACCEPTED,
            OrderEventType.AUTO_ACCEPTED,
            OrderEventType.TIPPED,
        )
        state = "now" if index == 0 else "money" if money else ""
        entries.append(
            TimelineEntry(
                _event_title(event, viewer),
                event.created_at,
                _event_text(event),
                state,
                _event_files(order, event, viewer),
            )
        )
    return entries


def _event_files(order: Order, event: OrderEvent, viewer: User) -> list[tuple[str, str]]:
    """What was handed over with it and this viewer may open, for who looks at the time line alone."""
    if event.type == OrderEventType.DELIVERED:
        return [
            (file.name, reverse("orders:file", args=[order.number, file.pk]))
            for delivery in order.deliveries.all()
            if delivery.number == event.data.get("number")
            for file in delivery.files.all()
            if not is_held_back(order, delivery, file, viewer)
        ]
    if event.type == OrderEventType.REQUIREMENTS_SUBMITTED:
        return [
            (each.file_name, reverse("orders:requirement_file", args=[order.number, each.pk]))
            for each in order.requirements.all()
            if each.file
        ]
    return []


def _event_title(event: OrderEvent, viewer: User) -> str:
    label = event.get_type_display()
    if event.actor is None:
        return label
    who = _("You") if event.actor_id == viewer.pk else event.actor.display_name
    if event.type == OrderEventType.REFUND_DECIDED:
        label = _("part of the price given back")
        if event.data.get("amount_fen") == event.order.total_fen:
            label = _("all of the price given back")
    return _("%(who)s: %(what)s") % {"who": who, "what": label}


def _event_text(event: OrderEvent) -> str:
    data = event.data
    if (text := event_text(event)) is not None:
        return text
    if event.type == OrderEventType.REVISION_REQUESTED:
        return _("“%(message)s” %(used)s used, %(left)s left") % data
    if event.type in (OrderEventType.REQUIREMENTS_SKIPPED, OrderEventType.REQUIREMENTS_NOTE):
        return f"“{data.get('message', '')}”"
    if event.type == OrderEventType.DELIVERED:
        count = int(data.get("files", 0))
        text = ngettext("Delivery %(number)s, %(files)s file", "Delivery %(number)s, %(files)s files", count)
        return text % {"number": data.get("number"), "files": count}
    if "proposal" in data:
        return event_sentence(data)
    if event.type == OrderEventType.ACCEPTANCE_PAUSED:
        return _("Automatic acceptance is put off by %(days)s days, once for this order") % {"days": data.get("days")}
    if event.type == OrderEventType.REFUND_DECIDED:
        return f"¥{display_yuan(data.get('amount_fen', 0))} {data.get('reason', '')}".strip()
    if event.type in (
        OrderEventType.PAID,
        OrderEventType.REFUNDED,
        OrderEventType.ACCEPTED,
        OrderEventType.AUTO_ACCEPTED,
        OrderEventType.TIPPED,
    ):
        return "¥" + display_yuan(data.get("amount_fen", 0))
    return str(data.get("reason", ""))
