"""The whole books, for finance: transactions with all their legs, by key, with sums and every leg for an export.

Who may look is asked by the page (`ledger.view_transaction`). A page goes by time and id, which one index serves whatever
the dates are; the id in an address is the transaction's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from marketplace.ledger.models import Account, AccountKind, Entry, Transaction
from marketplace.ledger.statement import Turnover

PAGE_SIZE = 50
CHUNK = 1000


@dataclass(frozen=True)
class BooksFilter:
    """Which transactions. Empty fields ask for nothing; `account_ids` None is any account, an empty list none at all."""

    start: datetime | None = None
    end: datetime | None = None  # not in it
    kind: str = ""
    reference: str = ""
    account_ids: Sequence[int] | None = None


@dataclass(frozen=True)
class BookLine:
    """A transaction with all its legs."""

    transaction: Transaction
    legs: list[Entry]

    @property
    def subject_reference(self) -> str:
        """What it belongs to: the number of an order, a withdrawal, a bill. Which, a room above knows."""
        return self.transaction.reference


@dataclass(frozen=True)
class BooksPage:
    """Some lines, newest first, and the ids to ask for the pages beside them with (None: there is none)."""

    lines: list[BookLine]
    older: int | None
    newer: int | None


def books_page(wanted: BooksFilter, *, older_than: int | None = None, newer_than: int | None = None) -> BooksPage:
    """A page before or after a transaction; the newest without one, or when the step would find less than a page."""
    rows = _transactions(wanted)
    if newer_than is not None and (place := _place(newer_than)):
        found = list(_later(rows, *place).order_by("created_at", "pk")[: PAGE_SIZE + 1])
        if len(found) > PAGE_SIZE:
            shown = found[:PAGE_SIZE][::-1]
            return BooksPage(_with_legs(shown), older=shown[-1].pk, newer=shown[0].pk)
        older_than = None
    place = _place(older_than) if older_than is not None else None
    if place:
        rows = _earlier(rows, *place)
    found = list(rows.order_by("-created_at", "-pk")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return BooksPage(
        _with_legs(shown),
        older=shown[-1].pk if len(found) > PAGE_SIZE else None,
        newer=shown[0].pk if shown and place else None,
    )


def books_totals(wanted: BooksFilter) -> list[Turnover]:
    """In and out per kind of account, of the legs that `books_legs` lists: with accounts chosen, only theirs."""
    by_kind = _legs(wanted).values("account__kind")
    sums = by_kind.annotate(
        income=Sum("amount_fen", filter=Q(amount_fen__gt=0), default=0),
        spent=Sum("amount_fen", filter=Q(amount_fen__lt=0), default=0),
        number=Count("pk"),
    )
    found = {row["account__kind"]: row for row in sums.order_by()}
    return [
        Turnover(
            kind.value,
            str(kind.label),
            in_fen=found[kind]["income"],
            out_fen=found[kind]["spent"],
            lines=found[kind]["number"],
        )
        for kind in AccountKind
        if kind in found
    ]


def books_legs(wanted: BooksFilter) -> Iterator[list[Entry]]:
    """Every leg, in the order of the books, some thousand transactions at a time; with accounts chosen, only theirs."""
    last = _transactions(wanted).order_by("-created_at", "-pk").values_list("created_at", "pk").first()
    place: tuple[datetime, int] | None = None
    while last is not None:
        rows = _until(_transactions(wanted), *last)
        if place is not None:
            rows = _later(rows, *place)
        chunk = {row.pk: row for row in rows.order_by("created_at", "pk")[:CHUNK]}
        if not chunk:
            return
        legs = Entry.objects.filter(transaction_id__in=chunk).select_related("account")
        if wanted.account_ids is not None:
            legs = legs.filter(account_id__in=wanted.account_ids)
        by_transaction: dict[int, list[Entry]] = {pk: [] for pk in chunk}
        for leg in legs.order_by("pk"):
            leg.transaction = chunk[leg.transaction_id]
            by_transaction[leg.transaction_id].append(leg)
        yield [leg for own in by_transaction.values() for leg in own]
        newest = next(reversed(chunk.values()))
        place = (newest.created_at, newest.pk)


def account_ids_like(text: str) -> list[int]:
    """Accounts whose code is `text`, or begins with it up to a colon: `escrow:7KQ4M9…`, `user:7`, `clearing:alipay`.

    A first part alone (`escrow`) would be the accounts of all orders, and is none.
    """
    if ":" not in text:
        return []
    whole = Q(code=text) | Q(code__startswith=f"{text}:")
    return list(Account.objects.filter(whole).values_list("pk", flat=True))


def account_ids_of(owner_ids: Sequence[int]) -> list[int]:
    """The accounts of people, what was withheld from them for the tax office included."""
    taxes = Q()
    for owner_id in owner_ids:
        taxes |= Q(code__startswith=f"tax:{owner_id}:")
    if not owner_ids:
        return []
    return list(Account.objects.filter(Q(owner_id__in=owner_ids) | taxes).values_list("pk", flat=True))


def _transactions(wanted: BooksFilter) -> QuerySet[Transaction]:
    rows = Transaction.objects.filter(**_conditions(wanted))
    if wanted.account_ids is not None:
        touching = Entry.objects.filter(transaction=OuterRef("pk"), account_id__in=wanted.account_ids)
        rows = rows.filter(Exists(touching))
    return rows


def _legs(wanted: BooksFilter) -> QuerySet[Entry]:
    rows = Entry.objects.filter(**_conditions(wanted, "transaction__"))
    return rows if wanted.account_ids is None else rows.filter(account_id__in=wanted.account_ids)


def _conditions(wanted: BooksFilter, prefix: str = "") -> dict[str, object]:
    conditions = {
        "created_at__gte": wanted.start,
        "created_at__lt": wanted.end,
        "kind": wanted.kind,
        "reference": wanted.reference,
    }
    return {f"{prefix}{name}": value for name, value in conditions.items() if value}


def _place(transaction_id: int) -> tuple[datetime, int] | None:
    """Where a transaction stands in the order of the pages; None for one that does not exist."""
    return Transaction.objects.filter(pk=transaction_id).values_list("created_at", "pk").first()


# The first condition bounds the look into the index, the second is exact.
def _earlier(rows: QuerySet[Transaction], moment: datetime, pk: int) -> QuerySet[Transaction]:
    return rows.filter(created_at__lte=moment).filter(Q(created_at__lt=moment) | Q(pk__lt=pk))


def _later(rows: QuerySet[Transaction], moment: datetime, pk: int) -> QuerySet[Transaction]:
    return rows.filter(created_at__gte=moment).filter(Q(created_at__gt=moment) | Q(pk__gt=pk))


def _until(rows: QuerySet[Transaction], moment: datetime, pk: int) -> QuerySet[Transaction]:
    return rows.filter(created_at__lte=moment).filter(Q(created_at__lt=moment) | Q(pk__lte=pk))


def _with_legs(transactions: list[Transaction]) -> list[BookLine]:
    legs: dict[int, list[Entry]] = {row.pk: [] for row in transactions}
    for leg in Entry.objects.filter(transaction_id__in=legs).select_related("account__owner__profile").order_by("pk"):
        legs[leg.transaction_id].append(leg)
    return [BookLine(row, legs[row.pk]) for row in transactions]
