"""The statement of a person's own accounts: pages by key, totals of a period, and every line for an export.

Pages go by the entry's id. The accounts of people are locked while they are posted to, so within one account ids grow in
the order of the commits: what arrives while somebody turns pages stands before the newest line, and never between two.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.ledger.models import Account, AccountKind, Entry, TransactionKind
from marketplace.ledger.periods import Period

PAGE_SIZE = 20
CHUNK = 2000
# The legs beside a person's own that say how an amount came about.
_EXPLAINING = (AccountKind.ESCROW, AccountKind.COMMISSION, AccountKind.TAX_WITHHELD, AccountKind.PROMOTIONS)
# What the platform or the tax office has a share in.
_KINDS_WITH_A_SHARE = (
    TransactionKind.ESCROW_RELEASED,
    TransactionKind.RELEASE_REVERSED,
    TransactionKind.PAYOUT_REQUESTED,
    TransactionKind.PAYOUT_RETURNED,
)
_ACCOUNT_ORDER = (AccountKind.USER_AVAILABLE, AccountKind.USER_PENDING, AccountKind.USER_DEBT)


class Movement(models.TextChoices):
    """What a person looks for in a statement. `KINDS` says which postings that is."""

    INCOME = "income", _("Order income")
    CLEARED = "cleared", _("Earnings cleared")
    PAYOUT = "payout", _("Withdrawals")
    TAKEN_BACK = "taken_back", _("Refund taken back")
    TAX = "tax", _("Income tax")
    DEBT = "debt", _("Debt repaid from income")
    CUSTODY = "custody", _("Settled by the payment institution")


KINDS: dict[str, tuple[TransactionKind, ...]] = {
    Movement.INCOME: (TransactionKind.ESCROW_RELEASED,),
    Movement.CLEARED: (TransactionKind.EARNINGS_CLEARED,),
    Movement.PAYOUT: (TransactionKind.PAYOUT_REQUESTED, TransactionKind.PAYOUT_RETURNED),
    Movement.TAKEN_BACK: (TransactionKind.RELEASE_REVERSED,),
    # No kind of its own: the withdrawals of which a part went to the tax office.
    Movement.TAX: (TransactionKind.PAYOUT_REQUESTED, TransactionKind.PAYOUT_RETURNED),
    Movement.DEBT: (TransactionKind.DEBT_REPAID,),
    Movement.CUSTODY: (
        TransactionKind.CUSTODY_SETTLED,
        TransactionKind.CUSTODY_RETURNED,
        TransactionKind.CUSTODY_CANCELLED,
    ),
}


@dataclass(frozen=True)
class Choice:
    """Which lines: a period, and a Movement or "" for all."""

    period: Period
    movement: str = ""

    @property
    def movement_label(self) -> str:
        """The kind of movement in words, or ""."""
        return str(Movement(self.movement).label) if self.movement else ""


@dataclass(frozen=True)
class StatementLine:
    """An entry with what the rest of its transaction says about it, in fen."""

    entry: Entry
    escrow_fen: int = 0  # negative: what left the order's escrow
    fee_fen: int = 0  # positive: the platform's service fee
    tax_fen: int = 0  # positive: income tax withheld
    promotion_fen: int = 0  # negative: the platform's coupon

    @property
    def subject_reference(self) -> str:
        """What it belongs to: an order's number or a withdrawal's. Whose that is, a room above knows."""
        return self.entry.transaction.reference


@dataclass(frozen=True)
class StatementPage:
    """Some lines, newest first, and the ids to ask for the pages beside them with (None: there is none)."""

    lines: list[StatementLine]
    older: int | None
    newer: int | None


@dataclass
class Turnover:
    """What one account or one kind of posting did in a period, in fen: `out_fen` is zero or negative."""

    kind: str
    label: str
    opening_fen: int = 0
    in_fen: int = 0
    out_fen: int = 0
    lines: int = 0

    @property
    def net_fen(self) -> int:
        return self.in_fen + self.out_fen

    @property
    def closing_fen(self) -> int:
        return self.opening_fen + self.net_fen

    @property
    def is_internal(self) -> bool:
        """Whether it only moved money between a person's own accounts."""
        return bool(self.in_fen) and not self.net_fen


@dataclass(frozen=True)
class Totals:
    """A period in figures. Accounts are never added up: what is pending cannot be withdrawn."""

    accounts: list[Turnover] = field(default_factory=list)
    kinds: list[Turnover] = field(default_factory=list)
    fee_fen: int = 0
    tax_fen: int = 0

    @property
    def net_fen(self) -> int:
        """By how much the balances changed, all together."""
        return sum(account.net_fen for account in self.accounts)


