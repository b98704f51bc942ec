"""A seller's list of services: pause, copy, be away, take everything along and bring it back changed. With a buyer beside."""

import json
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

LIST = "/desk/gigs/"


def row_of(page: Page, title: str):
    return page.locator("tr", has=page.get_by_role("link", name=title, exact=True))


def test_a_seller_pauses_copies_goes_away_and_moves_services_by_a_file(person, tmp_path: Path) -> None:
    seller = person("seller", size="desktop")
    seller.log_in("seller@jiangji.example")
    page = seller.visit(LIST + "?status=live")
    title = page.locator(".gig-table__text > a").first.inner_text()
    address = page.locator(".gig-table__text > a").first.get_attribute("href")
    seller.snap("01 list")

    # Paused without leaving the page, and put back: the list and the counts of its tabs are new, the keyboard stays.
    before = page.url
    toggle = row_of(page, title).get_by_role("button", name="暂停接单")
    toggle.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=re.compile("^已暂停")).first).to_be_visible()
    expect(row_of(page, title)).to_have_count(0)  # the tab shows what is live
    assert page.url == before
    page.get_by_role("navigation", name="哪些服务").get_by_role("link", name=re.compile("^已暂停")).click()
    row_of(page, title).get_by_role("button", name="恢复接单").click()
    expect(row_of(page, title)).to_have_count(0)

    # Of all services the row stays where it was pressed, far down a phone's page.
    page.set_viewport_size({"width": 360, "height": 780})
    page = seller.visit(LIST)
    for name, then in (("暂停接单", "恢复接单"), ("恢复接单", "暂停接单")):
        button = row_of(page, title).get_by_role("button", name=name)
        button.scroll_into_view_if_needed()
        before = page.evaluate("scrollY")
        button.evaluate("button => button.click()")  # Playwright's own would scroll to it
        expect(row_of(page, title).get_by_role("button", name=then)).to_be_in_viewport()
        page.wait_for_timeout(400)
        assert abs(page.evaluate("scrollY") - before) <= 2, name
    page.set_viewport_size({"width": 1280, "height": 800})

    # A copy is a draft of its own.
    page = seller.visit(LIST)
    row_of(page, title).get_by_label(re.compile("更多操作")).click()
    seller.snap("02 menu")
    row_of(page, title).get_by_role("button", name="复制").click()
    expect(page.get_by_text("这是副本，目前是草稿")).to_be_visible()
    page = seller.visit(LIST + "?status=draft&q=副本")
    copy = page.locator(".gig-table__text > a").first.inner_text()
    assert copy.endswith("（副本）")

    # Away: a buyer reads it and cannot order; back again, they can.
    day = timezone.localdate() + timedelta(days=6)
    back = f"{day.year}年{day.month}月{day.day}日"
    page = seller.visit("/settings/availability/")
    page.fill("[name=until]", day.isoformat())
    page.fill("[name=message]", "去大理写生。")
    page.get_by_role("button", name="开始休假").click()
    expect(page.get_by_text(back).first).to_be_visible()
    buyer = person("buyer")
    shown = buyer.visit(address)
    expect(shown.get_by_text("去大理写生。").first).to_be_visible()
    expect(shown.get_by_role("button", name="预订这个套餐")).to_have_count(0)
    buyer.snap("03 away")
    page = seller.visit(LIST)
    seller.snap("04 banner")
    page.get_by_role("button", name="我回来了").click()
    expect(page.get_by_text("已恢复接单")).to_be_visible()
    assert page.url.endswith(LIST)
    shown = buyer.visit(address)
    expect(shown.get_by_role("button", name="预订").first).to_be_visible()

    # Everything as a file; one title changed, one service new, one that is wrong.
    page = seller.visit("/desk/gigs/exchange/")
    with page.expect_download() as started:
        page.get_by_role("link", name="JSON").click()
    data = json.loads(Path(started.value.path()).read_text(encoding="utf-8"))
    draft = next(gig for gig in data["gigs"] if gig["title"] == copy)
    mark = f"{time.time_ns() // 1_000_000 % 10**6:06d}"
    draft["title"] = f"改过标题的副本 {mark}"
    new = {**draft, "id": None, "reference": f"搬家-{mark}", "title": f"搬来的服务 {mark}"}
    wrong = {**new, "reference": f"坏-{mark}", "category": "没有这一类"}
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps({**data, "gigs": [draft, new, wrong]}), encoding="utf-8")
    page.set_input_files("[name=file]", changed)
    page.get_by_role("button", name="读取文件，看会改动什么").click()
    expect(page.locator("del", has_text=copy)).to_be_visible()
    expect(page.locator("ins", has_text=draft["title"])).to_be_visible()
    expect(page.get_by_text("没有“没有这一类”这个子类目")).to_be_visible()
    seller.snap("05 preview")
    page.get_by_role("button", name="确认导入：新增1项，修改1项").click()
    expect(page.get_by_role("heading", name="导入结果")).to_be_visible()
    seller.snap("06 result")
    page = seller.visit(LIST + f"?status=draft&q={mark}")
    expect(row_of(page, new["title"])).to_be_visible()
    expect(row_of(page, draft["title"])).to_be_visible()

    # What was made here is put away again, together, after a question.
    page.locator("[data-tick-all]").check()
    page.locator("#bulk").get_by_role("button", name="归档").click()
    expect(page.get_by_role("heading", name="会保留的")).to_be_visible()
    seller.snap("07 put away")
    page.get_by_role("button", name="归档2项服务").click()
    expect(page.get_by_text("已归档2项服务。")).to_be_visible()
