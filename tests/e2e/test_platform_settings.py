"""An administrator's day: another commission with a second person, back again; a change by the clock; a failed job."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import until
from tests.e2e.test_main_job import _fen
from tests.e2e.test_offers import pay

pytestmark = pytest.mark.browser

ADMIN, FINANCE, BUYER, SELLER = (f"{login}@jiangji.example" for login in ("admin", "finance", "buyer", "seller"))
SETTINGS = "/admin/platform-settings/"
# The rate of this seller's level: no agreement quotes it, that of new sellers stands in the rules.
_WHICH_RATE = """
from marketplace.accounts.models import User
from marketplace.core.config import get_config
level = User.objects.get(email="seller@jiangji.example").seller_level.level
key = f"payments.commission_basis_points_{level}"
print("KEY", key, get_config(key))
"""
_CLOCK = """
from django.utils import timezone
from portal.demo.models import DemoClock
row = DemoClock.objects.first()
print("NOW", timezone.localtime(timezone.now() + (row.ahead if row else timezone.timedelta())).isoformat())
"""
_BREAK = """
from celery import current_app
current_app.send_task("marketplace.operations.tasks.apply_due_changes", args=[1])
"""


def _said(stack, script: str, word: str) -> list[str]:
    done = stack.manage("shell", "-c", script)
    assert done.returncode == 0, done.stderr
    return next(line for line in done.stdout.splitlines() if line.startswith(word)).split()[1:]


def _agree(finance, key: str) -> None:
    """From the first page of the admin to the change, and agree."""
    page = finance.visit("/admin/")
    page.locator(".todo", has_text="待同意的设置改动").locator("a").click()
    change = page.locator(".settings-changes li", has=page.locator(f"a[href$='/{key}/']"))
    finance.snap("a change waits")
    change.get_by_role("button", name="同意").click()
    expect(page.locator("body")).to_contain_text("新的值已生效")


def test_a_commission_changes_with_a_second_person_and_is_rolled_back(person, stack) -> None:
    key, before = _said(stack, _WHICH_RATE, "KEY")
    administrator, finance = person("administrator", size="desktop"), person("finance", size="desktop")
    administrator.log_in(ADMIN)
    page = administrator.visit(f"{SETTINGS}?q={key}")
    administrator.snap("1 found")
    page.locator(f"a[href$='/{key}/']").first.click()
    page.fill("[name=value]", "7.5")
    page.fill("[name=reason]", "年末扶持服务商")
    administrator.snap("2 form")
    page.get_by_role("button", name="申请改动").click()
    expect(page.locator("main")).to_contain_text("等待另一个人同意")
    expect(page.get_by_role("button", name="同意", exact=True)).to_have_count(0)
    administrator.snap("3 waits")

    finance.log_in(FINANCE)
    _agree(finance, key)

    seller = person("seller", size="desktop")
    seller.log_in(SELLER)
    gig = seller.visit("/desk/gigs/").locator("main tr:has(.tag--jade) .gig-table__text > a").first
    address = gig.get_attribute("href")
    buyer = person("buyer", size="desktop")
    buyer.log_in(BUYER)
    page = buyer.visit(address)
    page.locator("button:visible", has_text="预订").first.click()
    page.wait_for_url(re.compile("/checkout/"))
    price = _fen(page.locator("#bar-total").text_content() or "")
    page.locator("button[form=checkout]:visible").first.click()
    page.wait_for_url(lambda url: url.startswith(stack.sandbox) or "/pay/" in url)
    if stack.sandbox in page.url:
        page.get_by_role("button", name=re.compile("确认付款")).click()
        page.wait_for_url(re.compile(rf"{stack.address}/orders/"))
    else:
        pay(buyer, stack)
    order = re.search(r"/orders/\w+/", page.url)[0]
    fee = seller.visit(order).locator("dl div", has_text="平台服务费").last
    seller.snap("4 the fee of the new order")
    assert _fen(fee.locator("dd").inner_text()) == (price * 750 + 5_000) // 10_000

    page = administrator.visit(f"{SETTINGS}{key}/")
    page.get_by_role("button", name=re.compile("^改回")).first.click()
    expect(page.locator("main")).to_contain_text("等待另一个人同意")
    _agree(finance, key)
    page = administrator.visit(f"{SETTINGS}{key}/")
    expect(page.locator(".settings-now")).to_have_text(f"{int(before) / 100:g}%")
    expect(page.locator(".settings-history")).to_contain_text("年末扶持服务商")
    administrator.snap("5 history")


def test_what_the_rules_quote_is_said_before_one_types(person) -> None:
    administrator = person("administrator")
    administrator.log_in(ADMIN)
    page = administrator.visit(f"{SETTINGS}orders.auto_accept_days/")
    expect(page.locator("main")).to_contain_text("只能随该文本的新版本更改")
    expect(page.locator("main [name=value]")).to_have_count(0)
    administrator.snap("quoted")


@pytest.mark.usefixtures("time_machine")
def test_a_scheduled_change_takes_effect_by_the_clock(person, stack) -> None:
    key = "gigs.autosave_minutes"
    now = datetime.fromisoformat(_said(stack, _CLOCK, "NOW")[0])
    administrator = person("administrator", size="desktop")
    administrator.log_in(ADMIN)
    page = administrator.visit(f"{SETTINGS}{key}/")
    current = page.locator("main [name=value]").input_value()
    wanted = "25" if current != "25" else "35"
    page.fill("main [name=value]", wanted)
    page.fill("main [name=effective_at]", (now + timedelta(hours=12)).strftime("%Y-%m-%d %H:%M"))
    page.fill("main [name=reason]", "先公布再实行")
    # The calendar of the field above lies over it.
    page.get_by_role("button", name="修改", exact=True).evaluate("button => button.click()")
    expect(page.locator("main")).to_contain_text("将生效")
    administrator.snap("1 scheduled")
    administrator.visit("/admin/demo-clock/")
    page.get_by_role("button", name="前进1天").click()
    expect(page.locator(".clock-banner")).to_be_visible()

    def in_effect() -> bool:
        administrator.visit(f"{SETTINGS}{key}/")
        return page.locator(".settings-now").inner_text().startswith(wanted)

    until(page, in_effect, "the job that puts due changes into force", seconds=150)
    expect(page.locator(".settings-history")).to_contain_text("已生效")
    administrator.snap("2 in effect")


def test_a_failed_job_is_run_again_and_put_aside(person, stack) -> None:
    administrator = person("administrator", size="desktop")
    administrator.log_in(ADMIN)
    assert stack.manage("shell", "-c", _BREAK).returncode == 0
    page = administrator.page

    def stands_there() -> bool:
        administrator.visit("/admin/operations/failed/?q=TypeError")
        return page.locator("main td.title a", has_text="apply_due_changes").count() == 1

    until(page, stands_there, "the failed job", seconds=60)
    page = administrator.visit("/admin/operations/")
    expect(page.locator(".ops-signal--bad", has_text="失败的任务")).to_be_visible()
    administrator.snap("1 operations")
    page.locator(".ops-signal a", has_text="失败的任务").click()
    page.locator("main td.title a", has_text="apply_due_changes").first.click()
    administrator.snap("2 failed job")
    page.get_by_role("button", name="重新执行").click()
    expect(page.locator("body")).to_contain_text("任务已重新执行")
    until(page, stands_there, "its second failure", seconds=60)
    page.locator("main td.title a", has_text="apply_due_changes").first.click()
    page.get_by_role("button", name="搁置").click()
    administrator.visit("/admin/operations/failed/?closed=1&q=TypeError")
    expect(page.locator("main tbody tr", has_text="已重新执行").first).to_be_visible()
    expect(page.locator("main tbody tr", has_text="已搁置").first).to_be_visible()
    administrator.snap("3 looked after")