@dataclass(frozen=True)
class Span:
    """When somebody's books begin, and when their newest entry was made."""

    first: datetime
    newest: datetime


@dataclass(frozen=True)
class Statement:
    """A page of somebody's statement with all that stands around it. `span` is None before the first entry."""

    choice: Choice
    span: Span | None
    page: StatementPage
    totals: Totals

    @property
    def query(self) -> QueryDict:
        """What an address needs to show the first page of this."""
        query = QueryDict(mutable=True)
        query["period"] = self.choice.period.key
        if self.choice.movement:
            query["movement"] = self.choice.movement
        return query

    @property
    def month_before(self) -> Period | None:
        """The month before the one that is shown, while there are entries that old."""
        start = self.choice.period.start
        is_first = start is None or self.span is None or self.span.first >= start
        return None if is_first else self.choice.period.before()

    @property
    def month_after(self) -> Period | None:
        """The month after the one that is shown, up to the present one."""
        end = self.choice.period.end
        return None if end is None or clock.now() < end else self.choice.period.following()


def statement_of(
    user: User,
    *,
    period_key: str = "",
    movement: str = "",
    older_than: int | None = None,
    newer_than: int | None = None,
) -> Statement:
    """A page of the statement of this person's own accounts, for the words of an address. Some eight queries."""
    account_ids = own_account_ids(user)
    span = span_of(account_ids)
    choice = choice_of(period_key=period_key, movement=movement, span=span)
    return Statement(
        choice,
        span,
        statement_page(account_ids, choice, older_than=older_than, newer_than=newer_than),
        totals_of(account_ids, choice.period),
    )


def own_account_ids(user: User) -> list[int]:
    """The accounts of one person. Everything below is asked with these, so nobody sees another's lines."""
    return list(Account.objects.filter(owner=user).values_list("pk", flat=True))


def span_of(account_ids: list[int]) -> Span | None:
    """From the first entry to the newest, or None without any."""
    moments = []
    for order in ("pk", "-pk"):
        parts = [
            Entry.objects.filter(account_id=pk).order_by(order).values_list("transaction__created_at", flat=True)[:1]
            for pk in account_ids
        ]
        moments += list(_union(parts)) if parts else []
    return Span(min(moments), max(moments)) if moments else None


def choice_of(*, period_key: str, movement: str, span: Span | None) -> Choice:
    """What an address asks for. Without a period, or with nonsense: the month of the newest entry."""
    day = timezone.localdate(span.newest if span else clock.now())
    period = Period.from_key(period_key) or Period.month(day)
    return Choice(period, movement if movement in Movement.values else "")


