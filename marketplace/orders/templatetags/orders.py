from django import template

from marketplace.accounts.models import User
from marketplace.orders import plan_selectors, selectors
from marketplace.orders.models import Order, OrderKind
from marketplace.orders.stages import PlanView

register = template.Library()


@register.simple_tag
def escrow_of_sales(seller: User) -> dict[str, int]:
    """What lies in escrow for a seller's open orders: `{% escrow_of_sales user as held %}` → held.amount_fen, held.orders."""
    return selectors.escrow_of_sales(seller)


@register.simple_tag
def escrow_of_purchases(buyer: User) -> dict[str, int]:
    """What lies in escrow of what a buyer paid: `{% escrow_of_purchases user as paid %}` → paid.amount_fen, paid.orders."""
    return selectors.escrow_of_purchases(buyer)


@register.simple_tag
def clearing_days(seller: User) -> int:
    """For how many days a seller's earnings are pending: `{% clearing_days user as days %}`."""
    return selectors.clearing_days_of(seller)


@register.simple_tag
def plan_of(order: Order) -> PlanView | None:
    """The agreement in stages that an order belongs to: `{% plan_of order as plan %}`; no query for any other order."""
    return plan_selectors.plan_of_order(order) if order.kind == OrderKind.STAGE else None
