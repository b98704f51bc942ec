"""The search page from the first letter to a search that is kept, at a desk, on a phone and without script."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import until

pytestmark = pytest.mark.browser

SHEET = "#facets:popover-open"


def total(page: Page) -> int:
    return int(re.search(r"\d+", page.locator("#search-results h1 [role=status]").inner_text())[0])


def answered(page: Page):
    return page.expect_response(lambda response: re.search(r"/search/\?", response.url) is not None)


def open_sheet(page: Page) -> None:
    page.get_by_role("button", name="筛选").first.click()
    expect(page.locator(SHEET)).to_be_visible()


def filter_button(page: Page):
    return page.locator(".sortbar [popovertarget=facets]")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_from_the_first_letter_to_a_search_that_is_kept(person, size) -> None:
    buyer = person(f"buyer-{size}", size=size)
    buyer.log_in("buyer@jiangji.example")
    page = buyer.visit("/search/")
    buyer.snap("01 all")
    box = page.locator(".header input[role=combobox]")
    box.focus()
    with page.expect_response(lambda response: "/search/suggest/" in response.url and "q=logo" in response.url):
        box.press_sequentially("logo", delay=20)
    expect(page.locator("#header-suggestions [role=option]").first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")  # what was typed, not what was offered
    page.wait_for_url(re.compile(r"/search/\?q=logo$"))
    everything = total(page)
    assert everything > 0
    buyer.snap("02 results")

    # A filter: the sheet on a phone says beforehand what there will be.
    price = page.locator("#facets [name=price_max]")
    if size == "phone":
        open_sheet(page)
        before = page.locator("#facets [data-count]").inner_text()
        with page.expect_response(lambda response: "/search/count/" in response.url):
            price.fill("500")
        until(page, lambda: page.locator("#facets [data-count]").inner_text() != before, "another count")
        promised = int(re.search(r"\d+", page.locator("#facets [data-count]").inner_text())[0])
        buyer.snap("03 sheet")
        with answered(page):
            page.locator("#facets [data-count]").click()
        expect(page.locator(SHEET)).to_have_count(0)
    else:
        with answered(page):
            price.fill("500")
            price.press("Tab")
        promised = None
    page.wait_for_url(re.compile(r"price_max=500"))
    fewer = total(page)
    assert 0 < fewer < everything
    assert promised in (None, fewer)
    chip = page.locator(".result-head .chip", has_text="500")
    expect(chip).to_be_visible()
    buyer.snap("04 narrowed")

    with answered(page):
        chip.click()
    page.wait_for_url(re.compile(r"/search/\?q=logo$"))
    expect(page.locator(".result-head .chip")).to_have_count(0)
    assert total(page) == everything

    # Back is the page with the condition, forward the one without, and each as it was.
    page.go_back()
    page.wait_for_url(re.compile(r"price_max=500"))
    expect(page.locator(".result-head .chip", has_text="500")).to_be_visible()
    assert total(page) == fewer

    page.locator(".save-search > summary").click()
    page.locator("#save-search-name").fill(f"五百元以内的标志 {size}")
    buyer.snap("05 keep it")
    page.click(".save-search__form button[type=submit]")
    expect(page.locator(".toast")).to_contain_text("五百元以内的标志")
    buyer.visit("/search/saved/")
    row = page.locator(".own-search", has_text=f"五百元以内的标志 {size}")
    row.locator(".own-search__name").click()
    page.wait_for_url(re.compile(r"q=logo&price_max=500"))
    assert total(page) == fewer
    buyer.visit("/search/saved/")
    row.locator("summary").click()
    row.locator("button", has_text="取消关注").click()
    expect(row).to_have_count(0)


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_more_comes_below_and_who_comes_back_is_where_they_were(person, size) -> None:
    guest = person(f"guest-{size}", size=size)
    page = guest.visit("/search/")
    cards = page.locator("#cards > .gig")
    first = cards.count()
    assert total(page) > first
    with page.expect_response(lambda response: "through=2" in response.url):
        page.locator("[data-more]").scroll_into_view_if_needed()
    until(page, lambda: cards.count() > first, "the second page")
    links = page.locator("#cards .gig__link").evaluate_all("links => links.map(link => link.href)")
    assert len(links) == len(set(links))
    guest.snap("more")
    expect(page).to_have_url(re.compile(r"through=\d"))
    chosen = cards.nth(first).locator(".gig__link")
    title = chosen.inner_text()
    chosen.click()
    expect(page.locator("h1")).to_contain_text(title)
    page.go_back()
    expect(page.locator("#cards .gig__link", has_text=title).first).to_be_in_viewport()
    assert cards.count() > first


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_who_jumps_to_the_end_gets_one_page_more_and_sees_it(person, size) -> None:
    page = person(f"hasty-{size}", size=size).visit("/search/")
    cards = page.locator("#cards > .gig")
    first = cards.count()
    with page.expect_response(lambda response: "through=2" in response.url):
        page.keyboard.press("End")
    until(page, lambda: cards.count() > first, "the second page")
    # Where the foot of the page was stand the new ones, and the button for the third is out of reach again.
    expect(cards.nth(first)).to_be_attached()
    assert page.locator("[data-more]").evaluate("button => button.getBoundingClientRect().top > innerHeight")
    page.wait_for_timeout(1000)
    assert cards.count() == 2 * first


def test_the_keyboard_goes_on_where_it_was(person) -> None:
    page = person("keys", size="desktop").visit("/search/?price_max=900&days=7")
    page.locator(".sortbar .tabs a").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".sortbar .tabs a").nth(1)).to_have_attribute("aria-current", "true")
    expect(page.locator(".sortbar .tabs a").nth(1)).to_be_focused()
    page.locator(".result-head .chip").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".result-head .chip")).to_have_count(1)
    expect(page.locator(".result-head .chip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".result-head .chip")).to_have_count(0)
    expect(page.locator(".result-head h1")).to_be_focused()
    cards = page.locator("#cards > .gig")
    first = cards.count()
    page.locator("[data-more]").focus()  # which brings it near
    until(page, lambda: cards.count() > first, "the second page")
    expect(cards.nth(first).locator("a").first).to_be_focused()


def test_a_word_without_an_end_makes_no_page_wider_than_the_phone(person) -> None:
    page = person("long", size="phone").visit("/search/?q=" + "W" * 80)
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def test_head_and_foot_of_the_sheet_stay_where_they_are_and_hide_what_scrolls_beneath(person) -> None:
    guest = person("scrolling")
    page = guest.visit("/search/?q=logo")
    open_sheet(page)
    bottom = page.locator("#facets").evaluate("sheet => sheet.getBoundingClientRect().bottom")
    assert bottom == page.evaluate("innerHeight")
    for place in (0, 333, 99_999):
        page.locator("#facets").evaluate("(sheet, place) => { sheet.scrollTop = place; }", place)
        guest.snap(f"sheet at {place}")
        expect(page.locator("#facets .facets__head button")).to_be_in_viewport(ratio=1)
        # Whatever lies at an edge of the sheet is its head or its foot, out to both sides.
        at = "([x, y]) => document.elementFromPoint(x, y)?.closest('.facets__head, .facets__foot')?.className ?? ''"
        top = page.locator("#facets").evaluate("sheet => sheet.getBoundingClientRect().top")
        for x in (4, 180, 355):
            assert "facets__head" in page.evaluate(at, [x, top + 30])
            assert "facets__foot" in page.evaluate(at, [x, bottom - 2])
            assert "facets__foot" in page.evaluate(at, [x, bottom - 60])


def test_a_price_that_cannot_be_read_is_said_in_the_sheet_and_on_the_page(person) -> None:
    guest = person("wordy")
    page = guest.visit("/search/?q=logo")
    everything = total(page)
    open_sheet(page)
    price, note = page.locator("#facets [name=price_max]"), page.locator("#price-unread")
    expect(note).to_be_hidden()
    price.fill("便宜点")
    expect(note).to_be_in_viewport(ratio=1)
    expect(price).to_have_attribute("aria-invalid", "true")
    expect(price).to_have_accessible_description(re.compile("无法识别"))
    guest.snap("said in the sheet")
    with answered(page):
        page.locator("#facets [data-count]").click()
    expect(page.locator(".result-head .field__error")).to_contain_text("“便宜点”")
    assert total(page) == everything
    guest.snap("said on the page")
    open_sheet(page)
    expect(price).to_have_value("便宜点")
    with page.expect_response(lambda response: "/search/count/" in response.url):
        price.fill("￥５００元")
    expect(note).to_be_hidden()
    expect(price).not_to_have_attribute("aria-invalid", "true")
    with answered(page):
        page.locator("#facets [data-count]").click()
    page.wait_for_url(re.compile(r"price_max=500$"))
    expect(page.locator(".result-head .field__error")).to_have_count(0)
    assert 0 < total(page) < everything


def test_the_sheet_keeps_the_focus_and_gives_it_back(person) -> None:
    guest = person("thumb")
    page = guest.visit("/search/?q=logo")
    open_sheet(page)
    # Where a screen reader and a keyboard are: in the sheet, at its beginning, and nowhere else.
    expect(page.get_by_role("dialog", name="筛选")).to_be_visible()
    expect(page.locator("#facets [autofocus]")).to_be_focused()
    outside = "document.activeElement !== document.body && !document.activeElement.closest('#facets')"
    for _press in range(60):
        page.keyboard.press("Tab")
        assert not page.evaluate(outside), page.evaluate("document.activeElement.outerHTML")
    page.keyboard.press("Escape")
    expect(page.locator(SHEET)).to_have_count(0)
    expect(filter_button(page)).to_be_focused()
    assert page.evaluate("document.querySelectorAll('[inert]').length") == 0

    # Enter in a field sends it; the page that comes is usable, and begins where one was.
    open_sheet(page)
    page.locator("#facets [name=price_max]").fill("500")
    with answered(page):
        page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"price_max=500"))
    expect(page.locator(SHEET)).to_have_count(0)
    expect(filter_button(page)).to_be_focused()
    assert page.evaluate("document.querySelectorAll('[inert]').length") == 0


def test_a_count_that_leads_nowhere_is_said_and_the_way_out_of_it_is_offered(person) -> None:
    guest = person("picky")
    page = guest.visit("/search/?q=logo")
    open_sheet(page)
    page.locator("#facets [name=price_min]").fill("900000")
    expect(page.locator("#facets [data-count]")).to_have_text(re.compile(r"看0项结果"))
    with answered(page):
        page.locator("#facets [data-count]").click()
    way = page.locator(".chip", has_text="去掉")
    expect(way.first).to_be_visible()
    guest.snap("nothing fits")
    with answered(page):
        way.first.click()
    until(page, lambda: total(page) > 0, "what there is without it")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_without_script_the_sheet_opens_filters_and_pages_work(person, size) -> None:
    plain = person(f"plain-{size}", size=size, script=False)
    page = plain.visit("/search/?q=logo")
    everything = total(page)
    if size == "phone":
        open_sheet(page)
        page.locator("#facets [name=price_max]").fill("500")
        page.locator("#facets [data-count]").click()
    else:
        page.locator("#facets [name=price_max]").fill("500")
        page.locator("#facets [data-without-script]").click()
    page.wait_for_url(re.compile(r"price_max=500"))
    assert 0 < total(page) < everything
    plain.snap("narrowed")
    page.locator(".result-head .chip", has_text="500").click()
    page.wait_for_url(lambda url: "price_max" not in url)
    assert total(page) == everything
    plain.visit("/search/?q=logo&price_max=便宜点")
    expect(page.locator("#facets [name=price_max]")).to_have_value("便宜点")
    expect(page.get_by_text(re.compile("无法识别")).filter(visible=True)).to_have_count(1)
    plain.visit("/search/")
    page.locator(".pages [rel=next]").click()
    page.wait_for_url(re.compile(r"page=2"))
    assert page.locator("#cards > .gig").count() > 0
    plain.snap("second page")


def test_a_wish_that_is_taken_away_goes_from_the_box_too(person) -> None:
    page = person("visitor").visit("/search/?q=logo+%E4%BE%BF%E5%AE%9C")
    box = page.locator(".header [name=q]")
    expect(box).to_have_value("logo 便宜")
    with answered(page):
        page.locator(".result-head .chip--on", has_text="偏低价").click()
    expect(box).to_have_value("logo")
    # What somebody is typing stays.
    page.goto(page.url + "+%E5%8A%A0%E6%80%A5")
    box.fill("海报")
    with answered(page):
        page.locator(".result-head .chip--on").first.click()
    expect(box).to_have_value("海报")