def statement_page(
    account_ids: list[int], choice: Choice, *, older_than: int | None = None, newer_than: int | None = None
) -> StatementPage:
    """A page of lines before or after an entry's id, the newest page without one. Three queries.

    A step towards the newest that would find less than a page shows the newest page instead, whole.
    """
    if newer_than is not None:
        found = _ids(account_ids, choice, after=newer_than, limit=PAGE_SIZE + 1)
        if len(found) > PAGE_SIZE:
            shown = found[:PAGE_SIZE][::-1]
            return StatementPage(_lines(shown), older=shown[-1], newer=shown[0])
        older_than = None
    found = _ids(account_ids, choice, before=older_than, limit=PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    return StatementPage(
        _lines(shown),
        older=shown[-1] if len(found) > PAGE_SIZE else None,
        newer=shown[0] if shown and older_than is not None else None,
    )


def statement_chunks(account_ids: list[int], choice: Choice) -> Iterator[list[StatementLine]]:
    """Every line of a choice, oldest first, some thousand at a time. What is posted meanwhile is not among them."""
    newest = _ids(account_ids, choice, limit=1)
    last_id = 0
    while newest and (ids := _ids(account_ids, choice, after=last_id, until=newest[0], limit=CHUNK)):
        yield _lines(ids, order="pk")
        last_id = ids[-1]


def totals_of(account_ids: list[int], period: Period) -> Totals:
    """Opening and closing balances, in and out, per account and per kind of posting. Two queries.

    Balances are summed from the entries, so that a period closes with what the next one opens with, to the fen.
    """
    within = Entry.objects.filter(account_id__in=account_ids)
    if period.end is not None:
        within = within.filter(transaction__created_at__lt=period.end)
    counted = Q() if period.start is None else Q(transaction__created_at__gte=period.start)
    figures = within.values("account__kind", "transaction__kind").annotate(
        everything=Sum("amount_fen"),
        income=Sum("amount_fen", filter=counted & Q(amount_fen__gt=0), default=0),
        spent=Sum("amount_fen", filter=counted & Q(amount_fen__lt=0), default=0),
        number=Count("pk", filter=counted & Q(pk__isnull=False)),
    )
    accounts: dict[str, Turnover] = {}
    kinds: dict[str, Turnover] = {}
    for row in figures.order_by():
        held = AccountKind(row["account__kind"])
        account = accounts.setdefault(held, Turnover(held, str(held.label)))
        account.opening_fen += row["everything"] - row["income"] - row["spent"]
        turnovers = [account]
        if row["number"]:
            name = row["transaction__kind"]
            turnovers.append(kinds.setdefault(name, Turnover(name, str(TransactionKind(name).label))))
        for turnover in turnovers:
            turnover.in_fen += row["income"]
            turnover.out_fen += row["spent"]
            turnover.lines += row["number"]
    beside = _beside(within.filter(counted))
    return Totals(
        accounts=[accounts[kind] for kind in _ACCOUNT_ORDER if kind in accounts],
        kinds=[kinds[kind] for kind in TransactionKind.values if kind in kinds],
        fee_fen=beside.get(AccountKind.COMMISSION, 0),
        tax_fen=beside.get(AccountKind.TAX_WITHHELD, 0),
    )


def _beside(own: QuerySet[Entry]) -> dict[str, int]:
    """What the transactions of these entries brought the platform and the tax office, by kind of account."""
    legs = Entry.objects.filter(
        transaction_id__in=own.filter(transaction__kind__in=_KINDS_WITH_A_SHARE).values("transaction_id"),
        account__kind__in=(AccountKind.COMMISSION, AccountKind.TAX_WITHHELD),
    )
    return dict(legs.values_list("account__kind").annotate(total=Sum("amount_fen")).order_by())


def _ids(
    account_ids: list[int],
    choice: Choice,
    *,
    limit: int,
    before: int | None = None,
    after: int | None = None,
    until: int | None = None,
) -> list[int]:
    """Ids of entries: the newest first, or with `after` the oldest first.

    One limited look into the index `ledger_entry_statement` for each account, joined: a single condition over several
    accounts would sort all their entries for each page.
    """
    order = "-pk" if after is None else "pk"
    parts = []
    for pk in account_ids:
        rows = _chosen(Entry.objects.filter(account_id=pk), choice)
        if before is not None:
            rows = rows.filter(pk__lt=before)
        if after is not None:
            rows = rows.filter(pk__gt=after)
        if until is not None:
            rows = rows.filter(pk__lte=until)
        parts.append(rows.order_by(order).values_list("pk", flat=True)[:limit])
    if not parts:
        return []
    return sorted(_union(parts), reverse=after is None)[:limit]


def _union(parts: list[QuerySet]) -> Iterable:
    return parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]


def _chosen(rows: QuerySet[Entry], choice: Choice) -> QuerySet[Entry]:
    if choice.period.start is not None:
        rows = rows.filter(transaction__created_at__gte=choice.period.start)
    if choice.period.end is not None:
        rows = rows.filter(transaction__created_at__lt=choice.period.end)
    if choice.movement:
        rows = rows.filter(transaction__kind__in=KINDS[choice.movement])
    if choice.movement == Movement.TAX:
        taxed = Entry.objects.filter(transaction=OuterRef("transaction"), account__kind=AccountKind.TAX_WITHHELD)
        rows = rows.filter(Exists(taxed))
    return rows


def _lines(ids: list[int], *, order: str = "-pk") -> list[StatementLine]:
    entries = list(Entry.objects.filter(pk__in=ids).select_related("transaction", "account").order_by(order))
    legs = Entry.objects.filter(
        transaction_id__in={entry.transaction_id for entry in entries}, account__kind__in=_EXPLAINING
    )
    sums = legs.values_list("transaction_id", "account__kind").annotate(total=Sum("amount_fen")).order_by()
    beside = {(transaction_id, kind): total for transaction_id, kind, total in sums}
    return [
        StatementLine(entry, *(beside.get((entry.transaction_id, kind), 0) for kind in _EXPLAINING))
        for entry in entries
    ]
