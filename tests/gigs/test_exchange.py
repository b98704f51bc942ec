"""A seller's gigs as files: what goes out comes back unchanged, what comes in is looked at first."""

import json
import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from marketplace.core import clock
from marketplace.gigs import services
from marketplace.gigs.content import ExtraContent, FaqContent, FeatureRow, RequirementContent, read_content
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.exchange import files, workbook
from marketplace.gigs.exchange.base import Categories
from marketplace.gigs.exchange.preview import Change, plan_import
from marketplace.gigs.models import Gig, GigImport, GigReference, GigTag
from marketplace.gigs.states import GigStatus
from tests.factories import make_category, make_gig, make_seller
from tests.gigs.content import content, package

pytestmark = pytest.mark.django_db


def rich(**fields):
    """Content with something in each list, and with texts that a spreadsheet would like to compute."""
    values = {
        "title": "=HYPERLINK(1) 手绘LOGO",
        "description": "第一行\r\n=1+1\r\n“引号”和<标签>" + "，说明" * 20,
        "packages": (package(), package("premium", 298_050, title="全部")),
        "extras": (ExtraContent("加急", 30_000, -2), ExtraContent("+1个方案", 20_000)),
        "features": (FeatureRow("原创方案", ("1个", True)), FeatureRow("源文件", (False, True))),
        "requirements": (
            RequirementContent("店名是什么"),
            RequirementContent("喜欢哪种", "choice", ("手绘", "极简"), required=False),
        ),
        "faqs": (FaqContent("能开发票吗", "可以。\n完成后开具。"),),
    }
    return content(**{**values, **fields})


def upload(data: bytes, name: str = "services.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def as_json(*records, **outside) -> SimpleUploadedFile:
    data = {"format": "jiangji-gigs", "version": 1, "gigs": list(records), **outside}
    return upload(json.dumps(data).encode(), "services.json")


def record(**fields):
    """A new service as somebody would write it."""
    category = fields.pop("category", None) or make_category(parent=make_category()).slug
    values = {
        "reference": "A-1",
        "title": "奶茶店LOGO 手绘原创",
        "category": category,
        "description": "给小店做标志。",
        "packages": [
            {
                "tier": "basic",
                "title": "一个方案",
                "description": "一个方向。",
                "price_yuan": "680.50",
                "delivery_days": 5,
            }
        ],
    }
    return {**values, **fields}


def plan(seller, file) -> list:
    return plan_import(services.read_import(seller=seller, upload=file).records, seller)


def changes(seller, file) -> list[str]:
    return [planned.change for planned in plan(seller, file)]


def refusal(seller, file) -> GigErrorCode:
    with pytest.raises(GigError) as caught:
        services.read_import(seller=seller, upload=file)
    assert caught.value.message
    assert not GigImport.objects.exists()
    return caught.value.code


def footprint() -> tuple:
    """What an import must not touch before it is applied."""
    revisions = sorted(Gig.objects.values_list("pk", "latest_revision_id", "status", "title"))
    return revisions, GigTag.objects.count(), GigReference.objects.count()


@pytest.mark.parametrize("export", [files.export_json, files.export_xlsx])
def test_what_goes_out_comes_back_unchanged(seller, export):
    live = services.publish_directly(gig=services.create_gig(seller=seller, content=rich()))
    services.create_gig(seller=seller, content=content(title="草稿一份 还没写完"))
    away = make_gig(seller=seller)
    services.archive_gig(gig_id=away.pk, seller=seller)
    make_gig()  # somebody else's
    before = footprint()
    rows = plan(seller, upload(export(seller)))
    assert [row.change for row in rows] == [Change.UNCHANGED] * 3
    assert [row.gig_id for row in rows] == sorted([row.gig_id for row in rows], reverse=True)
    assert live.pk in {row.gig_id for row in rows}
    assert footprint() == before


def test_the_workbook_holds_no_formula_and_the_pictures_as_addresses(seller):
    services.create_gig(seller=seller, content=rich())
    book = load_workbook(BytesIO(files.export_xlsx(seller)))
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row]
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}
    assert [cell.value for cell in book["作品图"][2]][1:4] == ["图片", "gigs/a.webp", "六枚标志"]
    assert str(book["作品图"]["E2"].value).endswith("/media/gigs/a.webp")


