"""What a line of the books belongs to: an order, a withdrawal, a bill. The ledger only knows the number (docs/adr/0003)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.orders.models import Order, Refund
from marketplace.orders.states import OrderStatus
from marketplace.payments.models import Payment, Payout, PayoutStatus

_AT_THE_DESK = (
    PayoutStatus.AWAITING_APPROVAL,
    PayoutStatus.APPROVED,
    PayoutStatus.SENT,
    PayoutStatus.AWAITING_PAYEE,
)


@dataclass(frozen=True)
class Subject:
    """What a number stands for: what people call it, and its page ("" when it has none for who looks)."""

    reference: str
    title: str
    url: str


def own_subjects(user: User, references: Iterable[str]) -> dict[str, Subject]:
    """The orders and withdrawals of one person among these numbers. Two queries, fewer when there is nothing to ask."""
    wanted = {reference for reference in references if reference}
    if not wanted:
        return {}
    orders = Order.objects.filter(Q(buyer=user) | Q(seller=user, paid_at__isnull=False), number__in=wanted)
    found = {
        order.number: Subject(order.number, order.title, order.get_absolute_url())
        for order in orders.only("number", "gig_title", "kind")
    }
    if left := wanted - found.keys():
        payouts = Payout.objects.filter(user=user, reference__in=left).select_related("destination")
        found |= {
            payout.reference: Subject(payout.reference, str(payout.destination), payout.get_absolute_url())
            for payout in payouts
        }
    return found


def staff_subjects(references: Iterable[str]) -> dict[str, Subject]:
    """The same for staff: `url` leads to the desk where something waits, and is "" when nothing does."""
    wanted = {reference for reference in references if reference}
    orders = Order.objects.filter(number__in=wanted).select_related("dispute")
    found = {order.number: Subject(order.number, order.title, _desk_of(order)) for order in orders}
    payouts = Payout.objects.filter(reference__in=wanted - found.keys()).select_related("destination", "user__profile")
    for payout in payouts:
        title = f"{payout.user.display_name} · {payout.destination}"
        url = reverse("payments_payouts") if payout.status in _AT_THE_DESK else ""
        found[payout.reference] = Subject(payout.reference, title, url)
    for reference in wanted - found.keys():
        if reference.startswith("difference:"):
            found[reference] = Subject(reference, _("Difference of a bill"), reverse("payments_bills"))
        elif ":" in reference:
            found[reference] = Subject(reference, _("Bill of a payment institution"), reverse("payments_bills"))
    return found


def _desk_of(order: Order) -> str:
    if order.status == OrderStatus.DISPUTED:
        return reverse("orders_dispute_decide", args=[order.dispute.pk])
    return ""


def reference_of(number: str) -> str:
    """The books' reference of a number that somebody has at hand: of a payment, a refund, or the institution's own.

    A number that is none of these is returned as it is.
    """
    number = number.strip()
    payment = (
        Payment.objects.filter(Q(out_trade_no=number) | Q(gateway_trade_no=number)).select_related("order").first()
    )
    if payment is not None:
        return payment.order.number
    refund = Refund.objects.filter(reference=number).select_related("order").first()
    if refund is not None:
        return refund.order.number
    payout = Payout.objects.filter(gateway_transfer_no=number).exclude(gateway_transfer_no="").first()
    return payout.reference if payout is not None else number


def order_by_reference(reference: str) -> Order | None:
    """The order of a reference, with both sides, for staff. The page asks for the permission."""
    return (
        Order.objects.filter(number=reference)
        .select_related("buyer__profile", "seller__profile", "gig", "dispute")
        .prefetch_related("refunds", "payments")
        .first()
    )


def payout_by_reference(reference: str) -> Payout | None:
    """The withdrawal of a reference, for staff. The page asks for the permission."""
    return Payout.objects.filter(reference=reference).select_related("user__profile", "destination").first()
