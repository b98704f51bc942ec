"""What an order's page says next: computed from the state, the clocks and who is looking. No writing, no queries."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.accounts.models import User
from marketplace.core.money import display_yuan
from marketplace.core.rules import rule
from marketplace.orders import automatic, turns
from marketplace.orders.deadlines import second_thought_until, very_late_at
from marketplace.orders.dispute_words import parts_text, resolved_parts, with_reason
from marketplace.orders.headline import NextThing, asked, asking
from marketplace.orders.models import Order, OrderEventType, OrderKind
from marketplace.orders.shares import split_of
from marketplace.orders.state_words import AGREED, LATE, shown_state, state_words
from marketplace.orders.states import BUYER, REFUNDABLE_STATUSES, SELLER, DisputeStatus, OrderStatus
from marketplace.orders.turns import Lateness


@dataclass(frozen=True)
class Step:
    """One of the five steps at the top of the page."""

    title: str
    state: str  # "done", "current" or "" (components/steps.html)
    note: str = ""


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
    if order.status in (OrderStatus.DISPUTED, OrderStatus.RESOLVED):  # nothing was accepted: the two parted another way
        labels[3:] = [_("Dispute"), pgettext("a step", "Settlement")]
        moments[3:] = [order.dispute.began_at, order.dispute.decided_at]
    done = [index < current for index in range(len(labels))]
    if order.started_at is not None and any(row.is_draft for row in order.requirements.all()):
        done[1] = False  # the seller began without them
    return [
        Step(
            title=label,
            state="done" if done[index] else "current" if index == current else "",
            note=_day(moments[index]) if done[index] else "",
        )
        for index, label in enumerate(labels)
    ]


def _day(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), pgettext("a day under a step", "j M")) if moment else ""


def stamp(order: Order, viewer: User) -> tuple[str, str]:
    """The words of the stamp on the page, and its tone: "cinnabar" (the viewer must act), "rouge" (late), "ink", "" (jade)."""
    is_buyer = viewer.pk == order.buyer_id
    turn = turns.turn_of(order)
    waits_for_viewer = turns.side_of(order, viewer.pk) in turn.sides
    if turn.proposal and turn.asked == turns.side_of(order, viewer.pk):
        return _("Your turn: an answer"), "cinnabar"
    shown = shown_state(order)
    tones = {
        LATE: "rouge",
        AGREED: "",
        OrderStatus.PENDING_PAYMENT: "cinnabar" if is_buyer else "ink",
        OrderStatus.AWAITING_REQUIREMENTS: "cinnabar" if is_buyer else "ink",
        OrderStatus.IN_PROGRESS: "ink" if is_buyer else "cinnabar",
        OrderStatus.REVISION_REQUESTED: "ink" if is_buyer else "cinnabar",
        OrderStatus.DELIVERED: "cinnabar" if is_buyer else "ink",
        OrderStatus.COMPLETED: "",
        OrderStatus.CANCELLED: "ink",
        OrderStatus.DISPUTED: "cinnabar" if waits_for_viewer else "ink",
        OrderStatus.RESOLVED: "",
    }
    return str(state_words(shown, BUYER if is_buyer else SELLER)), tones[shown]


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
    turn = turns.turn_of(order)
    if turn.proposal is not None:
        is_asked = turn.asked == turns.side_of(order, viewer.pk)
        found = asked(found, turn.proposal) if is_asked else asking(found, order, turn.proposal)
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
            "Until you have sent it you can cancel and get everything back; where the seller begins without it, for %(hours)s "
            "hours from then on."
        )
        figures = {"days": order.delivery_days, "hours": rule(order.rules, "orders.second_thought_hours")}
        return NextThing(title=title, text=text % figures, actions=["requirements", "cancel"])
    return NextThing(
        title=_("The buyer is writing the requirements"),
        text=_("Your delivery clock of %(days)s days has not started yet. You will be told.")
        % {"days": order.delivery_days},
        actions=["skip", "cancel"],
    )


def _next_in_progress(order: Order, is_buyer: bool) -> NextThing:
    hours = rule(order.rules, "orders.very_late_hours")
    late = turns.lateness(order)
    if not is_buyer:
        text = _("Past this time the buyer sees that it is late; %(hours)s hours later the buyer may cancel alone.")
        until = second_thought_until(order)
        if until is not None:
            return NextThing(
                title=_("You began without the requirements"),
                text=_(
                    "The buyer may still withdraw, so you cannot deliver yet, unless the requirements come before. Your delivery "
                    "is due on %(due)s."
                )
                % {"due": date_format(timezone.localtime(order.due_at), "DATETIME_FORMAT")},
                deadline=until,
                deadline_text=_("you can deliver from then on"),
                started_at=order.paid_at,
                actions=["cancel"],
            )
        return NextThing(
            title=_("Deliver the work: it is late") if late else _("Deliver the work"),
            text=_of_late(order, is_buyer=False) or text % {"hours": hours},
            deadline=order.due_at,
            deadline_text=_("was the time you promised") if late else _("is the time you promised"),
            started_at=order.started_at,
            actions=["deliver", "dispute", "cancel"],
        )
    name = order.seller.display_name
    return NextThing(
        title=_("%(seller)s is late with the delivery") % {"seller": name}
        if late
        else _("%(seller)s is at work") % {"seller": name},
        text=_of_late(order, is_buyer=True) or automatic.way_out(order),
        deadline=order.due_at,
        deadline_text=_("was the promised time of delivery") if late else _("is the promised time of delivery"),
        started_at=order.started_at,
        actions=[*_still_missing(order), *_way_out(late)],
    )


def _still_missing(order: Order) -> list[str]:
    """A buyer whose seller began without the requirements can send them after all."""
    return ["requirements"] if any(row.is_draft for row in order.requirements.all()) else []


def _next_revision(order: Order, is_buyer: bool) -> NextThing:
    late = turns.lateness(order)
    started_at = max((event.created_at for event in order.events.all() if event.type == _REVISED), default=None)
    if is_buyer:
        name = order.seller.display_name
        hours = rule(order.rules, "orders.very_late_hours")
        still = _("The acceptance clock stands still until the next delivery.")
        promise = _("If it is more than %(hours)s hours late, you can cancel alone and get everything back.")
        return NextThing(
            title=_("%(seller)s is late with the revision") % {"seller": name}
            if late
            else _("%(seller)s is revising") % {"seller": name},
            text=_of_late(order, is_buyer=True) or f"{still} {promise % {'hours': hours}}",
            deadline=order.due_at,
            deadline_text=_("was the promised time of the revision")
            if late
            else _("is the promised time of the revision"),
            started_at=started_at,
            actions=_way_out(late),
        )
    below = _("What the buyer wants changed stands in the time line below.")
    return NextThing(
        title=_("Revise and deliver again: it is late") if late else _("Revise and deliver again"),
        text=f"{_of_late(order, is_buyer=False)} {below}".strip(),
        deadline=order.due_at,
        deadline_text=_("was the time you had for the revision")
        if late
        else _("is the time you have for the revision"),
        started_at=started_at,
        actions=["deliver", "dispute", "cancel"],
    )


_REVISED = OrderEventType.REVISION_REQUESTED


def _way_out(late: Lateness) -> list[str]:
    """A buyer who needs nobody's consent any more sees it as the first thing."""
    return ["cancel-late", "dispute"] if late == Lateness.VERY_LATE else ["cancel", "dispute"]


