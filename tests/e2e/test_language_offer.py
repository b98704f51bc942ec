"""A browser that prefers the other language is offered it once, without anything moving."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import SIZES, Stack

pytestmark = pytest.mark.browser

_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.shifted += one.value; })
  .observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def reader(browser: Browser):
    """A page of a browser that prefers a language."""
    contexts = []

    def open_browser(language: str):
        context = browser.new_context(locale=language, viewport=SIZES["phone"], is_mobile=True, has_touch=True)
        context.add_init_script(_SHIFTS)
        contexts.append(context)
        return context.new_page()

    yield open_browser
    for context in contexts:
        context.close()


def test_an_english_browser_is_offered_english_once_and_nothing_moves(stack: Stack, reader) -> None:
    page = reader("en-GB")
    page.goto(f"{stack.address}/help/?page=1")
    offer = page.locator(".language-offer")
    expect(offer.get_by_role("link", name="Read this page in English")).to_have_attribute("href", "/en/help/?page=1")
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES["phone"]["width"]
    page.wait_for_timeout(500)
    assert page.evaluate("window.shifted") < 0.01
    page.screenshot(path="screenshots/language-offer.png")
    offer.get_by_role("button").click()
    expect(offer).to_have_count(0)
    page.goto(f"{stack.address}/")
    page.wait_for_load_state("networkidle")
    expect(offer).to_have_count(0)


def test_who_takes_the_offer_reads_the_same_page_and_is_not_asked_on_the_way_back(stack: Stack, reader) -> None:
    page = reader("en-US")
    page.goto(f"{stack.address}/help/")
    page.locator(".language-offer a").click()
    page.wait_for_url("**/en/help/")
    page.go_back()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".language-offer")).to_have_count(0)


@pytest.mark.parametrize("language", ["zh-TW", "zh-HK", "zh-CN", "fr-FR"])
def test_nobody_else_is_offered_anything_on_a_chinese_page(stack: Stack, reader, language) -> None:
    page = reader(language)
    page.goto(f"{stack.address}/")
    page.wait_for_load_state("networkidle")
    expect(page.locator(".language-offer")).to_have_count(0)


def test_a_traditional_reader_is_offered_chinese_on_an_english_page(stack: Stack, reader) -> None:
    page = reader("zh-TW")
    page.goto(f"{stack.address}/en/")
    expect(page.locator(".language-offer a")).to_have_attribute("href", "/")
