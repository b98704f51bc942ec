"""The ledger of the planned past: the same keys, legs and running balances that ledger.services would have written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from marketplace.accounts.models import SellerLevelChoice, User
from marketplace.ledger.models import (
    Account,
    AccountKind,
    Clearing,
    Entry,
    Transaction,
    TransactionKind,
    Wallet,
)
from portal.demo.bulk import backdate, insert
from portal.demo.people import People
from portal.demo.plan import OrderPlan
from portal.demo.withdrawals import UNDER_WAY, Moment, Withdrawals, moments

CLEARING_DAYS, CLEARING_DAYS_TOP = 7, 3
HOUR = timedelta(hours=1)
GATEWAY, FEES, TRANSIT = "clearing:alipay", "platform:commission", "platform:payouts_in_transit"


@dataclass
class Posting:
    """A transaction to be: legs by account code."""

    at: datetime
    kind: TransactionKind
    key: str
    reference: str
    legs: list[tuple[str, int]]
    description: str = ""


@dataclass
class Books:
    """Accounts by code as they are met, with their running balances."""

    owners: dict[str, User] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    opened: dict[str, datetime] = field(default_factory=dict)

    def account(self, code: str, at: datetime) -> Account:
        if code not in self.accounts:
            self.accounts[code] = Account(code=code, kind=_kind(code), owner=self.owners.get(code))
            self.opened[code] = at
        return self.accounts[code]


def write_books(plans: Sequence[OrderPlan], titles: Sequence[str], *, people: People, now: datetime) -> None:
    """Transactions and entries in the order of time, accounts, wallets and clearings. `titles` are the gigs'."""
    books = Books()
    for seller in people.sellers:
        books.owners[_pending(seller)] = books.owners[_available(seller)] = seller
    postings = [posting for plan in plans for posting in _postings(plan, titles[plan.gig], people, now)]
    withdrawals = Withdrawals()

    transactions, entries = [], []
    for posting in _with_withdrawals(postings, withdrawals, books, people, now):
        row = Transaction(
            kind=posting.kind,
            idempotency_key=posting.key,
            reference=posting.reference,
            description=posting.description,
            created_at=posting.at,
        )
        transactions.append(row)
        for code, amount_fen in posting.legs:
            account = books.account(code, posting.at)
            after = None
            if account.keeps_balance:
                account.balance_fen += amount_fen
                after = account.balance_fen
            entries.append(Entry(transaction=row, account=account, amount_fen=amount_fen, balance_after_fen=after))
    wallets = _wallets(books, people, now)
    insert(books.accounts.values())
    backdate(Account, {account.pk: books.opened[code] for code, account in books.accounts.items()})
    insert(transactions)
    insert(entries)
    insert(wallets.values())
    backdate(Wallet, {wallet.pk: books.opened[wallet.pending_account.code] for wallet in wallets.values()})
    insert(_clearings(plans, people, wallets, now))
    withdrawals.write(people.staff)


def _with_withdrawals(
    postings: list[Posting], withdrawals: Withdrawals, books: Books, people: People, now: datetime
) -> Iterator[Posting]:
    """All postings in the order of time; a withdrawal takes what the balance is by then."""
    timeline: list[Posting | Moment] = [*postings, *moments(people.sellers, now)]
    timeline.sort(key=lambda item: (item.at, item.key if isinstance(item, Posting) else ""))
    for item in timeline:
        if isinstance(item, Posting):
            yield item
            continue
        account = books.accounts.get(_available(item.seller))
        taken = withdrawals.take(item, account.balance_fen) if account else None
        if taken is None:
            continue
        tax = f"tax:{item.seller.pk}:{taken.year}"
        legs = [(_available(item.seller), -taken.gross_fen), (TRANSIT, taken.net_fen), (tax, taken.tax_fen)]
        key = f"payout:{taken.reference}"
        yield Posting(item.at, TransactionKind.PAYOUT_REQUESTED, key, taken.reference, [leg for leg in legs if leg[1]])
        yield Posting(
            item.at + UNDER_WAY,
            TransactionKind.PAYOUT_PAID,
            f"{key}:paid",
            taken.reference,
            [(TRANSIT, -taken.net_fen), (GATEWAY, taken.net_fen)],
        )


