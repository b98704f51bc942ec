"""Reviews on a phone: written blind by both, then public; a reply, a reader's vote, and filters that hold still."""

import re
import time
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.conftest import until
from tests.e2e.test_disputes import _buy
from tests.e2e.test_gig_page import busiest
from tests.e2e.test_main_job import review, send_files

pytestmark = pytest.mark.browser

BUYER, SELLER = "buyer@jiangji.example", "seller@jiangji.example"


def bought_before(buyer) -> str:
    """The path of a service of the demo's seller that the buyer has bought: not every order has one, an offer names none."""
    page = buyer.visit("/orders/?state=completed")
    rows = page.locator(".order-row", has_text="青禾品牌").locator("a")
    for path in dict.fromkeys(rows.evaluate_all("links => links.map(link => link.pathname)")):
        service = buyer.visit(path).locator(".order-head h1 a")
        if service.count():
            return service.get_attribute("href")
    raise AssertionError("the demo's buyer has bought no service of the demo's seller")


def finished_order(buyer, seller, stack) -> str:
    """The number of an order of the demo's buyer with the demo's seller: paid, delivered and accepted here. The page shows it."""
    page, number = buyer.page, _buy(buyer, stack, stack.address + bought_before(buyer))
    seller.visit(f"/orders/{number}/do/deliver/")
    seller.page.fill("main [name=message]", "三张跨页的终稿，按说好的尺寸。")
    seller.page.check("main [name=without_files]")
    seller.page.check("main [name=ai_made][value=no]")
    seller.page.locator("main form button[type=submit]").last.click()
    expect(seller.page.locator("#delivery-1")).to_be_visible()
    buyer.visit(f"/orders/{number}/")
    page.get_by_role("link", name="确认验收并放款").click()
    page.get_by_role("button", name="确认验收并放款").click()
    expect(page).to_have_url(re.compile(rf"/orders/{number}/$"))
    return number


def test_two_sides_review_blind_and_a_third_finds_it_helpful(person, stack, tmp_path: Path) -> None:
    stamp = f"{time.time_ns() // 1_000_000}"  # the stack keeps its data
    buyer, seller, reader = person("buyer"), person("seller"), person("reader")
    buyer.log_in(BUYER)
    seller.log_in(SELLER)
    page = buyer.page
    number = finished_order(buyer, seller, stack)

    # The list and what comes next ask for the review; the form says what it will be before it is handed in.
    buyer.visit("/orders/?state=completed")
    expect(page.locator(".order-row", has_text=number)).to_contain_text("待评价")
    buyer.snap("01 finished orders")
    buyer.visit(f"/orders/{number}/")
    buyer.snap("02 accepted")
    page.locator(".whatsnext").get_by_role("link", name="写评价").click()
    page.wait_for_url(re.compile("/review/"))
    page.locator("main form button[type=submit]").first.click()
    refusal = page.locator("main .field__error", has_text="请选择1到5星")
    expect(refusal).to_be_visible()
    page.locator("main fieldset").first.locator("label:has(input[value='4'])").click()
    expect(refusal).to_be_hidden()
    words = page.locator("main [name=body]")
    words.fill("好" * 1300)
    expect(words).to_have_value("好" * 1300)
    expect(page.locator("main .length--over")).to_have_text("1300 / 1000")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main .field__error:visible")).to_contain_text("1300")
    expect(page.locator("main [name=body]")).to_have_value("好" * 1300)
    buyer.snap("03 too long")
    # A long word of a stranger must not widen anybody's page.
    said = f"第二稿就定了 {stamp} https://example.com/{'long' * 40}"
    page.locator("main [name=body]").fill(said)
    shop, broken = tmp_path / "门头.png", tmp_path / "坏图.jpg"
    Image.new("RGB", (800, 600), "#c8a27a").save(shop)
    broken.write_bytes(b"no picture at all")
    send_files(page, shop)
    expect(page.locator("[data-shot-picture] img")).to_be_visible()
    page.set_input_files("main [name=files]", broken)
    expect(page.locator(".shot--error")).to_be_visible()
    buyer.snap("04 review with pictures")
    terms, button = (page.locator(one).bounding_box() for one in (".review-terms", "main form button.button--primary"))
    assert terms["y"] + terms["height"] <= button["y"]
    page.locator("main form button.button--primary").click()
    page.wait_for_url(re.compile(rf"/orders/{number}/#reviews$"))
    expect(page.locator("#reviews")).to_contain_text(stamp)
    buyer.snap("05 only the writer reads it")

    # The other side reads that there is something, and nothing of it.
    seller.visit(f"/orders/{number}/")
    expect(seller.page.locator("#reviews")).to_contain_text("对方已写好评价")
    expect(seller.page.locator("main")).not_to_contain_text(stamp)
    gig_path = seller.page.locator(".order-head h1 a").get_attribute("href")
    reader.visit(gig_path)
    expect(reader.page.locator("#reviews")).not_to_contain_text(stamp)
    seller.snap("06 the other has written")
    review(seller, number, f"需求清楚 {stamp}", "07 the seller writes")
    expect(seller.page.locator("#reviews")).to_contain_text("第二稿就定了")
    buyer.visit(f"/orders/{number}/")
    expect(page.locator("#reviews")).to_contain_text(f"需求清楚 {stamp}")
    buyer.snap("08 both public")

    # A reply with a way past the platform is warned of once.
    seller.visit(f"/orders/{number}/")
    reply = seller.page.locator("main form[action$='/review/reply/']")
    reply.locator("button").click()
    expect(seller.page.locator("main .field__error")).to_be_visible()  # the site's own line about an empty one
    seller.page.fill("main [name=text]", "谢谢支持，下次直接加我微信 wx_qinghe2026")
    seller.page.locator("main form button[type=submit]").first.click()
    expect(seller.page.get_by_role("button", name="仍然发布")).to_be_visible()
    seller.snap("09 warned of contact details")
    seller.page.fill("main [name=text]", f"谢谢支持，欢迎再来 {stamp}")
    seller.page.locator("main form button.button--primary").click()
    seller.page.wait_for_url(re.compile(rf"/orders/{number}/#reviews$"))
    expect(seller.page.locator("#reviews")).to_contain_text(f"欢迎再来 {stamp}")
    seller.snap("10 replied")

    # A guest finds it helpful: by logging in, and back at the review.
    page = reader.visit(gig_path)
    shown = page.locator("#reviews article", has_text=stamp)
    expect(shown).to_contain_text(f"欢迎再来 {stamp}")
    reader.snap("11 the public page")
    anchor = shown.get_attribute("id")
    shown.get_by_role("link", name="有用").click()
    page.wait_for_url(re.compile("/accounts/login/"))
    expect(page.locator("#toasts")).to_contain_text("有用")
    reader.snap("12 log in to vote")
    page.fill("main [name=login]", "marketer@jiangji.example")
    page.fill("main [name=password]", "jiangji-demo-2026")
    page.click("main form:has([name=password]) button[type=submit]")
    if "/2fa/" in page.url:
        page.fill("main [name=code]", reader.app_code("marketer@jiangji.example"))
        page.click("main form:has([name=code]) button[type=submit]")
    page.wait_for_url(re.compile(rf"{re.escape(gig_path)}#{anchor}$"))
    expect(shown.get_by_role("button", name="有用")).to_have_attribute("aria-pressed", "true")
    expect(shown).to_be_in_viewport()
    reader.snap("13 voted")
    for somebody in (buyer, seller):
        somebody.problems[:] = [one for one in somebody.problems if "422" not in one]  # the refusals themselves


