"""Reads of the platform's own money: what is unexplained, what is ours, what tax is still to be remitted."""

from dataclasses import dataclass

from django.db.models import BigIntegerField, CharField, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce, Concat

from marketplace.accounts.models import User
from marketplace.ledger.models import AccountKind, Entry
from marketplace.ledger.postings_own_money import held_fen, own_fen
from marketplace.payments.gateways.base import BillRowKind
from marketplace.payments.models import (
    MONEY_IS_BACK,
    Difference,
    GatewayCode,
    OwnMovement,
    OwnMovementKind,
    OwnMovementStatus,
    Payout,
    TaxRemittance,
    TaxYear,
)

LIVE = (OwnMovementStatus.ASKED, OwnMovementStatus.POSTED)


@dataclass(frozen=True)
class OwnMoney:
    """What there is to move, in fen."""

    held: list[tuple[str, int]]  # by gateway: its name, and what it holds for everybody
    own_fen: int  # of which the platform's own fees, less what they have to fill
    tax_fen: int  # withheld, not remitted


def own_money() -> OwnMoney:
    """The figures at the head of finance's page."""
    tax = Entry.objects.filter(account__kind=AccountKind.TAX_WITHHELD).aggregate(total=Sum("amount_fen"))["total"]
    held = [(str(code.label), held_fen(code.value)) for code in GatewayCode]
    return OwnMoney(held, max(0, own_fen()), tax or 0)


def movements() -> QuerySet[OwnMovement]:
    """All movements of our own money, newest first."""
    people = ("asker__profile", "approver__profile", "seller__profile", "difference__bill")
    return OwnMovement.objects.select_related(*people).order_by("-pk")


def movements_to_approve() -> QuerySet[OwnMovement]:
    """Those that wait for a second person, oldest first."""
    return movements().filter(status=OwnMovementStatus.ASKED).order_by("pk")


def suspense_items() -> QuerySet[Difference]:
    """Differences that stand as unexplained, oldest first, with `suspense_fen` (signed): nobody has asked for a way out."""
    key = Concat(Value("difference:"), Cast(OuterRef("pk"), CharField()), Value(":suspense"))
    booked = Entry.objects.filter(account__kind=AccountKind.SUSPENSE, transaction__idempotency_key=key)
    amount = Subquery(booked.values("amount_fen")[:1], output_field=BigIntegerField())
    asked = OwnMovement.objects.filter(difference=OuterRef("pk"), status__in=LIVE)
    asked = asked.exclude(kind=OwnMovementKind.SUSPENSE_BOOK)  # the way in
    items = Difference.objects.annotate(suspense_fen=amount).filter(~Exists(asked), suspense_fen__isnull=False)
    return items.select_related("bill").order_by("bill__day", "pk")


def sellers_of_debt(difference: Difference) -> QuerySet[User]:
    """Whose debt a difference may belong to: who owes something, and whoever the transfer of its line went to."""
    owing = Q(ledger_accounts__kind=AccountKind.USER_DEBT, ledger_accounts__balance_fen__lt=0)
    payee = Q()
    if difference.row_kind == BillRowKind.TRANSFER:
        paid = Payout.objects.filter(gateway=difference.bill.gateway, reference=difference.out_trade_no)
        payee = Q(pk__in=paid.values("user"))
    return User.objects.filter(owing | payee if payee else owing).select_related("profile").distinct().order_by("pk")


def tax_to_remit(period: str) -> dict[int, int]:
    """What is still to be remitted of a month (2026-11) or a year (2026), in fen by the key of the seller's TaxYear.

    Of a year: all that was withheld. Of a month: what its withdrawals brought. Less what was asked for or remitted.
    """
    year, _dash, month = period.partition("-")
    years = TaxYear.objects.filter(year=int(year)).order_by("pk")
    lines = TaxRemittance.objects.filter(movement__status__in=LIVE)
    gone = lines.filter(tax_year=OuterRef("pk")).order_by().values("tax_year").annotate(total=Sum("amount_fen"))
    left = years.annotate(gone=Coalesce(Subquery(gone.values("total")), 0)).values_list("pk", "withheld_fen", "gone")
    due = {pk: withheld - done for pk, withheld, done in left}
    if month:
        withheld = Payout.objects.filter(tax_year__year=int(year), created_at__month=int(month), tax_fen__gt=0)
        of_month = dict(
            withheld.exclude(status__in=MONEY_IS_BACK).order_by().values_list("tax_year").annotate(Sum("tax_fen"))
        )
        done_of_month = dict(
            lines.filter(movement__period=period, movement__kind=OwnMovementKind.TAX_REMITTED)
            .order_by()
            .values_list("tax_year")
            .annotate(Sum("amount_fen"))
        )
        due = {pk: min(fen, of_month.get(pk, 0) - done_of_month.get(pk, 0)) for pk, fen in due.items()}
    return {pk: fen for pk, fen in due.items() if fen > 0}


def remitted_lines(movement: OwnMovement) -> QuerySet[TaxRemittance]:
    """Each seller's part of a remittance, for the list that goes with it."""
    return movement.tax_lines.select_related("tax_year__user").order_by("tax_year__user_id")
