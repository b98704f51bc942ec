"""Reads of payouts."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.payments.gateways import configured_gateways
from marketplace.payments.models import (
    GatewayCode,
    Payout,
    PayoutDestination,
    PayoutDestinationKind,
    PayoutStatus,
)

# Who pays to what. A bank card is paid by Alipay; WeChat pays only into itself (facts/payments.md, section 2.3).
_GATEWAYS: dict[str, GatewayCode] = {
    PayoutDestinationKind.ALIPAY: GatewayCode.ALIPAY,
    PayoutDestinationKind.BANK_CARD: GatewayCode.ALIPAY,
    PayoutDestinationKind.WECHAT: GatewayCode.WECHATPAY,
}


def gateway_of_destination(kind: str) -> str:
    """The gateway that pays to this kind of account, or "" when it is not configured."""
    code = _GATEWAYS[kind]
    return code.value if code in configured_gateways() else ""


def offered_kinds() -> list[PayoutDestinationKind]:
    """The kinds of account that money can go to here, by what is configured."""
    return [kind for kind in PayoutDestinationKind if gateway_of_destination(kind)]


def payouts_are_offered() -> bool:
    """Whether sellers take money out here; in custody the institution pays them itself."""
    return settings.SETTLEMENT_MODE == "transfer" and bool(offered_kinds())


def destinations_of(user: User) -> QuerySet[PayoutDestination]:
    """The accounts a seller can choose from."""
    return PayoutDestination.objects.filter(user=user, retired_at=None).order_by("kind")


def own_destination(user: User, destination_id: int) -> PayoutDestination:
    """One of them. Raises Http404."""
    destination = destinations_of(user).filter(pk=destination_id).first()
    if destination is None:
        raise Http404
    return destination


def payouts_of(user: User) -> QuerySet[Payout]:
    """A seller's payouts, newest first."""
    return Payout.objects.filter(user=user).select_related("destination").order_by("-pk")


def own_payout(user: User, reference: str) -> Payout:
    """One of them. Raises Http404."""
    payout = payouts_of(user).filter(reference=reference).first()
    if payout is None:
        raise Http404
    return payout


def due_payouts() -> QuerySet[Payout]:
    """Payouts whose turn it is: approved, or sent and not decided."""
    waiting = Payout.objects.filter(
        status__in=(PayoutStatus.APPROVED, PayoutStatus.SENT, PayoutStatus.AWAITING_PAYEE),
        next_attempt_at__lte=clock.now(),
    )
    return waiting.order_by("next_attempt_at", "pk")


def payouts_to_approve() -> QuerySet[Payout]:
    """Payouts that wait for people, oldest first."""
    waiting = Payout.objects.filter(status=PayoutStatus.AWAITING_APPROVAL)
    return waiting.select_related("user__profile", "destination", "first_approver__profile").order_by("pk")


def payouts_under_way() -> QuerySet[Payout]:
    """Payouts that left the wallet and have not arrived, oldest first."""
    sent = Payout.objects.filter(status__in=(PayoutStatus.APPROVED, PayoutStatus.SENT, PayoutStatus.AWAITING_PAYEE))
    return sent.select_related("user__profile", "destination").order_by("pk")


def income_of_quarter(year: int, quarter: int) -> Iterable[tuple[User, int, int, int]]:
    """Per seller: income paid out, tax withheld, and number of payouts of a quarter (国务院令 810), in fen."""
    first = date(year, quarter * 3 - 2, 1)
    after = date(year + 1, 1, 1) if quarter == 4 else date(year, quarter * 3 + 1, 1)
    paid = Q(
        payouts__status=PayoutStatus.PAID, payouts__finished_at__date__gte=first, payouts__finished_at__date__lt=after
    )
    sellers = User.objects.filter(paid).annotate(
        gross=Sum("payouts__gross_fen", filter=paid), tax=Sum("payouts__tax_fen", filter=paid)
    )
    for seller in sellers.select_related("profile").order_by("pk").iterator():
        count = seller.payouts.filter(
            status=PayoutStatus.PAID, finished_at__date__gte=first, finished_at__date__lt=after
        ).count()
        yield seller, seller.gross, seller.tax, count
