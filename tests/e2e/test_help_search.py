"""Somebody asks the help centre as people ask: in other words, by sound, with a slip, in traditional characters, by keyboard."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("asked", ["退钱", "tuikuan", "退欵", "退款多久到賬"])
def test_refunds_are_found_however_they_are_asked_for(person, asked) -> None:
    reader = person("reader")
    page = reader.visit("/help/")
    page.locator("main [name=q]").fill(asked)
    page.locator("main [name=q]").press("Enter")
    page.wait_for_url("**/help/?q=*")
    expect(page.locator("main a[href*='/refund-time/']").first).to_be_visible()
    reader.snap("found")
    page.locator("main a[href*='/refund-time/']").first.click()
    expect(page.locator("h1")).to_have_text("退款多久到账")


def test_what_nobody_wrote_about_leads_to_support(person) -> None:
    reader = person("reader")
    page = reader.visit("/help/?q=量子纠缠望远镜")
    expect(page.locator("main a[href*='/support/new/']").first).to_be_visible()
    assert not page.locator("main a[href*='/refund-time/']").count()
    reader.snap("nothing")


def test_a_suggestion_is_taken_by_keyboard(person) -> None:
    reader = person("reader", size="desktop")
    page = reader.visit("/help/")
    page.locator("main [name=q]").press_sequentially("发票", delay=80)
    # The page lists the article too: it is the suggestion that is waited for.
    expect(page.locator(".help-find__suggestions a[href*='/invoices/']")).to_be_visible()
    reader.snap("suggested")
    for _press in range(6):
        page.keyboard.press("Tab")
        if "/invoices/" in (page.evaluate("document.activeElement.href") or ""):
            break
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("发票怎么开")
