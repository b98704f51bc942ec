"""A person takes their data along and closes the account; staff suspends somebody, who reads why."""

import json
import re
import zipfile
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Person

pytestmark = pytest.mark.browser
SELLER = "seller@jiangji.example"
# People of the demo whom no other browser test needs.
SUSPENDED = "buyer-100@jiangji.example"


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_seller_takes_everything_along(person: Callable[..., Person], size: str, tmp_path):
    seller = person(f"seller-{size}", size=size)
    seller.log_in(SELLER)
    page = seller.visit("/settings/privacy/")
    seller.snap("privacy")
    page.locator("#export").get_by_role("button").click()
    page.locator("#export progress").or_(page.locator("#export a")).first.wait_for()
    seller.snap("being put together")
    link = page.get_by_role("link", name="下载副本")
    link.wait_for(timeout=60_000)  # no reload: the part asks for itself
    seller.snap("ready")
    with page.expect_download() as download:
        link.click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert re.fullmatch(r"jiangji-\d{4}-\d\d-\d\d\.zip", path.name)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read("data/account.json"))[0]["email"] == SELLER
        assert json.loads(archive.read("data/orders.json"))
        assert json.loads(archive.read("data/ledger_entries.json"))
        assert any(name.startswith("files/portfolio/") for name in archive.namelist())


def test_closing_is_blocked_by_what_runs_and_named(person: Callable[..., Person]):
    seller = person("seller")
    seller.log_in(SELLER)
    page = seller.visit("/settings/privacy/close/")
    seller.snap("blocked")
    expect(page.get_by_role("heading", name="需要先了结这些事项")).to_be_visible()
    expect(page.get_by_role("button", name="注销我的账户")).to_have_count(0)
    page.locator("[aria-labelledby=blockers-heading] a").first.click()
    expect(page).not_to_have_url(re.compile("/close/"))


def test_somebody_new_blocks_a_seller_then_closes_and_changes_their_mind(person: Callable[..., Person]):
    guest = person("guest")
    email = sign_up(guest)
    page = guest.page
    # Somebody they want to hear nothing from.
    guest.visit("/search/?q=logo")
    page.locator(".gig a").first.click()
    page.locator("main a[href*='/u/']:visible").first.click()
    page.locator("details:has(form[action*='/block/']) summary").click()
    page.locator("form[action*='/block/'] button").click()
    expect(page.locator("#blocked-heading + ul li")).to_have_count(1)
    guest.snap("blocked people")
    page.get_by_role("button", name="取消屏蔽").click()
    expect(page.locator("#blocked-heading + ul li")).to_have_count(0)
    # The end, and back.
    guest.visit("/settings/privacy/close/")
    guest.snap("what goes and what stays")
    page.locator("[name=sure]").check()
    page.get_by_role("button", name="注销我的账户").click()
    expect(page.get_by_role("heading", name="账户正在注销")).to_be_visible()
    guest.snap("closing")
    guest.visit("/settings/privacy/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    guest.log_in(email)
    expect(page.get_by_text("账户注销已撤回")).to_be_visible()
    guest.visit("/settings/privacy/")
    expect(page.locator("h1")).to_have_text("隐私")


def test_staff_suspends_and_the_person_reads_why(person: Callable[..., Person]):
    victim = person("person")
    victim.log_in(SUSPENDED)
    moderator = person("moderator", size="desktop")
    moderator.log_in("moderator@jiangji.example")
    moderator.visit(f"/admin/people/?q={SUSPENDED}")
    moderator.page.locator("table.listing a").first.click()
    moderator.page.locator("#suspend_reason").wait_for()
    moderator.snap("a person")
    reason = "多次在聊天里要求站外付款"
    moderator.page.fill("#suspend_reason", reason)
    moderator.page.locator("form[action$='/suspend/'] button[type=submit]").click()
    expect(moderator.page.get_by_text("账户已暂停，并已退出登录")).to_be_visible()
    moderator.snap("suspended")

    victim.visit("/orders/")
    expect(victim.page).to_have_url(re.compile("/accounts/login/"))
    victim.page.fill("main [name=login]", SUSPENDED)
    victim.page.fill("main [name=password]", "jiangji-demo-2026")
    victim.page.click("main form:has([name=password]) button[type=submit]")
    expect(victim.page.get_by_text(reason)).to_be_visible()
    victim.snap("told why")
    victim.problems = [problem for problem in victim.problems if "403" not in problem]  # the answer itself

    moderator.page.fill("#lift_reason", "已沟通")
    moderator.page.locator("form[action$='/lift/'] button[type=submit]").click()
    expect(moderator.page.locator("#suspend_reason")).to_be_visible()
    victim.log_in(SUSPENDED)


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_support_sees_the_site_as_somebody_and_comes_back(person: Callable[..., Person], size: str):
    support = person(f"support-{size}", size=size)
    support.log_in("support@jiangji.example")
    page = support.visit("/admin/people/?q=seller@jiangji.example")
    support.snap("people")
    page.locator("table.listing a").first.click()
    page.locator("form[action$='/view-as/'] button").wait_for()
    support.snap("a person")
    page.locator("form[action$='/view-as/'] button").click()
    expect(page.locator(".viewing")).to_be_visible()
    support.visit("/orders/")
    support.snap("looking")
    support.visit("/wallet/")
    expect(page.get_by_role("heading", name="当前只能查看")).to_be_visible()
    support.snap("closed")
    page.locator(".viewing button").click()
    expect(page).to_have_url(re.compile(r"/admin/people/\d+/"))
    support.problems = [problem for problem in support.problems if "403" not in problem]


def sign_up(guest: Person) -> str:
    """Sign up by address and code, read from the demo's outbox; returns the address."""
    email = f"privacy-{uuid4().hex[:10]}@example.com"
    page = guest.visit("/accounts/signup/")
    page.locator("main [name=way][value=mail]").check(force=True)
    page.fill("main [name=email]", email)
    page.fill("main [name=password1]", "jiangji-demo-2026")
    if page.locator("main [name=display_name]").count():
        page.fill("main [name=display_name]", "新来的")
    page.locator("main [name=consent]").check()
    page.locator("main form:has([name=password1]) button[type=submit]").last.click()
    page.wait_for_url(lambda url: "signup" not in url)
    page.fill("main [name=code]", guest.code_sent_to(email))
    page.locator("main form:has([name=code]) button[type=submit]").first.click()
    page.wait_for_url(lambda url: "confirm" not in url)
    return email
