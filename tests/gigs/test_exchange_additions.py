"""Attributes and the gallery in the files of a seller's gigs."""

import json
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from marketplace.gigs import services
from marketplace.gigs.content import PictureContent, read_content
from marketplace.gigs.exchange import files
from marketplace.gigs.exchange.preview import Change, plan_import
from marketplace.gigs.models import AttributeKind, Gig, MediaKind
from tests.factories import make_attribute, make_category, make_seller
from tests.gigs.content import content
from tests.gigs.test_exchange import as_json, changes, plan, record, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def styled(db):
    """A subcategory that asks for a style (one) and for formats (several)."""
    category = make_category(parent=make_category())
    make_attribute(category, "style", "plain", "bold", kind=AttributeKind.ONE)
    make_attribute(category, "formats", "ai", "psd", "svg", kind=AttributeKind.MANY)
    return category


def whole_gallery():
    return {
        "pictures": (PictureContent("gigs/a.webp", "甲"), PictureContent("gigs/b.webp", "乙")),
        "video": PictureContent("gigs/film.mp4", kind=MediaKind.VIDEO),
        "documents": (PictureContent("gigs/folio.pdf", "作品集", kind=MediaKind.PDF),),
    }


def described(seller, category, **fields):
    """A gig with attributes and pictures, a film and a PDF."""
    values = {"category": category, "attributes": {"style": ["bold"], "formats": ["ai", "svg"]}, **whole_gallery()}
    return services.create_gig(seller=seller, content=content(**{**values, **fields}))


def exported(seller) -> dict:
    return json.loads(files.export_json(seller))["gigs"][0]


def latest(gig):
    return read_content(Gig.objects.get(pk=gig.pk).get_latest_revision_as_object())


def cells(data: bytes, sheet: str) -> list[list]:
    return [[cell.value for cell in row] for row in load_workbook(BytesIO(data))[sheet].iter_rows(min_row=2)]


@pytest.mark.parametrize("export", [files.export_json, files.export_xlsx])
def test_attributes_films_and_pdfs_go_out_and_come_back_unchanged(seller, styled, export):
    described(seller, styled)
    (row,) = plan(seller, upload(export(seller)))
    assert (row.change, row.left_out) == (Change.UNCHANGED, ())


def test_a_workbook_names_attributes_in_chinese_and_lists_every_medium(seller, styled):
    gig = described(seller, styled)
    data = files.export_xlsx(seller)
    assert cells(data, "属性") == [
        [f"#{gig.pk}", "style名", "bold名"],
        [f"#{gig.pk}", "formats名", "ai名\nsvg名"],
    ]
    assert [row[1:3] for row in cells(data, "作品图")] == [
        ["图片", "gigs/a.webp"],
        ["图片", "gigs/b.webp"],
        ["视频", "gigs/film.mp4"],
        ["PDF", "gigs/folio.pdf"],
    ]
    assert [row["kind"] for row in exported(seller)["media"]] == ["image", "image", "video", "pdf"]
    assert any("style名（选一个）" in str(row[1]) for row in cells(data, "填写说明"))


@pytest.mark.parametrize(
    "written",
    [
        {"style": ["plain"], "formats": ["psd", "ai"]},
        {"style名": "plain名", "formats名": "psd名，ai名"},
        {"style": "plain名", "formats名": ["ai", "psd名"]},
    ],
)
def test_attributes_are_known_by_key_and_by_name_and_shown_before_they_are_written(seller, styled, written):
    gig = described(seller, styled)
    read = services.read_import(seller=seller, upload=as_json({**exported(seller), "attributes": written}))
    (row,) = plan_import(read.records, seller)
    assert [(field.label, field.after) for field in row.fields] == [
        ("属性", "style名: plain名\nformats名: ai名、psd名")
    ]
    services.apply_import(import_id=read.pk, seller=seller)
    assert latest(gig).attributes == {"style": ["plain"], "formats": ["ai", "psd"]}
    assert len(latest(gig).media) == 4


