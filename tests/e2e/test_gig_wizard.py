"""A service written in the wizard: from an empty form to the moderators, left in between and taken up again."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.accounts.profile.uploads import picture
from tests.e2e.conftest import Person
from tests.e2e.test_profile import upload_of

pytestmark = pytest.mark.browser

TITLE = "面馆招牌手写 一版定稿"


def saved_by_itself(page: Page) -> None:
    """The header says that it saved itself: a first time, or again after it said something else."""
    expect(page.locator("#saved")).to_contain_text(re.compile(r"已自动保存\s*\d\d:\d\d"))


@contextmanager
def saving(page: Page) -> Iterator[None]:
    """What is typed inside is saved by itself. The minute in the header may be the same, so the answer is waited for."""
    with page.expect_response(lambda response: response.request.method == "POST" and "/desk/gigs/" in response.url):
        yield
    saved_by_itself(page)


def onward(page: Page, step: str) -> None:
    page.locator("button[name=next]:not([aria-hidden]):visible").click()
    page.wait_for_url(re.compile(rf"/desk/gigs/\d+/{step}/"))


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_service_is_written_left_taken_up_and_submitted(person, size) -> None:
    seller = person("seller", size=size)
    seller.log_in("seller@jiangji.example")
    page = seller.visit("/desk/gigs/new/")
    seller.snap("01 empty")

    # It saves itself: the page of nothing becomes the page of a draft.
    page.fill("[name=title]", "全城最佳面馆招牌")
    page.wait_for_url(re.compile(r"/desk/gigs/\d+/overview/"))
    saved_by_itself(page)
    # The word is named below its field, with the law, and a button that takes the better one.
    note = page.locator("#notes-title")
    expect(note).to_contain_text("《广告法》第九条")
    expect(page.locator("[name=title]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#wizard-meter")).to_contain_text("最佳")
    seller.snap("02 forbidden word")
    note.get_by_role("button", name="换成“出色”").click()
    expect(page.locator("[name=title]")).to_have_value("全城出色面馆招牌")
    expect(note).to_be_empty()
    expect(page.locator("#wizard-meter")).not_to_contain_text("最佳")
    page.fill("[name=title]", TITLE)
    page.select_option("[name=category]", index=1)
    page.fill("[name=tags]", "招牌 手写 面馆")
    # The card beside it is what buyers will see.
    expect(page.locator("#wizard-preview .gig__title")).to_have_text(TITLE)
    # Attributes of the subcategory that have to be answered are answered with the first option, once they are those of it.
    category = page.locator("[name=category]").input_value()
    expect(page.locator("#attributes [name=attributes_for]")).to_have_value(category)
    page.locator("#wizard-meter").get_by_text("子类目", exact=True).wait_for()
    for group in page.locator("#attributes fieldset, #attributes .field:has(select)").all():
        if group.locator("select").count():
            group.locator("select").select_option(index=1)
        else:
            group.locator("input[type=checkbox]").first.check()
    onward(page, "packages")

    page.fill("[name=package-basic-title]", "先写一版")
    page.fill("[name=package-basic-description]", "一版手写，含矢量文件。")
    page.fill("[name=package-basic-price_fen]", "三百")
    page.keyboard.press("Tab")
    expect(page.locator("#notes-package-basic-price_fen")).not_to_be_empty()
    seller.snap("03 a price in letters")
    page.fill("[name=package-basic-price_fen]", "300")
    page.keyboard.press("Tab")
    expect(page.locator("#notes-package-basic-price_fen")).to_be_empty()
    expect(page.locator("#wizard-preview .price")).to_contain_text("300")
    page.fill("[name=extras-0-title]", "加急，提前一天")
    page.fill("[name=extras-0-price_fen]", "80")
    seller.snap("04 packages")
    address = page.url

    # Away in the middle of it, and back: to where something is missing, with everything still there.
    page.locator("button[name=leave]:visible").click()
    page.wait_for_url("**/desk/gigs/")
    page = seller.visit(re.search(r"/desk/gigs/\d+/", address)[0])
    page.wait_for_url(re.compile(r"/desk/gigs/\d+/description/"))
    page.fill("textarea[name=description]", "先看门面照片，再动笔。写好一版，你定，改到合适为止。" * 4)
    page.fill("[name=faqs-0-question]", "只有手机照片可以吗")
    page.fill("[name=faqs-0-answer]", "可以，正面侧面各一张。")
    seller.snap("05 description")
    onward(page, "requirements")
    page.fill("[name=needs-0-prompt]", "店名，门面多宽多高")
    onward(page, "gallery")
    page.set_input_files("[name=gallery-files]", upload_of(picture((1200, 750)), "sign.png"))
    expect(page.locator("[data-upload-list] > [data-state=ready]")).to_have_count(1, timeout=60_000)
    onward(page, "publish")
    seller.snap("06 publish")

    with page.context.expect_page() as opened:
        page.get_by_role("link", name="整页预览").click()
    preview = opened.value
    expect(preview.get_by_role("heading", name=TITLE)).to_be_visible()
    preview.close()

    page.locator("button:visible", has_text="提交审核").last.click()
    page.wait_for_url("**/desk/gigs/")
    page = seller.visit(address.removeprefix(seller.stack.address))
    expect(page.locator("[name=package-basic-price_fen]")).to_be_disabled()
    seller.snap("07 in review")

    if size == "phone":
        # Once all the way: a moderator opens it from Wagtail's queue and approves, and everybody can buy it.
        _approve(person("moderator", size="desktop"))
        shown = seller.visit("/desk/gigs/").get_by_role("link", name=TITLE, exact=True).first
        buyer = person("buyer")
        page = buyer.visit(shown.get_attribute("href"))
        expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
        expect(page.locator("main")).to_contain_text(
            re.compile(r"300\s*先写一版")
        )  # the sign before it is drawn by the style
        expect(page.locator("main")).to_contain_text("加急，提前一天")
        buyer.snap("08 live")
    else:
        page.get_by_role("button", name="撤回审核").click()
        page.wait_for_url(re.compile("/publish/"))
    # Put away, so that the next run finds room for one more.
    seller.put_away_gig(address)
    expect(seller.visit("/desk/gigs/").get_by_role("link", name=TITLE, exact=True)).to_have_count(0)


def _approve(moderator: Person) -> None:
    moderator.log_in("moderator@jiangji.example")
    page = moderator.visit("/admin/gigs/reviews/")
    page.locator("main").get_by_role("link", name=TITLE).first.click()
    page.wait_for_url(re.compile(r"/admin/gigs/reviews/\d+/"))
    expect(page.locator("main")).to_contain_text("先看门面照片，再动笔")
    moderator.snap("07a the moderator's page")
    page.get_by_role("button", name="通过", exact=False).first.click()
    expect(page.locator("body")).to_contain_text("已通知服务商")


def test_a_save_that_does_not_get_through_says_so_and_is_tried_again(person) -> None:
    seller = person("seller", size="desktop")
    seller.log_in("seller@jiangji.example")
    page = seller.visit("/desk/gigs/new/")
    page.fill("[name=title]", "先存一次的草稿")
    page.wait_for_url(re.compile(r"/desk/gigs/\d+/overview/"))
    saved_by_itself(page)
    page.context.set_offline(True)
    page.fill("[name=title]", "断网时写的标题")
    expect(page.locator("#saved")).to_contain_text("没有保存")
    expect(page.locator("[name=title]")).to_have_value("断网时写的标题")
    page.context.set_offline(False)
    saved_by_itself(page)
    page.reload()
    expect(page.locator("[name=title]")).to_have_value("断网时写的标题")
    seller.problems = [
        problem
        for problem in seller.problems
        if not re.search("ERR_INTERNET_DISCONNECTED|htmx:(afterRequest|sendError)", problem)
    ]
    seller.put_away_gig(page.url)


def test_a_second_window_is_told_before_anything_is_lost(person) -> None:
    seller = person("seller", size="desktop")
    seller.log_in("seller@jiangji.example")
    first = seller.visit("/desk/gigs/new/")
    first.fill("[name=title]", "两个窗口的草稿")
    first.wait_for_url(re.compile(r"/desk/gigs/\d+/overview/"))
    second = first.context.new_page()
    second.goto(first.url)
    with saving(first):
        first.fill("[name=title]", "第一个窗口的标题")
    second.fill("[name=title]", "第二个窗口的标题")
    expect(second.locator("#wizard-refusal")).to_contain_text("在另一个窗口里改过")
    expect(second.locator("[name=title]")).to_have_value("第二个窗口的标题")
    second.close()
    first.reload()
    expect(first.locator("[name=title]")).to_have_value("第一个窗口的标题")
    seller.put_away_gig(first.url)