def _of_late(order: Order, *, is_buyer: bool) -> str:
    """What it means that the work is late; empty while it is not."""
    late = turns.lateness(order)
    if late == Lateness.VERY_LATE:
        if is_buyer:
            return _("It is very late. You can cancel now and get everything back.")
        return _("It is very late: the buyer sees it, and may cancel alone at any moment until you deliver.")
    if late != Lateness.LATE:
        return ""
    moment = {"moment": date_format(timezone.localtime(very_late_at(order)), _("j F, H:i"))}
    if is_buyer:
        return _("From %(moment)s on you can cancel alone and get everything back.") % moment
    return _("The buyer sees that it is late, and may cancel alone from %(moment)s on.") % moment


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
        title = _("Done: the money is released")
        if order.kind == OrderKind.STAGE:
            title = _("This stage is done: its money is released")
        return NextThing(title=title, text=text)
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
    side = BUYER if is_buyer else SELLER
    title = _("You disagree: the dispute has its own page")
    if order.dispute.status == DisputeStatus.DECIDED and side in turns.turn_of(order).sides:
        title = _("The dispute was decided: accept it or appeal")
    elif order.dispute.status == DisputeStatus.ANSWER and side in turns.turn_of(order).sides:
        title = _("A dispute was opened: please tell your side")
    return NextThing(
        title=title,
        text=_(
            "%(amount)s stays in escrow until it is decided or you agree. Clocks, proposals and evidence stand there."
        )
        % {"amount": _amount(order)},
        actions=["case"],
    )


def _next_resolved(order: Order, is_buyer: bool) -> NextThing:
    dispute = order.dispute
    parts = parts_text(*(resolved_parts(order) or (dispute.refund_fen or 0, order.kept_fen)))
    return NextThing(
        title=_("You agreed in the dispute") if dispute.decided_by_id is None else _("The dispute was decided"),
        text=with_reason(parts, dispute.explanation),
        actions=["case"],
    )
