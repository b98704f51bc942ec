"""From the last delivery that was missing to the next level, on a phone: accepted, reviewed by both, counted, risen."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.e2e.test_demo_clock import _jump
from tests.e2e.test_main_job import review

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("time_machine_from_the_beginning")]

NEWCOMER = "newcomer@jiangji.example"


def test_one_good_order_more_makes_level_1_within_a_day(person) -> None:
    seller = person("newcomer")
    seller.log_in(NEWCOMER)
    page = seller.visit("/desk/level/")
    seller.snap("01 before")
    expect(page.locator("main")).to_contain_text("还差1单")
    page = seller.visit("/desk/orders/?state=delivered")
    page.locator(".order-row__link").first.click()
    number = re.search(r"/orders/(\w+)/", page.url)[1]

    buyer = person("buyer")
    buyer.log_in("buyer@jiangji.example")
    page = buyer.visit(f"/orders/{number}/")
    page.get_by_role("link", name="确认验收并放款").click()
    page.get_by_role("button", name="确认验收并放款").click()
    expect(page).to_have_url(re.compile(rf"/orders/{number}/$"))
    review(buyer, number, "小程序上线很顺利，细节都改到位了。", "02 review")

    # What the buyer wrote is nowhere to be read before the seller has written too.
    page = seller.visit(f"/orders/{number}/")
    expect(page.locator("#reviews")).to_contain_text("对方已写好评价")
    expect(page.locator("main")).not_to_contain_text("小程序上线很顺利")
    seller.snap("03 the other has written")
    review(seller, number, "需求清楚，沟通愉快。", "04 own review")
    expect(page.locator("#reviews")).to_contain_text("小程序上线很顺利")
    seller.snap("05 both public")

    staff = person("staff", size="desktop")
    staff.log_in("admin@jiangji.example")
    _jump(staff, "前进1小时")  # asks for every periodic job at once: what changed is counted, then levels are looked at
    page = seller.page
    for _ in range(60):
        seller.visit("/desk/level/")
        if page.locator("main .level").filter(has_text="一级").count():
            break
        time.sleep(2)
        _jump(staff, "前进1小时")  # the first run of levels may have come before the count
    expect(page.locator("main .level").first).to_contain_text("一级")
    expect(page.locator("main")).to_contain_text("条件全部达到")
    seller.snap("06 level 1")
    seller.visit("/notifications/")
    expect(seller.page.locator("main")).to_contain_text("一级")
    seller.snap("07 told of it")
