"""Tables for spreadsheets, as CSV and as XLSX, sent as they are made: no file is ever held in memory.

Texts of strangers go into them, so none may pass for a formula (OWASP, "CSV injection").
"""

import csv
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from io import StringIO
from tempfile import TemporaryFile
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from marketplace.core.money import yuan_text

BYTE_ORDER_MARK = "\ufeff"  # Excel reads Chinese in a CSV only with it
_PART_CHARACTERS = 64 * 1024
# Spreadsheets of East Asia take the full-width signs for the plain ones.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_TITLE_CHARACTERS = 31  # more than that Excel calls a damaged file
_AMOUNT_FORMAT = "#,##0.00"
_MOMENT_FORMAT = "yyyy-mm-dd hh:mm:ss"


class SheetFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


_CONTENT_TYPES = {
    SheetFormat.CSV: "text/csv; charset=utf-8",
    SheetFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Fen:
    """A cell with an amount in fen. It is shown in yuan, and in XLSX it is a number that can be summed."""

    amount_fen: int


Cell = str | int | Fen | datetime | None


class SumRow(tuple[Cell, ...]):
    """A row that sums up others: bold where that can be."""


@dataclass(frozen=True)
class Column:
    """A heading, and the width of its column in characters."""

    heading: str
    width: int


@dataclass(frozen=True)
class Sheet:
    """A table: `name` of the file without its ending, `title` of the sheet. Rows are asked for once, one by one."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]


def format_of(ending: str) -> SheetFormat:
    """The format of an address. Raises Http404 for one that we do not write."""
    try:
        return SheetFormat(ending)
    except ValueError:
        raise Http404 from None


def inert(text: str) -> str:
    """A text that no spreadsheet takes for a formula when it reads a CSV."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def sheet_response(request: HttpRequest, sheet: Sheet, ending: SheetFormat) -> StreamingHttpResponse:
    """The table as a download, in parts. A CSV is sent while its rows are read, an XLSX once its file is whole."""
    if ending == SheetFormat.CSV:
        parts, size = csv_parts(sheet), None
    else:
        file = TemporaryFile()  # noqa: SIM115 closed when its last part was sent
        write_xlsx(sheet, file)
        size = file.tell()
        parts = _file_parts(file)
    response = StreamingHttpResponse(_for_server(request, parts), content_type=_CONTENT_TYPES[ending])
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{sheet.name}.{ending}") or ""
    if size is not None:
        response.headers["Content-Length"] = str(size)
    return response


def csv_parts(sheet: Sheet) -> Iterator[bytes]:
    """The table as CSV, in parts of some 64 KB."""
    buffer = StringIO()
    buffer.write(BYTE_ORDER_MARK)
    writer = csv.writer(buffer)
    writer.writerow([inert(column.heading) for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_csv_cell(cell) for cell in row])
        if buffer.tell() > _PART_CHARACTERS:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def write_xlsx(sheet: Sheet, target: IO[bytes]) -> None:
    """The table as XLSX with a frozen first row. Rows go to a temporary file of openpyxl's as they come."""
    write_book([sheet], target)


def write_book(sheets: Iterable[Sheet], target: IO[bytes]) -> None:
    """Several tables as one XLSX, each like `write_xlsx` makes it."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        _write_page(book, sheet)
    book.save(target)


def _write_page(book: Workbook, sheet: Sheet) -> None:
    page = book.create_sheet(sheet.title[:_TITLE_CHARACTERS])
    page.freeze_panes = "A2"
    for number, column in enumerate(sheet.columns, start=1):
        page.column_dimensions[get_column_letter(number)].width = column.width
    bold = Font(bold=True)
    page.append([_xlsx_cell(page, column.heading, bold) for column in sheet.columns])
    for row in sheet.rows:
        font = bold if isinstance(row, SumRow) else None
        page.append([_xlsx_cell(page, cell, font) for cell in row])


def _csv_cell(cell: Cell) -> str | int:
    match cell:
        case None:
            return ""
        case Fen():
            return yuan_text(cell.amount_fen)
        case datetime():
            return f"{timezone.localtime(cell):%Y-%m-%d %H:%M:%S}"
        case str():
            return inert(cell)
    return cell


def _xlsx_cell(page: Any, cell: Cell, font: Font | None) -> Any:
    match cell:
        case None:
            return None
        case Fen():
            made = WriteOnlyCell(page, value=Decimal(yuan_text(cell.amount_fen)))
            made.number_format = _AMOUNT_FORMAT
        case datetime():
            # The format knows no time zones: what stands there is China's clock.
            made = WriteOnlyCell(page, value=timezone.localtime(cell).replace(tzinfo=None))
            made.number_format = _MOMENT_FORMAT
            made.alignment = Alignment(horizontal="left")
        case str():
            made = WriteOnlyCell(page, value=re.sub(ILLEGAL_CHARACTERS_RE, "", cell))
            made.data_type = "s"  # else a leading "=" makes a formula of it
        case _:
            made = WriteOnlyCell(page, value=cell)
    if font is not None:
        made.font = font
    return made


def _file_parts(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while part := file.read(_PART_CHARACTERS):
            yield part


def _for_server(request: HttpRequest, parts: Iterator[bytes]) -> Iterator[bytes] | AsyncIterator[bytes]:
    """The parts as the server wants them: under ASGI Django would gather a plain iterator whole before it sends."""
    if not isinstance(request, ASGIRequest):
        return parts

    async def stream() -> AsyncIterator[bytes]:
        following = sync_to_async(_next_part)
        while (part := await following(parts)) is not None:
            yield part

    return stream()


def _next_part(parts: Iterator[bytes]) -> bytes | None:
    return next(parts, None)
