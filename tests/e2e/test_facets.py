"""Somebody who looks for a designer by file format and industry, at a desk and on a phone."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def total(page: Page) -> int:
    return int(re.search(r"\d+", page.locator("#search-results h1 [role=status]").inner_text())[0])


def option(page: Page, token: str):
    return page.locator(f'#facets label:has(input[value="{token}"])')


def count(page: Page, token: str) -> int:
    return int(option(page, token).locator(".count").text_content() or "")


def choose(page: Page, *tokens: str, in_sheet: bool) -> None:
    """As people do it: at a desk each tick answers at once, on a phone the button of the sheet does."""
    if in_sheet:
        page.get_by_role("button", name="筛选").first.click()
    for token in tokens:
        folded = page.locator(f'#facets .facet__more:has(input[value="{token}"])')
        if folded.count():
            folded.locator("summary").click()
        if in_sheet:
            option(page, token).click()
        else:
            with page.expect_response(lambda response: "/search/" in response.url):
                option(page, token).click()
    if in_sheet:
        with page.expect_response(lambda response: "/search/" in response.url):
            page.locator("#facets .facets__foot button").click()
    for token in tokens:
        expect(page.locator(f'#facets input[value="{token}"]')).to_be_checked()
    page.wait_for_url(lambda url: all(f"attr={token}" in url for token in tokens))


def test_a_choice_leaves_focus_folds_and_place_in_the_panel_as_they_were(person) -> None:
    page = person("buyer", size="desktop").visit("/search/?category=design")
    rating = page.locator('#facets [data-fold="rating"]')
    rating.locator("summary").click()
    page.locator('#facets [data-fold="category"] summary').click()
    choice = page.locator('#facets input[name="level"]').first
    choice.scroll_into_view_if_needed()
    choice.focus()
    page.locator("#facets").evaluate("panel => { panel.scrollTop = panel.scrollHeight; }")
    place = page.locator("#facets").evaluate("panel => panel.scrollTop")
    assert place > 0
    with page.expect_response(lambda response: "/search/" in response.url):
        page.keyboard.press("Space")
    expect(page.locator('#facets input[name="level"]').first).to_be_checked()
    expect(page.locator('#facets input[name="level"]').first).to_be_focused()
    expect(rating).to_have_attribute("open", "")
    expect(page.locator('#facets [data-fold="category"]')).not_to_have_attribute("open", "")
    # Shorter by the options that lead nowhere now, it may end earlier.
    now, end = page.locator("#facets").evaluate("panel => [panel.scrollTop, panel.scrollHeight - panel.clientHeight]")
    assert abs(now - min(place, end)) < 2


def test_a_marketer_adds_an_attribute_with_its_options(person) -> None:
    marketer = person("marketer", size="desktop")
    marketer.log_in("marketer@jiangji.example")
    page = marketer.visit("/admin/snippets/gigs/gigcategory/?q=exam-preparation")
    page.get_by_role("link", name="考试备考").first.click()
    page.wait_for_load_state()  # Wagtail's scripts answer the button
    page.locator("#id_attributes-ADD").click()
    row = int(page.locator("#id_attributes-TOTAL_FORMS").input_value()) - 1
    key = f"subject-{time.time_ns() // 1000}"
    for name, value in {"name": "科目", "name_en": "Subject", "key": key}.items():
        page.fill(f"[name=attributes-{row}-{name}]", value)
    for place, (name, name_en, own) in enumerate([("数学", "Maths", "maths"), ("英语", "English", "english")]):
        page.locator(f"#id_attributes-{row}-options-ADD").click()
        for field, value in {"name": name, "name_en": name_en, "key": own}.items():
            page.fill(f"[name=attributes-{row}-options-{place}-{field}]", value)
    with page.expect_navigation():
        page.get_by_role("button", name="保存").first.click()
    page.goto(f"{marketer.stack.address}/admin/snippets/gigs/gigcategory/?q=exam-preparation")
    page.get_by_role("link", name="考试备考").first.click()
    expect(page.locator(f"[name=attributes-{row}-key]")).to_have_value(key)
    expect(page.locator(f"[name=attributes-{row}-options-1-key]")).to_have_value("english")
    marketer.snap("category")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_options_of_an_attribute_add_and_attributes_narrow_and_a_chip_takes_one_back(person, size) -> None:
    buyer = person(f"buyer-{size}", size=size)
    in_sheet = size == "phone"
    page = buyer.visit("/search/?category=design")
    all_of_them = total(page)
    ai, pdf = count(page, "file-formats:ai"), count(page, "file-formats:pdf")
    assert 0 < ai < all_of_them

    choose(page, "file-formats:ai", in_sheet=in_sheet)
    expect(page.locator("#search-results h1 [role=status]")).to_contain_text(f"{ai}")
    assert count(page, "file-formats:pdf") == pdf  # its own attribute does not narrow it
    choose(page, "file-formats:pdf", in_sheet=in_sheet)
    either = total(page)
    assert max(ai, pdf) <= either <= ai + pdf

    with_trade = count(page, "trade:business")
    assert with_trade < either
    choose(page, "trade:business", in_sheet=in_sheet)
    expect(page.locator("#search-results h1 [role=status]")).to_contain_text(f"{with_trade}")
    assert total(page) == page.locator("#search-results .results > *").count() == with_trade
    expect(page).to_have_url(
        re.compile(r"\?category=design&attr=file-formats:ai&attr=file-formats:pdf&attr=trade:business$")
    )
    buyer.snap("01 chosen")

    only_ai = page.locator(".chip", has_text="源文件格式：PDF")
    with page.expect_response(lambda response: "/search/" in response.url):
        only_ai.click()
    expect(page.locator(".chip", has_text="源文件格式：PDF")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?category=design&attr=file-formats:ai&attr=trade:business$"))
    assert total(page) <= with_trade
    # The address is all there is to it: somebody else opens it and sees the same.
    shown = total(page)
    page.reload()
    assert total(page) == shown
    expect(page.locator('#facets input[value="file-formats:ai"]')).to_be_checked()
    buyer.snap("02 one taken back")

    page = buyer.visit("/design/")
    buyer.snap("03 category page")
    link = page.locator(".cat-attributes a", has_text="PPTX")
    expected = int(link.locator(".count").inner_text())
    link.click()
    expect(page).to_have_url(re.compile(r"/search/\?category=design&attr=file-formats:pptx$"))
    assert total(page) == expected
