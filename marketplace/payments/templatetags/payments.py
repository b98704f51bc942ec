"""What other apps' pages show of payments."""

from typing import Any

from django import template

from marketplace.accounts.models import User
from marketplace.orders.models import Order
from marketplace.payments.invoice_selectors import invoice_card

register = template.Library()


@register.inclusion_tag("payments/_order_invoice.html")
def order_invoice(order: Order, user: User) -> dict[str, Any]:
    """The invoice of this side of an order: to be asked for, on its way, to be downloaded. Nothing before the order's end."""
    return {"order": order, "card": invoice_card(order, user)}