def _postings(plan: OrderPlan, title: str, people: People, now: datetime) -> Iterator[Posting]:
    escrow = f"escrow:{plan.number}"
    if plan.paid_at:
        yield Posting(
            plan.paid_at,
            TransactionKind.PAYMENT_CAPTURED,
            f"payment:{plan.payment_number}:capture",
            plan.number,
            [(GATEWAY, -plan.total_fen), (escrow, plan.total_fen)],
        )
    if plan.released_at:
        seller, split = people.sellers[plan.seller], plan.split
        yield Posting(
            plan.released_at,
            TransactionKind.ESCROW_RELEASED,
            _release_key(plan),
            plan.number,
            [(escrow, -plan.released_fen), (_pending(seller), split.seller_fen), (FEES, split.commission_fen)],
            description=title,
        )
        cleared_at = _cleared_at(plan, seller, now)
        if cleared_at:
            yield Posting(
                cleared_at,
                TransactionKind.EARNINGS_CLEARED,
                f"{_release_key(plan)}:clear",
                plan.number,
                [(_pending(seller), -split.seller_fen), (_available(seller), split.seller_fen)],
            )
    if plan.refund:
        yield Posting(
            plan.refund.done_at,
            TransactionKind.ESCROW_REFUNDED,
            f"refund:{plan.refund.reference}",
            plan.number,
            [(escrow, -plan.refund.amount_fen), (GATEWAY, plan.refund.amount_fen)],
        )


def _clears_at(plan: OrderPlan, seller: User) -> datetime:
    is_top = seller.profile.level == SellerLevelChoice.TOP
    assert plan.released_at is not None  # noqa: S101 asked by the callers
    return plan.released_at + timedelta(days=CLEARING_DAYS_TOP if is_top else CLEARING_DAYS)


def _cleared_at(plan: OrderPlan, seller: User, now: datetime) -> datetime | None:
    """When the hourly job would have come by: the next full hour, if that is past."""
    due = _clears_at(plan, seller)
    at = due.replace(minute=0, second=2, microsecond=0) + HOUR
    return at if at < now else None


def _wallets(books: Books, people: People, now: datetime) -> dict[int, Wallet]:
    """The wallets of everybody who has earned; the available account exists from the first day, as open_wallet does."""
    wallets = {}
    for seller in people.sellers:
        pending = books.accounts.get(_pending(seller))
        if pending is not None:
            available = books.account(_available(seller), books.opened[pending.code])
            wallets[seller.pk] = Wallet(user=seller, available_account=available, pending_account=pending)
    return wallets


def _clearings(plans: Sequence[OrderPlan], people: People, wallets: dict[int, Wallet], now: datetime) -> list[Clearing]:
    released = sorted((plan for plan in plans if plan.released_at), key=lambda plan: plan.released_at)  # type: ignore[arg-type,return-value]
    rows = []
    for plan in released:
        seller = people.sellers[plan.seller]
        rows.append(
            Clearing(
                wallet=wallets[seller.pk],
                reference=_release_key(plan),
                amount_fen=plan.split.seller_fen,
                clears_at=_clears_at(plan, seller),
                cleared_at=_cleared_at(plan, seller, now),
            )
        )
    return rows


def _release_key(plan: OrderPlan) -> str:
    return f"order:{plan.number}:release"


def _available(user: User) -> str:
    return f"user:{user.pk}:available"


def _pending(user: User) -> str:
    return f"user:{user.pk}:pending"


def _kind(code: str) -> AccountKind:
    if code == GATEWAY:
        return AccountKind.CLEARING
    if code == FEES:
        return AccountKind.COMMISSION
    if code == TRANSIT:
        return AccountKind.PAYOUTS_IN_TRANSIT
    if code.startswith("tax:"):
        return AccountKind.TAX_WITHHELD
    if code.startswith("escrow:"):
        return AccountKind.ESCROW
    return AccountKind.USER_PENDING if code.endswith(":pending") else AccountKind.USER_AVAILABLE
