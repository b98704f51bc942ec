"""A demo in a minute, on a phone: staff jumps days, a delivered order is accepted by itself and its money clears."""

import re
import time

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("time_machine")]


def _jump(staff, label: str) -> None:
    staff.visit("/admin/demo-clock/")
    staff.page.get_by_role("button", name=label).click()
    expect(staff.page.locator(".clock-banner")).to_be_visible()


def _until(somebody, path: str, words: str, *, seconds: int = 120) -> None:
    """The worker takes a moment; a person would reload too. What happens next says it: elsewhere are words of what may come."""
    for _ in range(seconds):
        somebody.visit(path)
        if words in somebody.page.locator(".whatsnext").inner_text():
            return
        time.sleep(1)
    raise AssertionError(f"{path} does not say {words!r}")


def test_days_pass_in_a_minute_and_silence_accepts_and_pays(person) -> None:
    staff = person("staff")
    staff.log_in("admin@jiangji.example")
    staff.visit("/admin/demo-clock/")
    staff.snap("01 clock")
    seller = person("seller")
    seller.log_in("seller@jiangji.example")
    seller.visit("/desk/orders/?state=delivered")
    seller.snap("02 delivered orders")
    if not seller.page.locator(".order-row__link").count():
        # The stack is one for all journeys, and time goes forward only: another run has jumped already.
        seller.visit("/desk/orders/?group=mine")
        seller.page.locator(".order-row__link").first.click()
        seller.page.locator("a[href$='/do/deliver/']:visible").click()
        seller.page.fill("main [name=message]", "定稿在这里。")
        seller.page.set_input_files(
            "main [name=files]", {"name": "定稿.txt", "mimeType": "text/plain", "buffer": "定稿".encode()}
        )
        expect(seller.page.locator("[data-shot][data-state=ready]")).to_have_count(1, timeout=60_000)
        seller.page.check("main [name=ai_made][value=no]")
        seller.page.locator("main form button[type=submit]").click()
        expect(seller.page.locator(".whatsnext")).to_contain_text("自动验收")
    else:
        seller.page.locator(".order-row__link").first.click()
    order = re.search(r"/orders/\w+/", seller.page.url)[0]
    expect(seller.page.locator(".next__left").last).to_contain_text("等待")
    expect(seller.page.locator(".next__auto [data-deadline]").last).to_contain_text("还剩")
    seller.snap("03 what happens next")

    _jump(staff, "前进3天")
    staff.snap("04 jumped")
    _until(seller, order, "已计入钱包的待结算")
    expect(seller.page.locator(".timeline")).to_contain_text("自动验收")
    expect(seller.page.locator(".clock-banner")).to_be_visible()
    seller.snap("05 accepted by itself")
    _jump(staff, "前进14天")
    _until(seller, order, "可以从钱包提现")
    seller.snap("06 cleared")

    page = seller.visit("/desk/orders/calendar/")
    seller.snap("07 calendar")
    page.set_viewport_size({"width": 1280, "height": 800})
    today = page.locator(".calendar__grid .calendar__today > time")
    ink, ground = today.evaluate("(day) => [getComputedStyle(day).color, getComputedStyle(day).backgroundColor]")
    token = "(day, name) => { day.style.color = `var(${name})`; return getComputedStyle(day).color; }"
    assert [ink, ground] == [today.evaluate(token, name) for name in ("--on-fill", "--fill")]