def test_a_changed_cell_is_shown_field_by_field_and_becomes_a_revision_that_is_not_live(seller):
    gig = services.publish_directly(gig=services.create_gig(seller=seller, content=rich()))
    book = load_workbook(BytesIO(files.export_xlsx(seller)))
    page = book["服务"]
    headings = [cell.value for cell in page[1]]
    page.cell(2, headings.index("标题") + 1).value = "手绘标志 全新标题"
    page.cell(2, headings.index("基础版价格(元)") + 1).value = 780.5
    target = BytesIO()
    book.save(target)
    # openpyxl writes texts that begin with "=" as formulas; a person's program keeps them as texts.
    made = upload(files.export_json(seller), "x.json")
    data = json.loads(made.read())
    data["gigs"][0]["title"] = "手绘标志 全新标题"
    data["gigs"][0]["packages"][0]["price_yuan"] = 780.5
    read = services.read_import(seller=seller, upload=upload(json.dumps(data).encode()))
    (planned,) = plan_import(read.records, seller)
    assert planned.change == Change.CHANGED
    assert [field.label for field in planned.fields] == ["标题", "套餐"]
    assert "780.50" in planned.fields[1].after
    assert "680.00" in planned.fields[1].before
    before = footprint()
    assert read.applied_at is None
    assert footprint() == before
    applied = services.apply_import(import_id=read.pk, seller=seller)
    assert (applied.outcome["changed"], applied.outcome["refused"]) == (1, 0)
    gig.refresh_from_db()
    assert (gig.title, gig.status) == (rich(category=gig.category).title, GigStatus.LIVE)
    draft = read_content(gig.get_latest_revision_as_object())
    assert (draft.title, draft.packages[0].price_fen) == ("手绘标志 全新标题", 78_050)
    assert draft.pictures == rich(category=gig.category).pictures  # which no file carries


def test_a_new_service_becomes_a_draft_and_the_same_file_twice_changes_nothing(seller):
    category = make_category(parent=make_category())
    wanted = record(category=category.slug, pictures=[{"url": "http://169.254.169.254/latest/meta-data"}])
    read = services.read_import(seller=seller, upload=as_json(wanted))
    assert not Gig.objects.exists()
    for _time in range(2):
        assert services.apply_import(import_id=read.pk, seller=seller).outcome["new"] == 1
    gig = Gig.objects.get()
    assert (gig.status, gig.live, gig.seller) == (GigStatus.DRAFT, False, seller)
    assert gig.packages.get().price_fen == 68_050
    assert gig.media.count() == 0
    assert GigReference.objects.get().reference == "A-1"
    assert changes(seller, as_json(wanted)) == [Change.UNCHANGED]
    assert changes(seller, as_json({**wanted, "title": "奶茶店LOGO 换个标题"})) == [Change.CHANGED]


