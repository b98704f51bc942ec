"""Finance approves a large withdrawal: one person, then another, in the browser."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_large_withdrawal_leaves_when_two_of_finance_have_approved(person) -> None:
    first, second = person("first", size="desktop"), person("second", size="desktop")
    first.log_in("finance@jiangji.example")
    page = first.visit("/admin/")
    todo = page.locator(".todo", has_text="提现").first
    first.snap("1 first page")
    todo.locator("a").click()
    rows = page.locator("main table").first.locator("tbody tr:has(form[action$='/approve/'])")
    reference = re.match(r"PO\w+", rows.first.locator("td.title").inner_text())[0]
    row = page.locator("main tr", has_text=reference)
    row.locator("form[action$='/approve/'] button").click()
    # Once more is not possible for the same person.
    expect(row).to_contain_text("财务 梁静")
    expect(row.locator("form[action$='/approve/']")).to_have_count(0)
    first.snap("2 approved once")

    second.log_in("cashier@jiangji.example")
    address = re.sub(r"^https?://[^/]+", "", page.url)
    page = second.visit(address)
    row = page.locator("main tr", has_text=reference)
    expect(row).to_contain_text("财务 梁静")
    second.snap("3 second look")
    row.locator("form[action$='/approve/'] button").click()
    expect(page.locator("main tr:has(form[action$='/approve/'])", has_text=reference)).to_have_count(0)
    second.snap("4 approved twice")
