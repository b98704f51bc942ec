"""WeChat, QQ and Weibo in a real browser, with the identity sandbox in their place."""

import secrets

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

IN_WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Mobile MicroMessenger/8.0.49(0x18003137) NetType/WIFI"
WAYS = "/accounts/3rdparty/"


def new_name(kind: str) -> str:
    """Somebody who has never been here: the demo's database stays from run to run."""
    return f"{kind}{secrets.token_hex(3)}"


def new_phone() -> str:
    return f"139{secrets.randbelow(10**8):08d}"


def agree(page: Page, name: str) -> None:
    """On the sandbox's screen: this is me, and yes."""
    page.wait_for_url("**/identity/**")
    page.fill("[name=nickname]", name)
    page.click("button[value=agree]")


def come_by(somebody, button: str, name: str) -> Page:
    page = somebody.visit("/accounts/login/")
    page.get_by_role("button", name=button, exact=True).click()
    agree(page, name)
    return page


def open_account(somebody, button: str, name: str) -> None:
    """The first time: the completion page, consent, the code."""
    page = come_by(somebody, button, name)
    page.wait_for_url("**/3rdparty/signup/")
    somebody.snap("completion")
    expect(page.locator("[name=display_name]")).to_have_value(name)
    expect(page.locator("[name=consent]")).not_to_be_checked()
    phone = new_phone()
    page.fill("[name=phone]", phone)
    page.check("[name=consent]")
    page.click("main form:has([name=consent]) button[type=submit]")
    page.wait_for_url("**/phone/verify/")
    somebody.snap("code")
    page.fill("main [name=code]", somebody.code_sent_to(phone))
    page.click("main form:has([name=code]) button[type=submit]")
    page.wait_for_url(lambda url: "/accounts/" not in url)


def who_is_in(somebody) -> str:
    """The name on one's own profile page."""
    page = somebody.visit("/settings/")
    return page.input_value("main [name=display_name]")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_somebody_opens_an_account_with_wechat_and_comes_back_on_the_computer_and_inside_wechat(person, size) -> None:
    name = new_name("小满")
    first = person("first", size=size)
    first.visit("/accounts/signup/")
    first.snap("sign up")
    page = first.visit("/accounts/login/")
    first.snap("log in")
    page.get_by_role("button", name="微信", exact=True).click()
    page.wait_for_url("**/identity/weixin/connect/qrconnect**")
    first.snap("the phones screen")
    open_account(first, "微信", name)
    assert who_is_in(first) == name

    second = person("second", size=size)
    come_by(second, "微信", name).wait_for_url(lambda url: "/accounts/" not in url and "/identity/" not in url)
    assert who_is_in(second) == name

    inside = person("inside", user_agent=IN_WECHAT)
    page = inside.visit("/accounts/login/")
    page.get_by_role("button", name="微信", exact=True).click()
    page.wait_for_url("**/identity/weixin/connect/oauth2/authorize**")
    agree(page, name)
    page.wait_for_url(lambda url: "/accounts/" not in url and "/identity/" not in url)
    assert who_is_in(inside) == name


@pytest.mark.parametrize("button", ["QQ", "微博"])
def test_an_account_opens_with_qq_or_weibo_and_the_next_time_nothing_is_asked(person, button) -> None:
    name = new_name("周野")
    open_account(person("first"), button, name)
    second = person("second")
    come_by(second, button, name).wait_for_url(lambda url: "/accounts/" not in url and "/identity/" not in url)
    assert who_is_in(second) == name


@pytest.mark.parametrize("button", ["微信", "QQ", "微博"])
def test_who_says_no_finds_another_way(person, button) -> None:
    shy = person("shy")
    page = shy.visit("/accounts/login/")
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url("**/identity/**")
    page.click("button[value=refuse]")
    page.wait_for_url("**/login/cancelled/")
    shy.snap("refused")
    page.get_by_role("link", name="换一种方式").click()
    page.wait_for_url("**/accounts/login/")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_somebody_links_qq_logs_in_with_it_and_unlinks_it(person, size) -> None:
    wechat_name, qq_name = new_name("小满"), new_name("满满")
    first = person("first", size=size)
    open_account(first, "微信", wechat_name)
    page = first.visit("/accounts/phone/change/")
    if size == "phone":
        page.locator("summary:has-text('全部设置')").click()
    page.get_by_role("link", name="登录方式", exact=True).click()
    page.wait_for_url(f"**{WAYS}")
    page.get_by_role("button", name="关联QQ", exact=True).click()
    agree(page, qq_name)
    page.wait_for_url(f"**{WAYS}")
    expect(page.locator(".ways")).to_contain_text(qq_name)
    first.snap("linked")

    second = person("second", size=size)
    come_by(second, "QQ", qq_name).wait_for_url(lambda url: "/accounts/" not in url and "/identity/" not in url)
    assert who_is_in(second) == wechat_name

    page = first.visit(WAYS)
    page.get_by_role("button", name="解除QQ关联", exact=True).click()
    expect(page.get_by_role("button", name="关联QQ", exact=True)).to_be_visible()
    first.snap("unlinked")
    stranger = person("stranger", size=size)
    come_by(stranger, "QQ", qq_name).wait_for_url("**/3rdparty/signup/")
