"""The statement as a table for spreadsheets: the lines of the page, oldest first, with what each belongs to."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core.sheets import Cell, Column, Fen, Sheet, SumRow
from marketplace.ledger import statement
from marketplace.ledger.models import AccountKind, Entry, TransactionKind
from marketplace.ledger.statement import Choice, Totals, Turnover
from marketplace.payments import subjects


def statement_sheet(user: User, *, period_key: str, movement: str) -> Sheet:
    """The lines of one person's own accounts for the words of an address, read some thousand at a time.

    With every kind of movement, balances stand above and below, and the amounts sum to how much they changed.
    """
    account_ids = statement.own_account_ids(user)
    span = statement.span_of(account_ids)
    choice = statement.choice_of(period_key=period_key, movement=movement, span=span)
    totals = statement.totals_of(account_ids, choice.period)
    title = _("Statement %(period)s") % {"period": choice.period}
    # Words are looked up now: rows are read while the answer is on its way, when the language may be another's.
    return Sheet(
        name=f"{title}-{choice.movement_label}" if choice.movement else title,
        title=title,
        columns=[*columns(), Column(_("Service fee (yuan)"), 16), Column(_("Income tax withheld (yuan)"), 16)],
        rows=_rows(account_ids, choice, totals, user=user, words=Words()),
    )


def columns() -> list[Column]:
    """The columns of every export of the books."""
    return [
        Column(_("Time"), 20),
        Column(_("Entry"), 22),
        Column(_("Account"), 14),
        Column(_("Order or withdrawal"), 32),
        Column(_("Title"), 40),
        Column(_("Amount (yuan)"), 16),
        Column(_("Balance after (yuan)"), 20),
        Column(_("Transaction key"), 44),
    ]


class Words:
    """The words of an export in the language of the request."""

    def __init__(self) -> None:
        self.kinds = {kind.value: str(kind.label) for kind in TransactionKind}
        self.accounts = {kind.value: str(kind.label) for kind in AccountKind}
        self.opening, self.closing = _("Opening balance"), _("Closing balance")
        self.total, self.change = _("Total"), _("Change of the balances together")


def row_of(entry: Entry, title: str, account: str, words: Words) -> list[Cell]:
    """One entry as a row of `columns`."""
    posted = entry.transaction
    balance = entry.balance_after_fen
    return [
        posted.created_at,
        words.kinds[posted.kind],
        account,
        posted.reference,
        title,
        Fen(entry.amount_fen),
        None if balance is None else Fen(balance),
        posted.idempotency_key,
    ]


def _rows(
    account_ids: list[int], choice: Choice, totals: Totals, *, user: User, words: Words
) -> Iterator[list[Cell] | SumRow]:
    is_whole = not choice.movement
    changes = {account.kind: 0 for account in totals.accounts}
    if is_whole:
        yield from _balances(words.opening, totals.accounts, {}, words)
    for lines in statement.statement_chunks(account_ids, choice):
        found = subjects.own_subjects(user, [line.entry.transaction.reference for line in lines])
        for line in lines:
            entry, kind = line.entry, line.entry.account.kind
            changes[kind] = changes.get(kind, 0) + entry.amount_fen
            subject = found.get(entry.transaction.reference)
            title = subject.title if subject else entry.transaction.description
            # Beside the amount, as on the page: what the platform and the tax office had of the same transaction.
            shares = [Fen(fen) if fen else None for fen in (line.fee_fen, line.tax_fen)]
            yield [*row_of(entry, title, words.accounts[kind], words), *shares]
    yield SumRow([None, words.change, None, None, None, Fen(sum(changes.values())), None, None, None, None])
    if is_whole:
        yield from _balances(words.closing, totals.accounts, changes, words)


def _balances(what: str, accounts: Iterable[Turnover], changes: dict[str, int], words: Words) -> Iterator[SumRow]:
    """Balances of the accounts, with what the rows above added to the opening ones."""
    for account in accounts:
        balance = Fen(account.opening_fen + changes.get(account.kind, 0))
        yield SumRow([None, what, words.accounts[account.kind], None, None, None, balance, None, None, None])
