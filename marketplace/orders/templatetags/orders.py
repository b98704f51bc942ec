from typing import Any

from django import template

from marketplace.accounts.models import User
from marketplace.orders import dispute_selectors, selectors
from marketplace.orders.cancelling import may_cancel_together
from marketplace.orders.dispute_figures import DisputeFigures, dispute_figures
from marketplace.orders.models import Order
from marketplace.orders.reasons import CANCEL_REASONS, reason_text
from marketplace.orders.states import BUYER, SELLER

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


@register.inclusion_tag("orders/_cancel_proposal.html", takes_context=True)
def cancel_proposal(context: template.Context, order: Order, viewer: User) -> dict[str, Any]:
    """The proposal to cancel together that waits for its answer, with what this person can do: nothing where there is none."""
    proposal = dispute_selectors.cancel_proposal_of(order) if may_cancel_together(order) else None
    reason = ""
    if proposal is not None:
        side = BUYER if proposal.proposed_by_id == order.buyer_id else SELLER
        reason = str(reason_text(CANCEL_REASONS, side, proposal.reason_code))
    return {
        "order": order,
        "proposal": proposal,
        "reason": reason,
        "is_own": proposal is not None and proposal.proposed_by_id == viewer.pk,
        "is_buyer": order.buyer_id == viewer.pk,
        "user": viewer,
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def figures_of_disputes() -> DisputeFigures:
    """How disputes of the last year went: `{% figures_of_disputes as figures %}`."""
    return dispute_figures()