def test_a_filter_of_the_reviews_stays_under_the_finger(person) -> None:
    reader = person("reader")
    page = reader.visit(busiest(reader))
    row = page.locator("#reviews-choices")
    row.scroll_into_view_if_needed()
    page.mouse.wheel(0, 200)
    page.wait_for_timeout(500)

    def top() -> int:
        return round(row.bounding_box()["y"])

    for name in ("5星", "4星", "全部"):
        chip = page.locator("#reviews .chip", has_text=name)
        before = top()
        chip.evaluate("chip => chip.click()")  # Playwright's own would scroll to it
        expect(page.locator("#reviews .chip[aria-current=true]")).to_contain_text(name)
        page.wait_for_timeout(400)
        assert abs(top() - before) <= 2, name
    orders = page.locator(".review-orders")
    expect(orders.locator("[aria-current]")).to_have_text("最新")
    before = top()
    orders.get_by_text("最有用").evaluate("link => link.click()")
    expect(orders.locator("[aria-current]")).to_have_text("最有用")
    page.wait_for_timeout(400)
    assert abs(top() - before) <= 2
    reader.snap("01 most helpful")
    page = reader.visit(f"{page.url.removeprefix(reader.stack.address).split('?')[0]}?review_stars=1&review_pictures=1")
    clear = page.get_by_role("link", name="清除筛选")
    until(page, lambda: clear.count() == 1, "the way out of an empty list")
    reader.snap("02 nothing is like that")
    clear.click()
    expect(page.locator("#reviews article").first).to_be_visible()


def test_a_review_is_written_without_script(person, stack) -> None:
    before, seller = person("buyer before"), person("seller")
    before.log_in(BUYER)
    seller.log_in(SELLER)
    number = finished_order(before, seller, stack)
    buyer = person("buyer", script=False)
    buyer.log_in(BUYER)
    page = buyer.visit(f"/orders/{number}/")
    page.locator(".whatsnext").get_by_role("link", name="写评价").click()
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("请选择1到5星")
    page.locator("main fieldset").first.locator("label:has(input[value='5'])").click()
    page.fill("main [name=body]", "没有脚本也写得下来。")
    chosen = {"name": "店面.png", "mimeType": "image/png", "buffer": b"no picture"}
    page.set_input_files("main [name=files]", chosen)
    expect(page.locator("main [name=files]")).to_be_visible()
    buyer.snap("01 file chosen")
    page.locator("main form button.button--primary").click()
    expect(page.locator("main")).to_contain_text("店面.png")
    expect(page.locator("main [name=body]")).to_have_value("没有脚本也写得下来。")
    buyer.snap("02 refused picture")
    page.locator("main form button.button--primary").click()
    expect(page.locator("#reviews")).to_contain_text("没有脚本也写得下来。")
    buyer.snap("03 written")
    buyer.problems[:] = [one for one in buyer.problems if "422" not in one]  # the refusals themselves
