"""Tables for spreadsheets: what stands in a cell, what is no formula, how they are sent."""

import asyncio
import csv
from datetime import UTC, datetime
from io import BytesIO, StringIO

import pytest
from django.test import AsyncRequestFactory, RequestFactory
from openpyxl import load_workbook

from marketplace.core.sheets import (
    Column,
    Fen,
    Sheet,
    SheetFormat,
    SumRow,
    csv_parts,
    inert,
    sheet_response,
    write_xlsx,
)

MOMENT = datetime(2026, 11, 30, 16, 30, 5, tzinfo=UTC)  # in China already December
ATTACKS = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠1"]


def sheet(rows, **changes):
    columns = [Column("时间", 20), Column("标题", 30), Column("金额", 12)]
    return Sheet(**{"name": "流水", "title": "流水", "columns": columns, "rows": rows} | changes)


def read_csv(parts):
    content = b"".join(parts)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(made):
    target = BytesIO()
    write_xlsx(made, target)
    return load_workbook(BytesIO(target.getvalue())).active


def test_a_csv_holds_china_s_clock_and_yuan_to_the_fen():
    rows = read_csv(csv_parts(sheet([[MOMENT, "门头", Fen(-7_450)], [None, 3, Fen(5)]])))
    assert rows == [["时间", "标题", "金额"], ["2026-12-01 00:30:05", "门头", "-74.50"], ["", "3", "0.05"]]


def test_an_xlsx_holds_numbers_and_dates_with_the_first_row_frozen():
    page = read_xlsx(sheet([[MOMENT, "门头", Fen(-7_450)], SumRow([None, "合计", Fen(123_456_789)])]))
    assert page.freeze_panes == "A2"
    assert page["A2"].value == datetime(2026, 12, 1, 0, 30, 5)  # noqa: DTZ001 the format knows no zones
    assert (page["C2"].value, page["C2"].data_type, page["C2"].number_format) == (-74.5, "n", "#,##0.00")
    assert page["C3"].value == 1_234_567.89
    assert page["A1"].font.bold
    assert page["B3"].font.bold
    assert not page["B2"].font.bold
    assert page.column_dimensions["B"].width == 30


@pytest.mark.parametrize("text", ATTACKS)
def test_no_text_passes_for_a_formula(text):
    assert inert(text) == f"'{text}"
    [_heading, row] = read_csv(csv_parts(sheet([[None, text, None]])))
    assert row[1] == f"'{text}"
    cell = read_xlsx(sheet([[None, text, None]]))["B2"]
    assert cell.data_type != "f"
    assert cell.value.strip() == text.strip()


def test_an_innocent_text_and_a_negative_amount_stay_as_they_are():
    assert inert("1=1") == "1=1"
    assert read_csv(csv_parts(sheet([[None, "三层=三稿", Fen(-1)]])))[1] == ["", "三层=三稿", "-0.01"]


def test_characters_that_excel_does_not_know_are_left_out():
    assert read_xlsx(sheet([[None, "门\x0b头\x00", None]]))["B2"].value == "门头"


def test_a_title_too_long_for_excel_is_cut():
    assert len(read_xlsx(sheet([], title="长" * 60)).title) == 31


@pytest.mark.parametrize("ending", SheetFormat)
def test_a_download_says_what_it_is_and_how_it_is_called(ending):
    response = sheet_response(RequestFactory().get("/"), sheet([[MOMENT, "门头", Fen(1)]]), ending)
    assert response.headers["Content-Disposition"] == f"attachment; filename*=utf-8''%E6%B5%81%E6%B0%B4.{ending}"
    content = b"".join(response.streaming_content)
    assert content[:2] == (b"PK" if ending == SheetFormat.XLSX else b"\xef\xbb")
    if ending == SheetFormat.XLSX:
        assert response.headers["Content-Length"] == str(len(content))


@pytest.mark.parametrize("is_async", [False, True], ids=["WSGI", "ASGI"])
def test_a_csv_is_sent_while_its_rows_are_read(is_async):
    read = []

    def rows():
        for number in range(20_000):
            read.append(number)
            yield [MOMENT, "门头招牌设计", Fen(number)]

    factory = AsyncRequestFactory() if is_async else RequestFactory()
    response = sheet_response(factory.get("/"), sheet(rows()), SheetFormat.CSV)
    assert read == []
    assert response.is_async == is_async
    if is_async:

        async def first_part():
            async for part in response.streaming_content:
                return part

        first = asyncio.run(first_part())
    else:
        first = next(iter(response.streaming_content))
    assert first
    assert 0 < len(read) < 5_000
