"""The page of a service as buyers meet it: on a phone, on a wide screen, inside WeChat, and without script."""

import json
import re
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.accounts.conftest import IN_WECHAT
from tests.e2e.conftest import DEMO_PASSWORD, until

pytestmark = pytest.mark.browser

BUYER = "buyer@jiangji.example"


def busiest(somebody) -> str:
    """The demo's most reviewed service: the one with more reviews than a page shows."""
    page = somebody.visit("/search/?q=logo")
    for path in dict.fromkeys(page.locator("a.gig__link").evaluate_all("links => links.map(link => link.pathname)")):
        page = somebody.visit(path)
        if page.locator("#reviews a.button").count() and page.locator(".thumbs a").count() > 1:
            return path
    raise AssertionError("the demo has no service with more than ten reviews and two pictures")


def layout_shift(page: Page) -> float:
    return page.evaluate(
        """() => new Promise((tell) => {
            let sum = 0;
            new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
            }).observe({ type: "layout-shift", buffered: true });
            setTimeout(() => tell(sum), 300);
        })"""
    )


def test_works_are_leafed_through_and_seen_in_full_by_thumb(person) -> None:
    buyer = person("buyer")
    page = buyer.visit(busiest(buyer))
    expect(page.locator("[data-gallery-count]")).to_have_text(re.compile(r"^1 / \d$"))
    page.locator("[data-gallery]").evaluate("gallery => gallery.scrollTo(gallery.clientWidth, 0)")
    expect(page.locator("[data-gallery-count]")).to_have_text(re.compile(r"^2 / \d$"))
    expect(page.locator(".thumbs a").nth(1)).to_have_attribute("aria-current", "true")
    page.locator("#shot-2 a").click()
    lightbox = page.get_by_role("dialog", name="作品大图")
    expect(lightbox.locator("img")).to_be_visible()
    buyer.snap("01 in full")
    lightbox.get_by_role("button", name="关闭").click()
    expect(lightbox).to_be_hidden()
    small = page.locator("main a.button:visible, main button:visible, main summary:visible").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML.slice(0, 120))"
    )
    assert small == []
    assert layout_shift(page) < 0.1
    buyer.snap("02 page")


def test_the_page_is_worked_by_keyboard_and_reviews_change_in_place(person) -> None:
    buyer = person("buyer", size="desktop")
    path = busiest(buyer)
    requests: list[str] = []
    buyer.page.on("request", lambda request: requests.append(request.url))
    page = buyer.visit(path)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()

    page.locator("[data-gallery]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-gallery-count]")).to_have_text(re.compile(r"^2 / \d$"))
    page.locator("#shot-2 a").focus()
    page.keyboard.press("Enter")
    lightbox = page.get_by_role("dialog", name="作品大图")
    count = lightbox.locator("[data-lightbox-count]")
    expect(count).to_have_text(re.compile(r"^2 / \d$"))
    page.keyboard.press("ArrowLeft")
    expect(count).to_have_text(re.compile(r"^1 / \d$"))
    page.keyboard.press("Escape")
    expect(lightbox).to_be_hidden()
    expect(page.locator("#shot-1 a")).to_be_focused()

    # What one asks for oneself moves the page when it comes, however late: before that, nothing has.
    assert layout_shift(page) < 0.1

    # More reviews, then those with five stars: no page is loaded for either.
    shown = page.locator("#reviews article")
    expect(shown).to_have_count(10)
    page.locator("#reviews").get_by_role("link", name="更多评价").click()
    expect(shown.nth(10)).to_be_visible()
    chip = page.locator("#reviews .chip", has_text="5星")
    chip.click()
    expect(page.locator("#reviews .chip[aria-current=true]")).to_contain_text("5星")
    assert "review_stars=5" in page.url
    assert set(shown.locator(".stars").evaluate_all("all => all.map(one => one.value)")) == {5}
    assert [url for url in requests if url.split("?")[0].endswith(path)] == [buyer.stack.address + path]

    # The radios of the box, and its button.
    box = page.locator(".split__side form.order-box")
    box.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowLeft")
    chosen = box.locator("input:checked").get_attribute("value")
    expect(box.locator(f"[data-pane='{chosen}']")).to_be_visible()
    buyer.snap("01 page")
    assert {url.split("/")[2] for url in requests} == {buyer.stack.address.split("/")[2]}


def test_somebody_shares_and_somebody_reports(person) -> None:
    buyer = person("buyer", size="desktop")
    path = busiest(buyer)
    buyer.log_in(BUYER)
    page = buyer.visit(path)
    acts = page.locator(".split__side .acts")
    acts.get_by_text("分享", exact=True).click()
    assert acts.get_by_label("这项服务的链接").input_value().endswith(path)
    with urlopen(buyer.stack.address + acts.get_by_role("link", name="带二维码的海报").get_attribute("href")) as poster:
        assert poster.headers["Content-Type"] == "image/png"
    buyer.snap("01 share")
    page.keyboard.press("Escape")
    acts.get_by_role("link", name="举报").click()
    told, send = page.get_by_text("你已经举报过"), page.get_by_role("button", name="提交举报")
    expect(told.or_(send)).to_be_visible()
    if send.count():  # the stack keeps its data: once is enough
        page.get_by_label("抄袭").check()
        page.get_by_label("补充说明").fill("第二张图是别人的作品。")
        buyer.snap("02 report")
        send.click()
        expect(page.get_by_text("处理结果会通知你")).to_be_visible()
        page = buyer.visit(page.url.replace(buyer.stack.address, ""))
        page.locator(".split__side .acts").get_by_role("link", name="举报").click()
    expect(told).to_be_visible()


