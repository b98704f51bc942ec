"""Where the wizard leads and what it says on the way: Enter, what is changed by itself, hints, what a submission brings."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse
from django.utils.translation import override

from marketplace.gigs import services
from marketplace.gigs.content import PictureContent
from marketplace.gigs.gallery import token_of
from marketplace.gigs.problems import content_problems
from marketplace.gigs.readiness import missing_for_review
from tests.gigs.content import content, package
from tests.gigs.test_drafts import latest
from tests.gigs.test_wizard import HTMX, address, mark_on, overview, packages, post, rows

PICTURES = tuple(PictureContent(f"gigs/{name}.webp", f"画面{name}", 640, 400) for name in "abc")
CONTACT = "电话13812345678，加微信细聊。"


class SubmitButtons(HTMLParser):
    """The names of the submit buttons of #gig-form, in the order of the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside, self.names = "", []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form":
            self.inside = values.get("id", "?")
        if tag == "button" and values.get("type") == "submit" and values.get("form", self.inside) == "gig-form":
            self.names.append(values.get("name"))

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = ""


@pytest.fixture
def gig(seller):
    return services.create_gig(seller=seller, content=content(pictures=PICTURES))


@pytest.fixture
def live(gig):
    return services.publish_directly(gig=gig)


def change(gig, seller, **fields):
    unchanged = {"category": gig.category, "pictures": PICTURES}
    return services.update_gig(gig_id=gig.pk, seller=seller, content=content(**unchanged | fields))


def publish_page(client, gig):
    return client.get(address(gig, "publish")).content.decode()


@pytest.mark.parametrize("step", ["overview", "packages", "description", "requirements", "gallery"])
def test_enter_saves_and_goes_on_and_never_leaves_or_rewords(seller_client, seller, gig, step):
    change(gig, seller, title="全城最佳标志设计", description="全城最佳" * 20)
    page = seller_client.get(address(gig, step)).content.decode()
    assert SubmitButtons(page).names[0] == "next"


def test_enter_in_a_window_that_is_behind_does_not_write_over_the_other_one(seller_client, gig):
    page = seller_client.get(address(gig, "overview")).content.decode()
    post(seller_client, gig, "overview", overview(gig.category, title="另一个窗口的标题"))
    sent = overview(gig.category, title="这个窗口的标题", revision=mark_on(page), attributes_for=gig.category_id)
    stale = seller_client.post(address(gig, "overview"), sent).content.decode()
    names = SubmitButtons(stale).names
    assert names[0] == "next"
    assert "over" in names


def test_the_gallery_saves_order_words_and_removals_by_itself(seller_client, gig):
    page = seller_client.get(address(gig, "gallery")).content.decode()
    assert "data-autosave" in page
    first, _second, third = (token_of(picture.name) for picture in PICTURES)
    sent = {
        "gallery-present": "1",
        "gallery-item": [third, first],
        f"gallery-alt-{third}": "门头",
        "revision": mark_on(page),
    }
    answer = seller_client.post(address(gig, "gallery"), sent, headers=HTMX).content.decode()
    assert "已自动保存" in answer
    assert [(picture.name, picture.alt_text) for picture in latest(gig).pictures] == [
        ("gigs/c.webp", "门头"),
        ("gigs/a.webp", "画面a"),
    ]
    assert '"count": 5' in page.replace("&quot;", '"')  # said at choosing, before a sixth one is sent


def test_contact_details_are_named_while_one_types_and_again_before_the_submission(seller_client, seller, gig):
    page = seller_client.get(address(gig, "description")).content.decode()
    sent = {"description": CONTACT + "介" * 80, **rows("faqs", {}), "revision": mark_on(page)}
    answer = seller_client.post(address(gig, "description"), sent, headers=HTMX).content.decode()
    notes = re.search(r'id="notes-description".*?(?=<div id="notes-|\Z)', answer, re.S)[0]
    assert "13812345678" in notes
    assert "会被审核退回" in notes
    told = publish_page(seller_client, gig)
    assert "会被审核退回" in told
    assert f'href="{address(gig, "description")}"' in told[told.index("会被审核退回") :]
    change(gig, seller)
    assert "会被审核退回" not in publish_page(seller_client, gig)


def test_editing_something_complete_begins_at_the_beginning(seller_client, gig, live):
    assert seller_client.get(reverse("gigs:edit", args=[gig.pk])).url == address(gig, "overview")