def test_several_lines_of_the_sheet_may_be_about_one_attribute(seller, styled):
    described(seller, styled)
    book = load_workbook(BytesIO(files.export_xlsx(seller)))
    page = book["属性"]
    page.append([page["A2"].value, "formats名", "psd名"])
    target = BytesIO()
    book.save(target)
    (row,) = plan(seller, upload(target.getvalue()))
    assert [field.after for field in row.fields] == ["style名: bold名\nformats名: ai名、psd名、svg名"]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"voice": ["low"]}, "“voice”"),
        ({"style": ["green"]}, "没有选项“green”，可以填：plain名、bold名"),
        ({"style": ["plain", "bold"]}, "“style名”只能选一项"),
        (["style"], "属性"),
    ],
)
def test_an_attribute_that_cannot_be_brought_refuses_its_service_and_says_what_there_is(seller, styled, written, words):
    gig = described(seller, styled)
    wanted = {**exported(seller), "title": "另一个标题文字", "attributes": written}
    read = services.read_import(seller=seller, upload=as_json(wanted))
    (row,) = plan_import(read.records, seller)
    assert row.change == Change.REFUSED
    assert words in row.reason
    before = latest(gig)
    services.apply_import(import_id=read.pk, seller=seller)
    assert latest(gig) == before


def test_a_file_that_says_nothing_of_them_leaves_attributes_and_gallery_as_they_are(seller, styled):
    described(seller, styled)
    written = exported(seller)
    del written["attributes"], written["media"]
    assert changes(seller, as_json(written)) == [Change.UNCHANGED]
    book = load_workbook(BytesIO(files.export_xlsx(seller)))
    del book["属性"]
    del book["作品图"]
    target = BytesIO()
    book.save(target)
    assert changes(seller, upload(target.getvalue())) == [Change.UNCHANGED]


def test_media_of_the_same_gig_are_put_in_order_and_worded_and_none_is_taken_away(seller, styled):
    gig = described(seller, styled)
    media = [{"name": "gigs/folio.pdf", "alt_text": "新说明"}, {"name": "b.webp"}]
    read = services.read_import(seller=seller, upload=as_json({**exported(seller), "media": media}))
    (row,) = plan_import(read.records, seller)
    shown = "b.webp · 乙\na.webp · 甲\nfilm.mp4\nfolio.pdf · 新说明"
    assert [(field.label, field.after) for field in row.fields] == [("作品图", shown)]
    services.apply_import(import_id=read.pk, seller=seller)
    assert [(medium.name, medium.alt_text) for medium in latest(gig).media] == [
        ("gigs/b.webp", "乙"),
        ("gigs/a.webp", "甲"),
        ("gigs/film.mp4", ""),
        ("gigs/folio.pdf", "新说明"),
    ]


def test_files_of_another_service_are_not_brought_and_the_preview_says_so(seller, seller_client, styled):
    described(make_seller(), styled)
    own = described(seller, styled, pictures=(), video=None, documents=())
    foreign = {"name": "gigs/film.mp4", "kind": "video", "url": "http://169.254.169.254/"}
    new = record(category=styled.slug, attributes={"style名": "bold名"}, media=[foreign])
    read = services.read_import(seller=seller, upload=as_json({**exported(seller), "media": [foreign]}, new))
    changed, added = plan_import(read.records, seller)
    assert (changed.change, changed.left_out) == (Change.UNCHANGED, ("gigs/film.mp4",))
    assert (added.change, added.left_out) == (Change.NEW, ("gigs/film.mp4",))
    page = seller_client.get(reverse("gigs:import_preview", args=[read.pk])).content.decode()
    assert page.count("<li>gigs/film.mp4</li>") == 2
    assert "作品图里有1个文件带不进来" in page
    assert "style名: bold名" in page
    services.apply_import(import_id=read.pk, seller=seller)
    made = Gig.objects.filter(seller=seller).exclude(pk=own.pk).get()
    assert (latest(made).media, latest(made).attributes) == ((), {"style": ["bold"]})
    assert latest(own).media == ()