def test_inside_wechat_the_link_gets_its_card(person) -> None:
    reader = person("reader", user_agent=IN_WECHAT)
    page = reader.visit(busiest(reader))

    def has_card() -> bool:
        # Playwright's own waiting runs inside the page, as eval, which the CSP forbids.
        for _look in range(10):
            if page.evaluate("window.wx?.shared?.updateTimelineShareData"):
                return True
            page.wait_for_timeout(200)
        page.reload()  # no ticket just then: such a page is whole, without a card
        return False

    until(page, has_card, "WeChat's script to be told the card")
    asked, shared = page.evaluate("[window.wx.asked, window.wx.shared.updateAppMessageShareData]")
    assert shared["title"] == page.locator("h1").inner_text()
    assert shared["link"] in page.url or page.url.endswith(shared["link"].split("/", 3)[3])
    query = {"url": page.url.split("#")[0], "appId": asked["appId"], "timestamp": asked["timestamp"]}
    query |= {"nonceStr": asked["nonceStr"], "signature": asked["signature"]}
    with urlopen(f"{reader.stack.sandbox}/identity/weixin/open/js/check?{urlencode(query)}") as answer:
        assert json.load(answer)["errMsg"] == "config:ok"


def test_without_script_a_package_is_chosen_and_an_add_on_ticked_and_reviews_are_read(person) -> None:
    buyer = person("buyer", script=False)
    path = busiest(buyer)
    buyer.log_in(BUYER)
    page = buyer.visit(path)
    # Pictures: anchors and files.
    page.locator(".thumbs a").nth(1).click()
    expect(page.locator("#shot-2 img").last).to_be_in_viewport()
    assert page.locator("#shot-1 a").get_attribute("href").endswith((".webp", ".avif", ".png", ".jpg"))
    # Sharing: the link stands there.
    page.locator("header .acts summary").click()
    assert page.locator("header .acts").get_by_label("这项服务的链接").input_value().endswith(path)
    # Reviews: the next page, and back.
    first = page.locator("#reviews article").first.inner_text()
    page.locator("#reviews").get_by_role("link", name="更多评价").click()
    expect(page.get_by_role("link", name="回到最新评价")).to_be_visible()
    assert page.locator("#reviews article").first.inner_text() != first
    page.locator("#reviews .chip", has_text="5星").click()
    page.wait_for_url(re.compile("review_stars=5"))
    assert set(page.locator("#reviews .review > .person .stars").evaluate_all("all => all.map(one => one.value)")) == {
        5
    }
    # The order.
    box = page.locator("#order-phone")
    box.locator("[value='1']").check(force=True)
    expect(box.locator("[data-pane='1']")).to_be_visible()
    expect(box.locator("[data-pane='2']")).to_be_hidden()
    buyer.snap("01 without script")
    page.locator(".actions-bar button.button--primary").click()
    page.wait_for_url(re.compile("/checkout/"))
    extra = page.locator("main input[type=checkbox][name=extras]").first
    if extra.count():
        extra.check()
        page.get_by_role("button", name="计算金额").click()  # nobody pays another sum than the one that was seen
        expect(extra).to_be_checked()
    page.locator(".actions-bar button[type=submit][form=checkout]").click()
    page.wait_for_url(lambda url: "/checkout/" not in url)


def test_who_presses_the_edge_of_the_share_menu_keeps_it_open(person) -> None:
    """The focus goes to what stands around the menu then; that closed it, and Chromium's tab died of it."""
    buyer = person("buyer")
    page = buyer.visit(busiest(buyer))
    crashes: list[Page] = []
    page.on("crash", lambda dead: crashes.append(dead))
    menu = page.locator("details.share:visible").first
    menu.locator("summary").click()
    edge = menu.locator(".share__panel").bounding_box()
    assert edge is not None
    page.mouse.click(edge["x"] + 6, edge["y"] + edge["height"] - 6)
    expect(menu).to_have_attribute("open", "")
    page.mouse.click(5, 5)
    expect(menu).not_to_have_attribute("open", "")
    assert crashes == []


def log_in_here(page: Page) -> None:
    page.fill("main [name=login]", BUYER)
    page.fill("main [name=password]", DEMO_PASSWORD)
    page.click("main form:has([name=password]) button[type=submit]")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def test_a_heart_pressed_before_logging_in_is_kept_once_one_is(person) -> None:
    visitor = person("visitor")
    page = visitor.visit("/search/?q=logo")
    titles = page.locator(".gig__link").all_inner_texts()
    buyer = person("buyer")
    buyer.log_in(BUYER)
    hearts = buyer.visit("/search/?q=logo").locator(".gig button[formaction$='/favourite/']")
    place = hearts.evaluate_all("all => all.findIndex(one => one.ariaPressed === 'false')")
    page.locator(".gig").nth(place).get_by_role("link", name="登录后收藏").click()
    expect(page.get_by_text(f"登录后即收藏“{titles[place]}”")).to_be_visible()
    visitor.snap("01 asked")
    log_in_here(page)
    page.wait_for_url("**/search/?q=logo")
    heart = page.get_by_role("button", name=f"收藏“{titles[place]}”")
    expect(heart).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text(f"已收藏“{titles[place]}”")).to_be_visible()
    visitor.snap("02 kept")
    heart.click()  # as it was before
    expect(heart).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(heart).to_have_attribute("aria-pressed", "false")