def test_the_filled_in_template_is_read_and_its_example_is_not(seller):
    make_category(parent=make_category())
    made = workbook.template(Categories())
    assert refusal(seller, upload(made)) == GigErrorCode.IMPORT_EMPTY
    book = load_workbook(BytesIO(made))
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("示例"):
                    cell.value = "我的-7"
    target = BytesIO()
    book.save(target)
    (planned,) = plan(seller, upload(target.getvalue()))
    assert (planned.change, planned.reference) == (Change.NEW, "我的-7")
    assert [item.tier for item in planned.content.packages] == ["basic", "standard"]
    assert planned.content.extras == (ExtraContent("加急", 30_000, -2),)
    assert planned.content.features == (FeatureRow("原创方案", ("1个", "2个")),)
    assert planned.content.requirements[1].choices == ("手绘", "极简")
    assert planned.content.faqs[0].question == "能开发票吗"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": ""}, "标题"),
        ({"title": "字" * 41}, "41"),
        ({"title": 7.5}, "标题"),
        ({"title": ["x"]}, "标题"),
        ({"category": "nowhere"}, "nowhere"),
        ({"reference": ""}, "自有编号"),
        ({"reference": "x" * 61}, "61"),
        ({"id": 987654321}, "987654321"),
        ({"id": "1 OR 1=1"}, "ID"),
        ({"language": "fr"}, "语言"),
        ({"packages": []}, "基础版"),
        ({"packages": "x"}, "套餐"),
        ({"packages": [{"tier": "gold"}]}, "套餐"),
        ({"packages": ["x"]}, "套餐"),
        ({"tags": ["一", "二", "三", "四", "五", "六"]}, "5"),
        ({"extras": [{"title": "加急", "price_yuan": "-1"}]}, "加购项"),
        ({"extras": [{"title": "加急", "price_yuan": "1e999999"}]}, "加购项"),
        ({"extras": [{"title": "加急", "price_yuan": "1.005"}]}, "加购项"),
        ({"extras": [{"title": "加急", "price_yuan": 5, "extra_days": 10**30}]}, "加购项"),
        ({"extras": [{"title": "x", "price_yuan": 5}] * 21}, "20"),
        ({"features": [{"label": "x", "values": {"gold": "1"}}]}, "对比"),
        ({"requirements": [{"prompt": "哪种", "kind": "choice", "choices": ["一个"]}]}, "需求"),
        ({"requirements": [{"prompt": "哪种", "required": "maybe"}]}, "需求"),
        ({"faqs": [{"question": "能开票吗"}]}, "问答"),
        ({"description": "长" * 3001}, "3001"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_the_rest_goes_on(seller, fields, words):
    category = make_category(parent=make_category()).slug
    wrong, right = (
        record(category=category, **{"reference": "W", **fields})
        if "category" not in fields
        else record(**fields, reference="W"),
        record(category=category, reference="R"),
    )
    read = services.read_import(seller=seller, upload=as_json(wrong, right))
    rows = plan_import(read.records, seller)
    assert [row.change for row in rows] == [Change.REFUSED, Change.NEW]
    assert words in rows[0].reason
    applied = services.apply_import(import_id=read.pk, seller=seller)
    assert (applied.outcome["new"], applied.outcome["refused"]) == (1, 1)
    assert applied.outcome["reasons"][0]["line"] == 1
    assert Gig.objects.count() == 1


def test_rules_of_gigs_hold_for_files_too(seller):
    category = make_category(parent=make_category()).slug
    (cheap,) = record(category=category)["packages"]
    cheap = {**cheap, "price_yuan": "0.01"}
    dear = {**cheap, "tier": "standard", "price_yuan": "500"}
    falling = [{**cheap, "price_yuan": "600"}, dear]
    wrong = [
        record(category=category, reference=f"W{number}", packages=packages)
        for number, packages in enumerate(([cheap], [dear], falling))
    ]
    assert changes(seller, as_json(*wrong)) == [Change.REFUSED] * 3


def test_nobody_reaches_the_gigs_of_others_and_two_lines_never_mean_one_service(seller):
    theirs = make_gig()
    mine = services.create_gig(seller=seller, content=content())
    category = mine.category.slug
    rows = plan(
        seller,
        as_json(
            record(category=category, id=theirs.pk),
            record(category=category, id=mine.pk, reference="M"),
            record(category=category, id=mine.pk, reference="N"),
            record(category=category, reference="M"),
        ),
    )
    assert [row.change for row in rows] == ["refused", "changed", "refused", "refused"]


def test_an_own_number_of_another_service_is_refused_and_one_alone_is_no_new_revision(seller):
    one = services.create_gig(seller=seller, content=content())
    two = services.create_gig(seller=seller, content=content(category=one.category))
    exported = json.loads(files.export_json(seller))
    exported["gigs"][1]["reference"] = "ONE"  # newest first: this is the first gig
    read = services.read_import(seller=seller, upload=as_json(*exported["gigs"]))
    assert [row.change for row in plan_import(read.records, seller)] == [Change.UNCHANGED, Change.CHANGED]
    before = Gig.objects.get(pk=one.pk).latest_revision_id
    services.apply_import(import_id=read.pk, seller=seller)
    assert GigReference.objects.get().gig_id == one.pk
    assert Gig.objects.get(pk=one.pk).latest_revision_id == before
    exported["gigs"][0]["reference"] = "ONE"
    assert changes(seller, as_json(exported["gigs"][0])) == [Change.REFUSED]
    assert two.pk == exported["gigs"][0]["id"]


def test_a_gig_in_review_or_taken_down_is_refused_as_long_as_it_would_change(seller):
    gig = services.create_gig(seller=seller, content=content())
    exported = json.loads(files.export_json(seller))["gigs"][0]
    services.submit_gig(gig_id=gig.pk, seller=seller)
    assert changes(seller, as_json(exported)) == [Change.UNCHANGED]
    before = footprint()
    read = services.read_import(seller=seller, upload=as_json({**exported, "title": "审核途中换了标题"}))
    assert [row.change for row in plan_import(read.records, seller)] == [Change.REFUSED]
    services.apply_import(import_id=read.pk, seller=seller)
    assert footprint() == before


def test_only_its_owner_sees_and_applies_an_import_and_only_for_a_day(seller, seller_client, buyer_client, buyer):
    read = services.read_import(seller=seller, upload=as_json(record()))
    see, apply = (reverse(f"gigs:import_{name}", args=[read.pk]) for name in ("preview", "apply"))
    assert seller_client.get(see).status_code == 200
    assert buyer_client.get(see).status_code == 404
    assert buyer_client.post(apply).status_code == 404
    assert Client().post(apply).status_code == 302
    with pytest.raises(GigError) as caught:
        services.apply_import(import_id=read.pk, seller=make_seller())
    assert caught.value.code == GigErrorCode.IMPORT_GONE
    with clock.moved_to(timezone.now() + timedelta(days=1, minutes=1)):
        assert seller_client.get(see).status_code == 404
        with pytest.raises(GigError):
            services.apply_import(import_id=read.pk, seller=seller)
        assert services.forget_imports() == 1
    assert not Gig.objects.exists()
    assert refusal(buyer, as_json(record())) == GigErrorCode.NOT_SELLER


def test_what_was_saved_after_the_preview_is_not_written_over(seller, seller_client):
    gig = services.create_gig(seller=seller, content=content())
    data = json.loads(files.export_json(seller))
    data["gigs"][0]["title"] = "表格里的标题"
    read = services.read_import(seller=seller, upload=upload(json.dumps(data).encode()))
    page = seller_client.get(reverse("gigs:import_preview", args=[read.pk])).content.decode()
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    assert len(seen) == 1
    services.update_gig(gig_id=gig.pk, seller=seller, content=content(category=gig.category, title="在页面上写的"))
    seller_client.post(reverse("gigs:import_apply", args=[read.pk]), {"seen": seen})
    assert gig_title(gig) == "在页面上写的"
    assert GigImport.objects.get(pk=read.pk).outcome["refused"] == 1


def test_what_stands_as_it_was_looked_at_is_written(seller, seller_client):
    gig = services.create_gig(seller=seller, content=content())
    data = json.loads(files.export_json(seller))
    data["gigs"][0]["title"] = "表格里的标题"
    read = services.read_import(seller=seller, upload=upload(json.dumps(data).encode()))
    page = seller_client.get(reverse("gigs:import_preview", args=[read.pk])).content.decode()
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    seller_client.post(reverse("gigs:import_apply", args=[read.pk]), {"seen": seen})
    assert gig_title(gig) == "表格里的标题"


def gig_title(gig):
    return Gig.objects.get(pk=gig.pk).get_latest_revision_as_object().title


def test_a_new_file_takes_the_place_of_the_one_before(seller):
    first = services.read_import(seller=seller, upload=as_json(record()))
    services.read_import(seller=seller, upload=as_json(record()))
    with pytest.raises(GigError) as caught:
        services.apply_import(import_id=first.pk, seller=seller)
    assert caught.value.code == GigErrorCode.IMPORT_GONE
    assert GigImport.objects.count() == 1


def test_files_go_out_and_in_by_the_pages(seller, seller_client, buyer_client):
    address = reverse("gigs:exchange")
    assert buyer_client.get(address).url == reverse("accounts:become_seller")
    assert seller_client.get(address).status_code == 200
    for ending, start in (("xlsx", b"PK"), ("json", b"{")):
        answer = seller_client.get(reverse("gigs:export", args=[ending]))
        assert answer.content.startswith(start)
        assert answer.headers["Content-Disposition"].startswith("attachment")
    assert seller_client.get(reverse("gigs:export", args=["csv"])).status_code == 404
    assert seller_client.get(reverse("gigs:import_template")).content.startswith(b"PK")
    refused = seller_client.post(address, {"file": upload(b"hello")})
    assert refused.status_code == 422
    assert "无法读取" in refused.content.decode()
    sent = seller_client.post(address, {"file": as_json(record(), {"title": "<script>"})})
    page = seller_client.get(sent.url).content.decode()
    assert "奶茶店LOGO 手绘原创" in page
    assert "&lt;script&gt;" in page
    done = seller_client.post(reverse("gigs:import_apply", args=[GigImport.objects.get().pk]), follow=True)
    assert "第2行" in done.content.decode()
    assert Gig.objects.get().status == GigStatus.DRAFT
