"""Somebody who looks for a designer by file format and industry, at a desk and on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def total(page: Page) -> int:
    return int(re.search(r"\d+", page.locator("#search-results h1 [role=status]").inner_text())[0])


def option(page: Page, token: str):
    return page.locator(f'#facets label:has(input[value="{token}"])')


def count(page: Page, token: str) -> int:
    return int(option(page, token).locator(".count").inner_text())


def choose(page: Page, *tokens: str, in_sheet: bool) -> None:
    """As people do it: at a desk each tick answers at once, on a phone the button of the sheet does."""
    if in_sheet:
        page.get_by_role("button", name="筛选").first.click()
    for token in tokens:
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
