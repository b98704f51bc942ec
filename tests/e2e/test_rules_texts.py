"""New rules, from the desk of staff to the orders they hold for: announced, commented on, compared, in force by the clock."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("time_machine")]

LIST = "/admin/snippets/cms_pages/rulestext/"
NEW_WORDS = "新增一句：双方在站外另立的约定，不影响本协议。"
OPINION = "支持，但希望写明站外约定包括哪些。"
FIRST, SECOND = (re.compile(rf"/agreements/terms/{number}/\?order_rules=") for number in ("1", "[2-9]"))


def _now_of_the_demo(page: Page) -> datetime:
    return datetime.fromisoformat(page.locator(".desk-clock").inner_text())


def _draft(staff) -> str:
    """A copy of the newest announced terms with a sentence more; returns where it is announced."""
    page = staff.visit(f"{LIST}?document=terms")
    row = page.locator("main tr", has_text=re.compile(r"服务条款 · \d")).first
    copied = re.search(r"rulestext/\w+/(\d+)/", row.inner_html())[1]
    staff.visit(f"{LIST}copy/{copied}/")
    page.fill("[name=changes_zh]", "写明站外约定的效力。")
    page.fill("[name=changes_en]", "Says what agreements elsewhere mean.")
    page.get_by_role("tab", name="中文").click()
    words = page.locator("[contenteditable=true]:visible").first
    words.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type(NEW_WORDS)
    page.wait_for_timeout(500)  # Draftail writes what was typed into the form a moment later
    page.locator("footer button[type=submit]:visible").first.click()
    page.wait_for_url(lambda url: "/copy/" not in url and "/add/" not in url)
    row = staff.visit(f"{LIST}?document=terms").locator("main tr", has_text="草稿").first
    row.locator("button").last.click()
    return page.locator("a[href*='/announce/']:visible").get_attribute("href")


def _place_order(buyer) -> str:
    """Book a service and stop before the payment; returns the order's page."""
    page = buyer.visit("/search/?q=logo")
    page.locator("main a[href*='/gigs/']").first.click()
    page.wait_for_load_state()
    box = page.locator(".order-box").first
    page.goto(box.evaluate("form => `${form.action}?${new URLSearchParams(new FormData(form))}`"))
    page.wait_for_url(re.compile("/checkout/"))
    page.locator("button[form=checkout]:visible").first.click()
    page.wait_for_url(lambda url: "/checkout/" not in url)
    buyer.visit("/orders/")
    page.locator(".order-row__link").first.click()
    page.wait_for_load_state()
    return re.search(r"/orders/\w+/", page.url)[0]


def _rules_of(buyer, order: str) -> Page:
    page = buyer.visit(order)
    page.goto(page.locator("a[href*='/rules/']").first.evaluate("link => link.href"))
    return page


def test_new_terms_are_announced_read_and_hold_for_later_orders_alone(person) -> None:
    buyer = person("buyer")
    buyer.log_in("buyer@jiangji.example")
    earlier = _place_order(buyer)
    expect(_rules_of(buyer, earlier).locator("a[href*='/agreements/terms/']")).to_have_attribute("href", FIRST)

    staff = person("staff", size="desktop")
    staff.log_in("admin@jiangji.example")
    now = _now_of_the_demo(staff.visit("/admin/demo-clock/"))
    page = staff.visit(_draft(staff))
    page.fill("[name=comments_until]", f"{now + timedelta(days=9):%Y-%m-%d %H:%M}")
    page.fill("[name=effective_at]", f"{now + timedelta(days=10):%Y-%m-%d %H:%M}")
    page.keyboard.press("Escape")
    staff.snap("announce")
    # The calendar of the field above lies over it.
    page.locator("main form button[type=submit]").first.evaluate("button => button.click()")
    page.wait_for_url(f"**{LIST}")

    visitor = person("visitor")
    page = visitor.visit("/")
    notice = page.locator(".note--clock a[href*='/agreements/terms/']")
    expect(notice).to_be_visible()
    visitor.snap("notice")
    announced = notice.get_attribute("href")
    notice.click()
    expect(page.locator("main")).to_contain_text(NEW_WORDS)
    page.fill("main [name=comment]", OPINION)
    page.locator("main form button[type=submit]").click()
    expect(page.locator("body")).to_contain_text("谢谢")
    visitor.snap("commented")
    page.locator(f"main a[href='{announced}changes/']").click()
    expect(page.locator("main ins").first).to_contain_text("站外")
    visitor.snap("changes")
    expect(staff.visit("/admin/snippets/cms_pages/rulescomment/").locator("main")).to_contain_text(OPINION[:20])
    assert NEW_WORDS not in visitor.visit("/terms/").locator("main").inner_text()

    staff.visit("/admin/demo-clock/")
    staff.page.get_by_role("button", name="前进14天").click()
    expect(staff.page.locator(".clock-banner")).to_be_visible()
    expect(visitor.visit("/terms/").locator("main")).to_contain_text(NEW_WORDS)
    visitor.snap("in force")
    expect(visitor.visit("/").locator(f"a[href='{announced}']")).to_have_count(0)

    later = _place_order(buyer)
    assert later != earlier
    expect(_rules_of(buyer, later).locator("a[href*='/agreements/terms/']")).to_have_attribute("href", SECOND)
    expect(_rules_of(buyer, earlier).locator("a[href*='/agreements/terms/']")).to_have_attribute("href", FIRST)
    buyer.snap("earlier order")
