"""The search box by keyboard, by thumb and without script; a search that is kept and brings news."""

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

# A service as a moderator's yes leaves it, and the job that the clockwork runs every five minutes.
_PUBLISH_AND_LOOK = """
import itertools, time
from marketplace.accounts.models import User
from marketplace.discovery.tasks import catch_up, watch_saved_searches
from marketplace.gigs.models import GigCategory
from tests import factories
factories._sequence = itertools.count(int(time.time()))
seller = User.objects.get(email="seller@jiangji.example")
factories.make_gig(seller=seller, category=GigCategory.objects.filter(parent__isnull=False).first(), title="{title}")
catch_up()
print(watch_saved_searches())
"""
_WITHDRAW = """
from marketplace.gigs import services
from marketplace.gigs.models import Gig
for gig in Gig.objects.filter(title="{title}"):
    services.archive_gig(gig_id=gig.pk, seller=gig.seller)
"""


def box(page: Page):
    return page.locator(".header input[role=combobox]")


def options(page: Page):
    return page.locator("#header-suggestions [role=option]")


def type_into(page: Page, text: str) -> None:
    with page.expect_response(lambda response: "/search/suggest/" in response.url and f"q={text}" in response.url):
        box(page).press_sequentially(text, delay=20)
    # The answer has come; htmx marks the field until its list stands on the page, and a key before that meets the old list.
    expect(box(page)).not_to_have_class(re.compile("htmx-request"))


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_first_letters_lead_to_a_search_by_keyboard_alone(person, size) -> None:
    somebody = person(f"guest-{size}", size=size)
    page = somebody.visit("/search/")
    box(page).focus()
    type_into(page, "xcx")
    expect(options(page).first).to_be_visible()
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    expect(options(page).first.locator("mark")).to_have_text("小程序")
    somebody.snap(f"offered {size}")
    assert options(page).first.bounding_box()["height"] >= 24
    page.keyboard.press("ArrowUp")  # past the beginning stands the end
    expect(options(page).last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#header-suggestions [aria-selected=true]")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    assert box(page).get_attribute("aria-activedescendant") == options(page).first.get_attribute("id")
    page.keyboard.press("Escape")
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    expect(box(page)).to_have_value("xcx")
    page.keyboard.press("ArrowDown")  # opens it again
    page.keyboard.press("ArrowDown")
    text = options(page).first.locator(".grow").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search/\?q="))
    expect(box(page)).to_have_value(text)


def test_the_keys_of_an_input_method_stay_its_own(person) -> None:
    page = person("guest").visit("/search/")
    box(page).focus()
    type_into(page, "xcx")
    page.keyboard.press("ArrowDown")
    before = page.url
    for key in ("ArrowDown", "Enter", "Escape"):
        box(page).dispatch_event("keydown", {"key": key, "isComposing": True, "bubbles": True, "cancelable": True})
        box(page).dispatch_event("keydown", {"key": key, "keyCode": 229, "bubbles": True, "cancelable": True})
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    assert page.url == before


def test_a_thumb_chooses_and_without_script_the_box_is_a_plain_search(person) -> None:
    page = person("thumb").visit("/search/")
    box(page).tap()
    type_into(page, "logo")
    options(page).first.tap()
    page.wait_for_url(lambda url: not url.endswith("/search/"))
    plain = person("plain", script=False).visit("/search/")
    plain.locator(".header input[name=q]").fill("海报")
    plain.locator(".header input[name=q]").press("Enter")
    expect(plain.locator("h1")).to_contain_text("海报")


def test_what_was_typed_is_cleared_by_a_thumb_and_the_keyboard_stays(person) -> None:
    somebody = person("thumb")
    page = somebody.visit("/search/?q=海报")
    clear = page.get_by_role("button", name="清空", exact=True).and_(page.locator("[data-clear]"))
    expect(clear).to_be_visible()
    place = clear.bounding_box()
    assert min(place["width"], place["height"]) >= 44
    box(page).tap()
    page.keyboard.press("Control+a")
    type_into(page, "xcx")
    expect(options(page).first).to_be_visible()
    somebody.snap("something to clear")
    clear.tap()
    expect(box(page)).to_have_value("")
    expect(box(page)).to_be_focused()
    expect(clear).to_be_hidden()
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    box(page).press_sequentially("x")
    expect(clear).to_be_visible()
    # At a desk the button that searches stands there, and without script it could do nothing.
    expect(person("desk", size="desktop").visit("/search/?q=海报").locator("[data-clear]")).to_be_hidden()
    expect(person("plain", script=False).visit("/search/?q=海报").locator("[data-clear]")).to_be_hidden()


def test_a_search_is_kept_and_tells_of_what_is_published(person) -> None:
    word = f"寻{secrets.token_hex(4)}"
    title = f"{word} 水墨长卷"
    buyer = person("buyer")
    buyer.log_in("buyer@jiangji.example")
    page = buyer.visit(f"/search/?q={word}")
    page.locator(".save-search > summary").click()
    page.select_option("#save-search-alerts", "at_once")
    buyer.snap("save a search")
    page.click(".save-search__form button[type=submit]")
    expect(page.locator(".toast")).to_contain_text(word)
    try:
        ran = buyer.stack.manage("shell", "-c", _PUBLISH_AND_LOOK.format(title=title))
        assert ran.returncode == 0, ran.stderr
        buyer.visit("/notifications/")
        line = page.locator("main a", has_text=word).first
        expect(line).to_be_visible()
        buyer.snap("told of it")
        buyer.visit("/search/saved/")
        row = page.locator(".own-search", has_text=word)
        expect(row).to_contain_text("1项新服务")
        buyer.snap("saved searches")
        row.locator(".own-search__name").click()
        expect(page.locator("#search-results")).to_contain_text(title)
        buyer.visit("/search/saved/")
        expect(row).to_contain_text("暂无新服务")
        row.locator("summary").click()
        buyer.snap("change a search")
        row.locator("button", has_text="取消关注").click()
        expect(page.locator(".own-search", has_text=word)).to_have_count(0)
    finally:
        buyer.stack.manage("shell", "-c", _WITHDRAW.format(title=title))


def test_own_searches_stand_in_the_box_before_anything_is_typed_and_go_when_told(person) -> None:
    buyer = person("buyer")
    buyer.log_in("buyer@jiangji.example")
    page = buyer.visit("/settings/searches/")
    agree = page.locator("main button", has_text="开启搜索记录")
    if agree.count():
        buyer.snap("not kept")
        agree.click()
        page.wait_for_url(re.compile("/settings/privacy/"))
    word = f"记{secrets.token_hex(3)}"
    buyer.visit(f"/search/?q={word}")
    buyer.visit("/search/")
    box(page).focus()
    first = options(page).first
    expect(first).to_contain_text(word)
    buyer.snap("own searches")
    page.keyboard.press("ArrowDown")
    with page.expect_response(lambda response: "/searches/forget/" in response.url) as answer:
        page.keyboard.press("Shift+Delete")
    assert answer.value.status == 204
    expect(page.locator("#header-suggestions", has_text=word)).to_have_count(0)
    buyer.visit(f"/search/?q={word}")
    # A search is written down once its page has left: the list may be asked for a moment too early.
    for _look in range(20):
        buyer.visit("/settings/searches/")
        if page.locator("li", has_text=word).count():
            break
        page.wait_for_timeout(500)
    buyer.snap("history")
    page.locator("li", has_text=word).locator("button").click()
    expect(page.locator("main li", has_text=word)).to_have_count(0)
