"""Support finds somebody by an order number and reads what happened; an administrator gives a role, and blocks a network."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
NETWORK = "203.0.113.0/24"


def test_support_finds_somebody_by_an_order_number_and_reads_the_timeline(person) -> None:
    buyer, staff = person("buyer"), person("support", size="desktop")
    buyer.log_in("buyer@jiangji.example")
    page = buyer.visit("/orders/")
    number = re.search(r"/orders/([0-9A-Z]{10})/", page.content())
    assert number
    staff.log_in("support@jiangji.example")
    desk = staff.visit(f"/admin/people/?q={number[1]}")
    expect(desk.locator(".people-why").first).to_contain_text(number[1])
    staff.snap("1 found by the order")
    desk.locator("td.title a").first.click()
    desk.wait_for_url(re.compile(r"/admin/people/\d+/$"))
    staff.snap("2 the person")
    desk.locator("a[href$='/timeline/']").click()
    expect(desk.locator(".timeline > li[data-kind=order]").first).to_be_visible()
    staff.snap("3 the timeline")


def test_an_administrator_gives_a_role_and_blocks_a_network(person) -> None:
    staff = person("administrator", size="desktop")
    staff.log_in("admin@jiangji.example")
    desk = staff.visit("/admin/people/?kind=buyers")
    desk.locator("td.title a").first.click()
    desk.wait_for_url(re.compile(r"/admin/people/\d+/$"))
    roles = desk.locator("form[action$='/roles/']")
    for given in (True, False):
        roles.locator("input[value=support]").set_checked(given)
        roles.locator("[name=reason]").fill("加入客服组。" if given else "试用结束。")
        roles.locator("button[type=submit]").click()
        desk.wait_for_url(re.compile(r"/admin/people/\d+/$"))
        expect(roles.locator("input[value=support]")).to_be_checked(checked=given)
    desk = staff.visit("/admin/staff-log/?action=person.roles")
    expect(desk.locator(".log-changes ins", has_text="support").first).to_be_visible()
    expect(desk.locator(".log-changes del", has_text="support").first).to_be_visible()
    staff.snap("4 the log")

    desk = staff.visit(f"/admin/blocks/?kind=address&value={NETWORK}")
    desk.locator("#add select[name=scope]").select_option("everything")
    desk.fill("#add [name=reason]", "测试网段")
    desk.locator("#add button[type=submit]").click()
    row = desk.locator("tr", has_text=NETWORK)
    expect(row).to_be_visible()
    staff.snap("5 blocked")
    row.locator("[name=reason]").fill("测试结束")
    row.locator("button[type=submit]").click()
    expect(desk.locator("tr", has_text=NETWORK)).to_have_count(0)
