"""Reads of payouts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Count, QuerySet, Sum, Value
from django.http import Http404
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.payments import wechat_identity
from marketplace.payments.gateways import configured_gateways
from marketplace.payments.models import (
    MONEY_IS_BACK,
    GatewayCode,
    Payout,
    PayoutDestination,
    PayoutDestinationKind,
    PayoutStatus,
    Settlement,
    SettlementReturn,
    SettlementStatus,
)

BOUNCES_WITHIN = timedelta(days=10)  # banks send a transfer back within days; ten leave room for a holiday

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
    """The kinds of account that can be named here, by what is configured: WeChat's only where it says who somebody is."""
    found = [kind for kind in PayoutDestinationKind if gateway_of_destination(kind)]
    if not wechat_identity.can_identify():
        found = [kind for kind in found if kind != PayoutDestinationKind.WECHAT]
    return found


def payouts_are_offered() -> bool:
    """Whether sellers take money out here; in custody the institution pays them itself."""
    return settings.SETTLEMENT_MODE == "transfer" and bool(offered_kinds())


def destinations_of(user: User) -> QuerySet[PayoutDestination]:
    """The accounts a seller can choose from, those that can be used first."""
    return PayoutDestination.objects.filter(user=user, retired_at=None).order_by("usable_from", "kind")


def chosen_destination(user: User, typed: str) -> PayoutDestination | None:
    """The account that a form names, or the one it begins with when it names none of theirs."""
    own = list(destinations_of(user))
    return next((item for item in own if str(item.pk) == typed), own[0] if own else None)


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


def asked_today_fen(user: User) -> int:
    """What a seller has asked for today (China's calendar) and did not get back, in fen."""
    midnight = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    today = Payout.objects.filter(user=user, created_at__gte=midnight).exclude(status__in=MONEY_IS_BACK)
    return today.aggregate(total=Sum("gross_fen"))["total"] or 0


def payouts_to_send() -> QuerySet[Payout]:
    """Approved payouts whose turn it is."""
    return _due().filter(status=PayoutStatus.APPROVED)


def payouts_to_ask_about() -> QuerySet[Payout]:
    """Payouts that were sent and are not decided, whose turn it is."""
    return _due().filter(status__in=(PayoutStatus.SENT, PayoutStatus.AWAITING_PAYEE))


def _due() -> QuerySet[Payout]:
    return Payout.objects.filter(next_attempt_at__lte=clock.now()).order_by("next_attempt_at", "pk")


def payouts_to_recheck() -> QuerySet[Payout]:
    """Payouts that arrived at a bank card in the last days: the bank may still send them back (facts/payments.md, §4)."""
    return Payout.objects.filter(
        status=PayoutStatus.PAID,
        destination__kind=PayoutDestinationKind.BANK_CARD,
        finished_at__gte=clock.now() - BOUNCES_WITHIN,
    ).order_by("pk")


def payouts_to_approve() -> QuerySet[Payout]:
    """Payouts that wait for people, oldest first."""
    waiting = Payout.objects.filter(status=PayoutStatus.AWAITING_APPROVAL)
    return waiting.select_related("user__profile", "destination", "first_approver__profile").order_by("pk")


def payouts_under_way() -> QuerySet[Payout]:
    """Payouts that left the wallet and have not arrived, oldest first."""
    sent = Payout.objects.filter(status__in=(PayoutStatus.APPROVED, PayoutStatus.SENT, PayoutStatus.AWAITING_PAYEE))
    return sent.select_related("user__profile", "destination").order_by("pk")


@dataclass
class QuarterIncome:
    """What one seller got in a quarter, in fen, and in how many payments."""

    seller: User
    gross_fen: int = 0
    tax_fen: int = 0
    payments: int = 0


def income_of_quarter(year: int, quarter: int) -> list[QuarterIncome]:
    """Income of every seller in a quarter, for the tax report (国务院令 810): withdrawals, and what custody released.

    A withdrawal counts on the day on which its tax was withheld, when it left the wallet: year and quarter are the same
    as those of `TaxYear`. One that came back counts no more. What an institution released straight to a seller's own
    account counts on its day; nothing is withheld from it here.
    """
    first = date(year, quarter * 3 - 2, 1)
    after = date(year + 1, 1, 1) if quarter == 4 else date(year, quarter * 3 + 1, 1)
    found: dict[int, QuarterIncome] = {}

    def count(rows: Iterable[tuple[int, int, int, int]]) -> None:
        for seller_id, gross_fen, tax_fen, payments in rows:
            if not gross_fen:
                continue
            income = found.setdefault(seller_id, QuarterIncome(sellers[seller_id]))
            income.gross_fen += gross_fen
            income.tax_fen += tax_fen
            income.payments += payments

    withdrawn = Payout.objects.filter(created_at__date__gte=first, created_at__date__lt=after)
    withdrawn = withdrawn.exclude(status__in=MONEY_IS_BACK).order_by()
    released = Settlement.objects.filter(
        status=SettlementStatus.DONE, done_at__date__gte=first, done_at__date__lt=after
    ).order_by()
    taken_back = SettlementReturn.objects.filter(
        status=SettlementStatus.DONE, done_at__date__gte=first, done_at__date__lt=after
    ).order_by()
    sellers = User.objects.select_related("profile").in_bulk(
        {
            *withdrawn.values_list("user_id", flat=True),
            *released.values_list("seller_id", flat=True),
            *taken_back.values_list("settlement__seller_id", flat=True),
        }
    )
    count(withdrawn.values_list("user_id").annotate(Sum("gross_fen"), Sum("tax_fen"), Count("pk")))
    nothing = Value(0)
    count(released.values_list("seller_id").annotate(Sum("seller_fen"), tax=nothing, number=Count("pk")))
    count(
        taken_back.values_list("settlement__seller_id").annotate(back=-Sum("seller_fen"), tax=nothing, number=nothing)
    )
    return [found[pk] for pk in sorted(found)]
