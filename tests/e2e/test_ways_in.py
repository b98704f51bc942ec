"""Every way in without a third party, on the running stack: number or address, password or code; and changing both."""

import time

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def _new_number() -> str:
    return f"139{time.time_ns() // 1000 % 10**8:08d}"  # another each time: the stack keeps its data


def _a_minute_passes(stack) -> None:
    """A number or mailbox gets one code a minute; the limits live in the cache."""
    done = stack.manage("shell", "-c", "from django.core.cache import cache; cache.clear()")
    assert done.returncode == 0, done.stderr


def _enter_code(person, recipient: str) -> None:
    person.page.fill("main [name=code]", person.code_sent_to(recipient))
    person.page.click("main form:has([name=code]) button[type=submit]")


def _sign_up(person, **fields: str) -> None:
    person.visit("/accounts/signup/")
    page = person.page
    if "email" in fields:
        page.click("main label:has([name=way][value=mail])")
    for name, value in fields.items():
        page.fill(f"main [name={name}]", value)
    page.check("main [name=consent]")
    page.click("main form:has([name=consent]) button[type=submit]")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_somebody_signs_up_with_a_number_and_no_password_and_returns_by_code(person, stack, size):
    visitor = person("visitor", size=size)
    number = _new_number()
    _sign_up(visitor, phone=number, display_name="林小满")
    resend = visitor.page.locator("main [data-cooldown]")
    expect(resend).to_be_disabled()
    expect(resend).to_contain_text("秒")
    visitor.snap("1 code of the sign-up")
    _enter_code(visitor, number)
    visitor.page.wait_for_url(lambda url: "/accounts/" not in url)

    _a_minute_passes(stack)
    again = person("again", size=size)
    again.visit("/accounts/login/")
    again.page.click("main a:has-text('验证码登录')")
    again.snap("2 log in by code")
    again.page.fill("main [name=phone]", number)
    again.page.click("main form:has([name=phone]) button[type=submit]")
    _enter_code(again, number)
    again.page.wait_for_url(lambda url: "/accounts/" not in url)
    again.visit("/settings/")
    expect(again.page.locator("main [name=display_name]")).to_have_value("林小满")


def test_somebody_signs_up_with_an_address_and_adds_then_changes_a_number(person, stack):
    somebody = person("somebody")
    page = somebody.page
    first, second = _new_number(), _new_number()
    mail = f"lin{first}@example.com"
    _sign_up(somebody, email=mail, display_name="林小满", password1="xi-hu-gui-hua-2026")
    _enter_code(somebody, mail)
    page.wait_for_url(lambda url: "/accounts/" not in url)

    # A first number opens the account from then on: the mailbox is asked first.
    _a_minute_passes(stack)
    somebody.visit("/accounts/phone/change/")
    somebody.snap("1 a first number")
    page.click("main a.button--primary")
    page.click("main button.button--primary")
    _enter_code(somebody, mail)
    page.fill("main [name=phone]", first)
    page.click("main form:has([name=phone]) button[type=submit]")
    _enter_code(somebody, first)
    page.wait_for_url(lambda url: "/phone/verify" not in url)
    somebody.visit("/accounts/phone/change/")
    expect(page.locator("main")).to_contain_text("已验证")

    # Another one: a code to the old, a code to the new, and the old one is told.
    _a_minute_passes(stack)
    somebody.snap("2 proved")
    page.fill("main [name=phone]", second)
    page.click("main form:has([name=phone]) button[type=submit]")
    _enter_code(somebody, second)
    page.wait_for_url(lambda url: "/phone/verify" not in url)
    somebody.visit("/dev/outbox/")
    told = page.locator("main")
    expect(told).to_contain_text(f"{second[:3]}****{second[-4:]}")


def test_a_password_and_a_new_password_by_mail(person, stack):
    owner = person("owner")
    page = owner.page
    mail = f"mo{time.time_ns()}@example.com"
    _sign_up(owner, email=mail, display_name="墨染", password1="xi-hu-gui-hua-2026")
    _enter_code(owner, mail)
    page.wait_for_url(lambda url: "/accounts/" not in url)

    elsewhere = person("elsewhere", size="desktop")
    elsewhere.visit("/accounts/password/reset/")
    elsewhere.page.fill("main [name=email]", mail)
    elsewhere.page.click("main form:has([name=email]) button[type=submit]")
    elsewhere.visit("/dev/outbox/")
    elsewhere.page.locator("main a[href*='/password/reset/key/']").first.click()
    elsewhere.snap("new password")
    elsewhere.page.fill("main [name=password1]", "ling-yin-si-de-zhong-7")
    if elsewhere.page.locator("main [name=password2]").count():
        elsewhere.page.fill("main [name=password2]", "ling-yin-si-de-zhong-7")
    elsewhere.page.click("main form:has([name=password1]) button[type=submit]")
    third = person("third")
    third.log_in(mail, "ling-yin-si-de-zhong-7")
    third.visit("/settings/")
    expect(third.page.locator("main [name=display_name]")).to_have_value("墨染")
