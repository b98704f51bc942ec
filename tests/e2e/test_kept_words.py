"""What somebody typed is there when they come back, until it was sent or they logged out (kept-words.js), on a phone."""

import re
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

BUYER = "buyer@jiangji.example"
FORM = "/briefs/new/"


def begin(page, title: str, story: str) -> None:
    """As a person does it: key by key."""
    page.locator("main [name=title]").press_sequentially(title)
    page.locator("main [name=story]").press_sequentially(story)
    # The script keeps after whoever else follows the field.
    page.wait_for_function("() => Object.keys(sessionStorage).some((key) => key.startsWith('kept:'))")
    page.wait_for_timeout(100)


def send(page) -> None:
    page.locator("main form[data-keep] button[type=submit]").click()


def test_words_come_back_after_leaving_and_after_a_refusal_and_go_when_they_are_sent_or_with_the_log_out(person):
    buyer = person("buyer")
    buyer.log_in(BUYER)
    title, story = f"门头招牌{time.time_ns() % 10**6}", "城西菜场口的小店，要一个看得清的门头。"
    page = buyer.visit(FORM)
    begin(page, title, story)

    buyer.visit("/orders/")
    page = buyer.visit(FORM)
    expect(page.locator("main [name=title]")).to_have_value(title)
    expect(page.locator("main [name=story]")).to_have_value(story)
    expect(page.get_by_text("已恢复你之前在这里填写的内容")).to_be_visible()
    buyer.snap("back again")

    # The server refuses a budget that is upside down, and says so on the same page: who leaves it now loses nothing either.
    page.locator("main [name=category]").select_option(index=1)
    page.fill("main [name=budget_min]", "900")
    page.fill("main [name=budget_max]", "500")
    page.fill("main [name=wanted_by]", f"{timezone.localdate() + timedelta(days=30)}")
    send(page)
    expect(page.locator("main .field--invalid, main .note--error").first).to_be_visible()
    buyer.problems[:] = [problem for problem in buyer.problems if "422" not in problem]  # the refusal itself
    buyer.visit("/orders/")
    page = buyer.visit(FORM)
    expect(page.locator("main [name=story]")).to_have_value(story)
    expect(page.locator("main [name=budget_max]")).to_have_value("500")

    page.fill("main [name=budget_max]", "1500")
    send(page)
    page.wait_for_url(re.compile(r"/briefs/\d+/"))
    expect(page.locator("main h1")).to_contain_text(title)
    page.locator('main form[action$="/close/"] button').click()  # the demo's buyer has room for a few
    page = buyer.visit(FORM)
    for name in ("title", "story", "budget_max"):
        expect(page.locator(f"main [name={name}]")).to_have_value("")

    # On a computer that several use, nothing is left for whoever comes next.
    begin(page, title, story)
    buyer.visit("/accounts/logout/")
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name="退出登录").click()
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('kept:'))") == []
    buyer.log_in(BUYER)
    page = buyer.visit(FORM)
    expect(page.locator("main [name=story]")).to_have_value("")
