"""A visitor on a phone, who is not logged in: takes the coupon of the campaign page, and sends its form."""

from playwright.sync_api import expect

PAGE = "/topics/year-end/"


def test_a_visitor_takes_a_coupon_and_sends_a_form(person) -> None:
    visitor = person("visitor")
    page = visitor.visit(PAGE)
    take = page.locator(".ticket__take")
    take.scroll_into_view_if_needed()
    take.locator("form button").click()
    expect(take.locator(".ticket__done")).to_be_visible()
    page.reload()
    page.locator(".ticket__take").scroll_into_view_if_needed()
    expect(page.locator(".ticket__done")).to_be_visible()

    card = page.locator(".form-card")
    card.scroll_into_view_if_needed()
    first = card.locator("input:visible").first
    first.fill("林小满")
    card.locator("input[type=email]").fill("lin@example.com")
    card.locator("textarea").fill("一家茶饮店，三周后开业，要标志、菜单和海报。")
    card.locator("button[type=submit]").click()
    expect(card.locator(".field--invalid")).to_have_count(1)  # without the consent
    card.locator("input[type=checkbox]").check()
    page.wait_for_timeout(3500)  # nobody reads a form faster
    card.locator("button[type=submit]").click()
    expect(card.locator(".note--safe")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    visitor.snap("sent")
