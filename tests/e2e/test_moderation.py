"""A seller raises a price by much; two moderators compare and approve; buyers see the old price until both have."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Person

pytestmark = pytest.mark.browser


def _raise_price(seller: Person) -> tuple[str, str, str, str]:
    """The seller's last live service: its title, its address, and the price of its dearest package before and after."""
    page = seller.visit("/desk/gigs/")
    link = page.locator("main tr:has(.tag--jade) .gig-table__text > a").last
    title = link.inner_text()
    address = link.get_attribute("href")
    number = re.search(r"/gigs/(\d+)/", address)[1]
    page = seller.visit(f"/desk/gigs/{number}/packages/")
    field = _dearest(page)
    before = int(float(field.input_value()))
    after = before * 8 // 5
    seller.snap("1 the price so far")
    field.fill(str(after))
    page.locator("button[name=next]:not([aria-hidden]):visible").first.click()
    page.wait_for_url(re.compile("/description/"))
    seller.visit(f"/desk/gigs/{number}/publish/")
    page.locator("button[form=submit-form]:visible, #submit-form button:visible").first.click()
    page.wait_for_url(re.compile(r"/desk/gigs/$"))
    expect(page.locator("body")).to_contain_text("已提交")
    return title, address, f"{before:,}", f"{after:,}"


def _dearest(page: Page) -> Locator:
    filled = [field for field in page.locator("main [name$=-price_fen][name^=package-]").all() if field.input_value()]
    return filled[-1]


def _open_case(moderator: Person, title: str) -> Page:
    page = moderator.visit("/admin/gigs/reviews/?kind=price")
    moderator.snap("queue")
    page.locator("main").get_by_role("link", name=title).first.click()
    page.wait_for_url(re.compile(r"/admin/gigs/reviews/\d+/"))
    return page


def test_a_steep_price_takes_two_people_and_the_old_one_sells_until_then(person, stack) -> None:
    seller, buyer = person("seller", size="desktop"), person("buyer")
    seller.log_in("seller@jiangji.example")
    title, address, before, after = _raise_price(seller)

    moderator = person("moderator", size="desktop")
    moderator.log_in("moderator@jiangji.example")
    page = _open_case(moderator, title)
    changed = page.locator(".review-figures__changed")
    expect(changed.locator("del")).to_have_text(f"¥{before}")
    expect(changed.locator("ins")).to_have_text(f"¥{after}")
    expect(changed).to_contain_text("+60.0%")
    expect(page.locator("main")).to_contain_text("要第二位审核员确认")
    page.keyboard.press("2")
    expect(page.locator(".review-reasons input").nth(1)).to_be_checked()
    page.keyboard.press("2")
    page.locator(".review-keys summary").click()
    page.locator("[data-keys-on]").uncheck()
    page.keyboard.press("2")
    expect(page.locator(".review-reasons input").nth(1)).not_to_be_checked()
    page.locator("[data-keys-on]").check()
    moderator.snap("2 side by side")
    page.keyboard.press("a")  # goes to the button and no further
    expect(page.get_by_role("button", name="通过，转第二审")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("转给第二位审核员")
    buyer.visit(address)
    expect(buyer.page.locator("main")).to_contain_text(before)
    expect(buyer.page.locator("main")).not_to_contain_text(after)

    page = _open_case(moderator, title)
    expect(page.locator("main")).to_contain_text("这件要由同事来审")
    expect(page.locator(".review-decide")).to_have_count(0)

    second = person("second", size="desktop")
    second.log_in("admin@jiangji.example")
    page = _open_case(second, title)
    expect(page.locator("main")).to_contain_text("第二审")
    second.snap("3 second look")
    page.get_by_role("button", name="通过", exact=False).first.click()
    expect(page.locator("body")).to_contain_text("已通知服务商")
    buyer.visit(address)
    expect(buyer.page.locator("main")).to_contain_text(after)
    buyer.snap("4 the new price")
