"""Reads of payouts."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Count, QuerySet, Sum
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
    TaxYear,
)

BOUNCES_WITHIN = timedelta(days=10)  # banks send a transfer back within days; ten leave room for a holiday

# Who pays to what. A bank card is paid by Alipay; WeChat pays only into itself (facts/payments.md, section 2.3).
_GATEWAYS: dict[str, GatewayCode] = {
    PayoutDestinationKind.ALIPAY: GatewayCode.ALIPAY,
    PayoutDestinationKind.BANK_CARD: GatewayCode.ALIPAY,
    PayoutDestinationKind.WECHAT: GatewayCode.WECHATPAY,
}


def destinations_to_tell() -> QuerySet[PayoutDestination]:
    """Accounts named a short while ago, still frozen, whose owner nobody has mailed yet."""
    fresh = PayoutDestination.objects.filter(told_at=None, retired_at=None, usable_from__gt=clock.now())
    return fresh.select_related("user").order_by("pk")


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
    """Payouts that arrived at a bank card in the last days: the bank may still send them back (facts/payments.md, §4).

    Longest unasked first; one that was asked about has its next turn on the next day.
    """
    arrived = Payout.objects.filter(
        status=PayoutStatus.PAID,
        destination__kind=PayoutDestinationKind.BANK_CARD,
        finished_at__gte=clock.now() - BOUNCES_WITHIN,
    )
    return arrived.filter(next_attempt_at__lte=clock.now()).order_by("next_attempt_at", "pk")


def payouts_to_approve() -> QuerySet[Payout]:
    """Payouts that wait for people, oldest first."""
    waiting = Payout.objects.filter(status=PayoutStatus.AWAITING_APPROVAL)
    return waiting.select_related("user__profile", "destination", "first_approver__profile").order_by("pk")


def payouts_under_way() -> QuerySet[Payout]:
    """Payouts that left the wallet and have not arrived, oldest first."""
    sent = Payout.objects.filter(status__in=(PayoutStatus.APPROVED, PayoutStatus.SENT, PayoutStatus.AWAITING_PAYEE))
    return sent.select_related("user__profile", "destination").order_by("pk")


def first_month_of_income(year: TaxYear, *, without: Payout) -> int | None:
    """The month of the first withdrawal of a year that is not back in the wallet; None when there is none."""
    left = Payout.objects.filter(tax_year=year).exclude(pk=without.pk).exclude(status__in=MONEY_IS_BACK)
    first = left.order_by("created_at").values_list("created_at", flat=True).first()
    return timezone.localtime(first).month if first else None


@dataclass(frozen=True)
class QuarterIncome:
    """What one seller got in a quarter, in fen, and in how many payments; negative for what came back of an earlier one."""

    seller: User
    quarter: str  # of the income: 2026-Q4
    gross_fen: int
    tax_fen: int
    payments: int


def income_of_quarter(year: int, quarter: int) -> list[QuarterIncome]:
    """Income of every seller in a quarter, for the tax report (国务院令 810): withdrawals, and what custody released.

    A withdrawal counts on the day on which its tax was withheld, when it left the wallet: year and quarter are the same
    as those of `TaxYear`. One that came back within its quarter counts nowhere. One that came back later was reported
    already: it stays in its quarter, and is a negative line of the quarter in which it came back. What an institution
    released straight to a seller's own account counts on its day; nothing is withheld from it here.
    """
    first = date(year, quarter * 3 - 2, 1)
    after = date(year + 1, 1, 1) if quarter == 4 else date(year, quarter * 3 + 1, 1)
    found: dict[tuple[int, str], list[int]] = {}

    def count(seller_id: int, name: str, gross_fen: int, tax_fen: int, payments: int) -> None:
        sums = found.setdefault((seller_id, name), [0, 0, 0])
        for place, amount in enumerate((gross_fen, tax_fen, payments)):
            sums[place] += amount

    this = _quarter_name(first)
    withdrawn = Payout.objects.filter(created_at__date__gte=first, created_at__date__lt=after).order_by()
    withdrawn = withdrawn.exclude(status__in=MONEY_IS_BACK, finished_at__date__lt=after)
    for row in withdrawn.values_list("user_id").annotate(Sum("gross_fen"), Sum("tax_fen"), Count("pk")):
        count(row[0], this, *row[1:])
    returned = Payout.objects.filter(
        status__in=MONEY_IS_BACK, finished_at__date__gte=first, finished_at__date__lt=after, created_at__date__lt=first
    )
    for seller_id, at, gross_fen, tax_fen in returned.values_list("user_id", "created_at", "gross_fen", "tax_fen"):
        count(seller_id, _quarter_name(timezone.localtime(at).date()), -gross_fen, -tax_fen, -1)
    released = Settlement.objects.filter(
        status=SettlementStatus.DONE, done_at__date__gte=first, done_at__date__lt=after
    ).order_by()
    for seller_id, gross_fen, payments in released.values_list("seller_id").annotate(Sum("seller_fen"), Count("pk")):
        count(seller_id, this, gross_fen, 0, payments)
    taken_back = SettlementReturn.objects.filter(
        status=SettlementStatus.DONE, done_at__date__gte=first, done_at__date__lt=after
    ).order_by()
    for seller_id, gross_fen in taken_back.values_list("settlement__seller_id").annotate(Sum("seller_fen")):
        count(seller_id, this, -gross_fen, 0, 0)
    sellers = User.objects.select_related("profile").in_bulk({seller_id for seller_id, _name in found})
    return [
        QuarterIncome(sellers[seller_id], name, *sums)
        for (seller_id, name), sums in sorted(found.items())
        if any(sums[:2])
    ]


def _quarter_name(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"
