"""An order's time line: what comes by itself, what happened, what was said, each line ready to show. No writing, no queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.accounts.models import User
from marketplace.core.money import display_yuan
from marketplace.orders import automatic
from marketplace.orders.delivery_access import is_held_back
from marketplace.orders.dispute_words import event_text, with_reason
from marketplace.orders.models import CancelledBy, Order, OrderEvent, OrderEventType
from marketplace.orders.proposal_cards import event_sentence


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
        TimelineEntry(title, at, _("If nothing else happens"), "later")
        for title, at in automatic.expected(order, viewer)
    ]
    return coming + sorted([*_happened(order, viewer), *more], key=lambda entry: entry.at, reverse=True)


def event_lines(
    order: Order, viewer: User, *, since: datetime | None = None, before: datetime | None = None
) -> list[TimelineEntry]:
    """What happened between two moments, oldest first and without files: for the conversation about the order. One query."""
    events = order.events.select_related("actor__profile").order_by("created_at", "pk")
    if since is not None:
        events = events.filter(created_at__gte=since)
    if before is not None:
        events = events.filter(created_at__lt=before)
    return [TimelineEntry(_event_title(event, viewer), event.created_at, _event_text(event)) for event in events]


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
    if event.actor is None or _tells_who(event):
        return label
    if event.type == OrderEventType.CANCELLED:
        is_agreed = event.data.get("by") == CancelledBy.BOTH
        label = _("agreed to cancel the order") if is_agreed else _("cancelled the order")
    if event.type == OrderEventType.DISPUTE_RESOLVED and event.data.get("agreed"):
        label = _("agreed to the division: the dispute is settled")
    if event.type == OrderEventType.DISPUTE_ADVISED:
        label = _("wrote to both sides as the mediator")
    who = _("You") if event.actor_id == viewer.pk else _name_of(event.actor, event.order, viewer)
    if event.type == OrderEventType.REFUND_DECIDED:
        label = _("part of the price given back")
        if event.data.get("amount_fen") == event.order.total_fen:
            label = _("all of the price given back")
    return _("%(who)s: %(what)s") % {"who": who, "what": label}


def _tells_who(event: OrderEvent) -> bool:
    """Whether the event's words are a sentence of their own, which no name belongs before."""
    return event.type == OrderEventType.DISPUTE_RESOLVED and not event.data.get("agreed")


def _name_of(actor: User, order: Order, viewer: User) -> str:
    """Staff is the mediator to the two sides: who of them it was is the platform's own business, and its staff's safety."""
    sides = (order.buyer_id, order.seller_id)
    return _("The mediator") if viewer.pk in sides and actor.pk not in sides else actor.display_name


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
        return with_reason(f"¥{display_yuan(data.get('amount_fen', 0))}", str(data.get("reason", "")))
    if event.type in (
        OrderEventType.PAID,
        OrderEventType.REFUNDED,
        OrderEventType.ACCEPTED,
        OrderEventType.AUTO_ACCEPTED,
        OrderEventType.TIPPED,
    ):
        return "¥" + display_yuan(data.get("amount_fen", 0))
    return str(data.get("reason", ""))
