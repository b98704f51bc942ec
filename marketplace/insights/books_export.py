"""The books as a table for spreadsheets: every leg of what finance chose."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from marketplace.core.sheets import Cell, Column, Fen, Sheet, SumRow
from marketplace.ledger.books import BooksFilter, books_legs
from marketplace.payments import statement_export, subjects


def books_sheet(wanted: BooksFilter, *, name: str) -> Sheet:
    """The legs of a filter, oldest first, and their sum: zero unless accounts were chosen, whose change it is then."""
    words = statement_export.Words()
    return Sheet(
        name=name,
        title=name,
        columns=[*statement_export.columns(), Column(_("Kind of account"), 16)],
        rows=_rows(wanted, words),
    )


def _rows(wanted: BooksFilter, words: statement_export.Words) -> Iterator[list[Cell] | SumRow]:
    total_fen = 0
    for legs in books_legs(wanted):
        found = subjects.staff_subjects(leg.transaction.reference for leg in legs)
        for leg in legs:
            total_fen += leg.amount_fen
            subject = found.get(leg.transaction.reference)
            title = subject.title if subject else leg.transaction.description
            row = statement_export.row_of(leg, title, leg.account.code, words)
            yield [*row, words.accounts[leg.account.kind]]
    yield SumRow([None, words.total, None, None, None, Fen(total_fen), None, None, None])
