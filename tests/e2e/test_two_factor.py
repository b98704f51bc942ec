"""Second factors in a real browser: an app (its code computed here), a passkey (Chromium's own virtual one), devices."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.logins import code_from

pytestmark = pytest.mark.browser

PASSWORD = "xi-hu-gui-hua-2026"


def new_phone() -> str:
    """A new person each time: the stack keeps its data."""
    return f"139{time.time_ns() // 1000 % 10**8:08d}"


def secret_on(page: Page) -> str:
    return page.locator("#totp-key").inner_text()


def set_up_an_app(person) -> str:
    """On the page of second factors: to the app, its first code, the recovery codes. Returns the key."""
    page = person.page
    page.get_by_role("link", name="设置验证器应用").click()
    person.snap("set up an app")
    secret = secret_on(page)
    page.fill("main [name=code]", code_from(secret))
    page.get_by_role("button", name="开启两步验证").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("恢复码")
    person.snap("recovery codes")
    return secret


def log_out(person) -> None:
    person.visit("/accounts/logout/")
    with person.page.expect_navigation():
        person.page.locator("main").get_by_role("button", name="退出登录").click()


def by_password(person, phone: str) -> None:
    person.visit("/accounts/login/")
    person.page.fill("main [name=login]", phone)
    person.page.fill("main [name=password]", PASSWORD)
    person.page.click("main form:has([name=password]) button[type=submit]")


def add_virtual_authenticator(page: Page) -> None:
    """A telephone with a fingerprint reader, inside Chromium."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_with_an_app_the_password_is_followed_by_a_code_or_a_recovery_code(person, size) -> None:
    somebody, phone = person("app", size=size), new_phone()
    somebody.sign_up(phone, "林小满", PASSWORD)
    page = somebody.visit("/accounts/2fa/")
    somebody.snap("nothing set up")
    secret = set_up_an_app(somebody)
    with page.expect_download() as download:
        page.get_by_role("link", name="保存为文件").click()
    codes = download.value.path().read_text().split()
    assert len(codes) == 10
    page.get_by_role("link", name="我已保存好").click()
    expect(page.locator("main")).to_contain_text("剩余10个")
    somebody.snap("set up")

    log_out(somebody)
    by_password(somebody, phone)
    expect(page.get_by_role("heading", level=1)).to_have_text("第二步验证")
    somebody.snap("second step")
    page.fill("main [name=code]", "000000")
    page.locator("main").get_by_role("button", name="登录").click()
    expect(page.locator("main .field__error")).to_be_visible()
    somebody.visit("/settings/")
    expect(page).to_have_url(re.compile("/accounts/2fa/authenticate/"))  # the password alone opens nothing
    page.fill("main [name=code]", code_from(secret, steps=1))
    page.locator("main").get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)

    log_out(somebody)
    by_password(somebody, phone)
    page.fill("main [name=code]", codes[0])
    page.locator("main").get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    somebody.visit("/accounts/2fa/")
    expect(page.locator("main")).to_contain_text("剩余9个")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_passkey_is_made_and_logs_in_without_a_password(person, size) -> None:
    somebody, phone = person("passkey", size=size), new_phone()
    somebody.sign_up(phone, "林小满", PASSWORD)
    page = somebody.page
    add_virtual_authenticator(page)
    somebody.visit("/accounts/2fa/")
    page.get_by_role("link", name="添加通行密钥").click()
    somebody.snap("add")
    page.get_by_role("button", name="添加通行密钥").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("恢复码")
    somebody.visit("/accounts/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("可免密码登录")
    somebody.snap("passkeys")

    log_out(somebody)
    somebody.visit("/accounts/login/")
    somebody.snap("log in")
    page.get_by_role("button", name="用通行密钥登录").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    somebody.visit("/accounts/2fa/")
    expect(page.locator("main")).to_contain_text("1个通行密钥")

    log_out(somebody)
    by_password(somebody, phone)
    expect(page.get_by_role("heading", level=1)).to_have_text("第二步验证")
    somebody.snap("second step")
    page.get_by_role("button", name="用通行密钥").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


def test_who_cancels_the_passkey_is_told_so_and_stays(person) -> None:
    somebody = person("cancel")
    page = somebody.page
    add_virtual_authenticator(page)  # which knows no key of this site
    somebody.visit("/accounts/login/")
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.locator("[data-passkey-problem]")).to_be_visible()
    somebody.snap("no passkey here")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_staff_without_a_second_factor_set_one_up_and_arrive_in_the_admin(person, stack, size) -> None:
    removed = stack.manage("remove_second_factor", "marketer@jiangji.example")
    assert removed.returncode == 0, removed.stderr
    staff = person("staff", size=size)
    page = staff.visit("/admin/")
    page.fill("main [name=login]", "marketer@jiangji.example")
    page.fill("main [name=password]", "jiangji-demo-2026")
    page.click("main form:has([name=password]) button[type=submit]")
    expect(page.locator("main")).to_contain_text("进入后台需要两步验证")
    staff.snap("led to set up")
    set_up_an_app(staff)
    page.get_by_role("button", name="继续进入后台").click()
    expect(page).to_have_url(re.compile("/admin/$"))


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_another_device_is_signed_out(person, size) -> None:
    phone = new_phone()
    here, there = person("here", size=size), person("there", size="desktop")
    here.sign_up(phone, "林小满", PASSWORD)
    there.log_in(phone, PASSWORD)
    page = here.visit("/notifications/")
    expect(page.locator("main")).to_contain_text("你的账户在一台新设备上登录")
    page = here.visit("/accounts/sessions/")
    expect(page.locator("main")).to_contain_text("本设备")
    here.snap("devices")
    page.locator("main .factors").get_by_role("button", name="退出").click()
    expect(page.locator("main .factors > li")).to_have_count(1)
    here.snap("signed out")
    there.visit("/settings/")
    expect(there.page).to_have_url(re.compile("/accounts/login/"))
