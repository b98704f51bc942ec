"""What pages of other rooms ask payments: what a line belongs to, what a withdrawal would cost, an order's invoice."""

from collections.abc import Iterable
from typing import Any, Protocol

from django import template

from marketplace.accounts.models import User
from marketplace.ledger.models import Wallet
from marketplace.orders.models import Order
from marketplace.payments import payout_selectors, services, subjects
from marketplace.payments.invoice_selectors import invoice_card
from marketplace.payments.models import PaymentStatus

register = template.Library()


class Line(Protocol):
    """Anything that belongs to an order or a withdrawal."""

    @property
    def subject_reference(self) -> str: ...


@register.simple_tag
def with_subjects(lines: Iterable[Line], user: User) -> list[tuple[Line, subjects.Subject | None]]:
    """Each line with the order or withdrawal of this person that it belongs to, in two queries for all of them.

    `{% with_subjects page.lines user as rows %}{% for line, subject in rows %}`
    """
    lines = list(lines)
    found = subjects.own_subjects(user, [line.subject_reference for line in lines])
    return [(line, found.get(line.subject_reference)) for line in lines]


@register.simple_tag
def with_staff_subjects(lines: Iterable[Line]) -> list[tuple[Line, subjects.Subject | None]]:
    """The same for staff, for anything with a reference of the books."""
    lines = list(lines)
    found = subjects.staff_subjects([line.subject_reference for line in lines])
    return [(line, found.get(line.subject_reference)) for line in lines]


@register.simple_tag
def withdrawal_tax(wallet: Wallet | None) -> int | None:
    """What would be withheld from a withdrawal of all that is available, in fen; None where nobody withdraws here."""
    if wallet is None or not wallet.available_fen or not payout_selectors.payouts_are_offered():
        return None
    return services.preview_tax(user=wallet.user, gross_fen=wallet.available_fen).tax_fen


@register.inclusion_tag("payments/_order_invoice.html")
def order_invoice(order: Order, user: User) -> dict[str, Any]:
    """The invoice of this side of an order: to be asked for, on its way, to be downloaded. Nothing before the order's end."""
    return {"order": order, "card": invoice_card(order, user)}


@register.simple_tag
def refund_way(order: Order) -> str:
    """Where a refund of this order goes: the name of the institution it was paid with, or "" when it was not paid."""
    paid = order.payments.filter(status=PaymentStatus.PAID, return_reason="").first()
    return str(paid.get_gateway_display()) if paid else ""
