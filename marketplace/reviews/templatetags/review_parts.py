"""Parts of a review, for the templates that show one."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.orders.states import OrderStatus
from marketplace.reviews.models import Review

register = template.Library()


@register.filter
def marks(review: Review) -> list[str]:
    """What a reader must know before the stars: how the order ended, and whether they count."""
    found = []
    if review.order.status == OrderStatus.CANCELLED:
        found.append(pgettext("mark of a review", "Order cancelled"))
    if review.order.status == OrderStatus.RESOLVED and review.order.dispute.refund_fen:
        found.append(pgettext("mark of a review", "Refunded after a dispute"))
    if not review.counts:
        found.append(_("Not counted in any score"))
    return found