def test_a_price_that_rises_steeply_is_shown_with_what_it_brings(seller_client, seller, live):
    change(live, seller, packages=(package(price_fen=105_000),))
    page = publish_page(seller_client, live)
    assert "<del>¥680.00</del> → <ins>¥1,050.00</ins>" in re.sub(r"¥680(?!\.)", "¥680.00", page).replace(
        "¥1,050<", "¥1,050.00<"
    )
    assert "第二位审核员" in page
    assert "提交审核" in page


def test_a_price_that_rises_a_little_takes_one_person(seller_client, seller, live):
    change(live, seller, packages=(package(price_fen=70_000),))
    page = publish_page(seller_client, live)
    assert "第二位审核员" not in page
    assert "提交审核" in page
    assert "提交后马上生效" not in page


def test_a_small_change_says_that_it_is_published_at_once_and_so_it_is(seller_client, seller, live):
    change(live, seller, packages=(package(price_fen=67_000),))
    page = publish_page(seller_client, live)
    assert "提交后马上生效" in page
    assert "发布改动" in page
    seller_client.post(reverse("gigs:submit", args=[live.pk]))
    assert live.packages.get().price_fen == 67_000


def test_where_nothing_changed_there_is_nothing_to_submit(seller_client, live):
    page = publish_page(seller_client, live)
    assert "没有需要提交的改动" in page
    assert reverse("gigs:submit", args=[live.pk]) not in page


def test_a_new_service_is_read_in_any_case(seller_client, gig):
    page = publish_page(seller_client, gig)
    assert "和线上版本" not in page
    assert reverse("gigs:submit", args=[gig.pk]) in page


def test_one_more_line_leads_to_the_empty_row(seller_client, gig):
    response = post(seller_client, gig, "packages", packages(more="1"))
    assert response.url == address(gig, "packages") + "#id_extras-1-title"
    assert 'id="id_extras-1-title"' in seller_client.get(response.url).content.decode()
    faqs = rows("faqs", {"question": "多久？", "answer": "五天。"})
    response = post(seller_client, gig, "description", {"description": "介" * 80, **faqs, "more": "1"})
    page = seller_client.get(response.url).content.decode()
    row = page[: page.index('id="id_faqs-1-question"')]
    assert row[row.rindex("<details") :].startswith('<details class="facet" open')


def test_packages_that_get_cheaper_are_said_before_one_goes_on(seller_client, gig):
    cheaper = {
        "package-standard-title": "整套",
        "package-standard-description": "两个方向",
        "package-standard-price_fen": "100",
    }
    response = post(seller_client, gig, "packages", packages(**cheaper, next="1"))
    assert response.url == address(gig, "packages")
    assert len(latest(gig).packages) == 2  # kept all the same
    assert "不能" in seller_client.get(response.url).content.decode()
    assert post(seller_client, gig, "packages", packages(next="1")).url == address(gig, "description")


@pytest.mark.parametrize("typed", ["￥1,280.50", "¥1280.50", "1 280.50元", "１２８０.５０"])
def test_a_price_is_understood_as_people_paste_it(seller_client, gig, typed):
    post(seller_client, gig, "packages", packages(**{"package-basic-price_fen": typed}))
    assert latest(gig).packages[0].price_fen == 128_050


@pytest.mark.parametrize("typed", ["0", "-1", "1.234", "abc", "99999999"])
def test_a_price_that_cannot_be_kept_is_told_once(seller_client, gig, typed):
    response = post(seller_client, gig, "packages", packages(**{"package-basic-price_fen": typed}))
    assert response.status_code == 422
    notes = response.context["wizard"].notes["package-basic-price_fen"]
    assert (len(notes.errors), notes.problems) == (1, [])
    assert "确保" not in notes.errors[0]


def test_a_text_that_is_too_long_is_told_in_plain_words(seller_client, gig):
    response = post(seller_client, gig, "description", {"description": "介" * 3001, **rows("faqs", {})})
    assert "最多3000个字，现在有3001个" in response.content.decode()


def test_pictures_of_faces_are_no_title(db):
    made = content(title="🎨🎨🎨🎨🎨🎨🎨")
    assert [problem.place for problem in content_problems(made)] == ["title"]
    assert missing_for_review(made)


def test_tags_are_parted_by_a_semicolon_too(seller_client, gig):
    post(seller_client, gig, "overview", overview(gig.category, tags="茶饮；手绘;原创", attributes_for=gig.category_id))
    assert latest(gig).tags == ("茶饮", "手绘", "原创")


def test_in_english_every_choice_is_english(seller_client, gig):
    with override("en"):
        page = seller_client.get(reverse("gigs:step", args=[gig.pk, "packages"])).content.decode()
    assert ">5 days<" in page
    assert ">2 revisions<" in page
    assert "次修改" not in page
