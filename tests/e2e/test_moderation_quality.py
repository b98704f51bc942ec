"""Somebody who was warned reads why and appeals, and the strike goes; a word is tried before it is put in use."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
WARNED = "paiming-xiansheng@jiangji.example"  # portal/demo/moderation_quality.py


def test_who_was_warned_reads_why_appeals_and_the_strike_goes(person):
    seller = person("seller")
    seller.log_in(WARNED)
    page = seller.visit("/decisions/")
    strikes = page.locator("section[aria-labelledby=strikes-heading]")
    expect(strikes).to_contain_text("平台内")
    seller.snap("1 decisions about me")
    strikes.locator("a[href*='/decisions/']").click()
    expect(page.locator("main .explained")).to_contain_text("电子商务法")
    address = page.url
    page.fill("main [name=words]", "这句话是买家发给我的模板，我没有要求平台外付款。")
    seller.snap("2 the appeal")
    page.locator("main form:has([name=words]) button[type=submit]").click()
    expect(page.locator("main form:has([name=words])")).to_have_count(0)

    colleague = person("colleague", size="desktop")
    colleague.log_in("mediator@jiangji.example")
    desk = colleague.visit("/admin/")
    desk.locator("#todo-panel ~ ul a[href*='/appeals/decisions/']").click()
    colleague.snap("3 what waits")
    desk.locator("tr:has-text('我没有要求平台外付款') a[href*='/appeals/decisions/']").first.click()
    expect(desk.locator("main")).to_contain_text("微信直接转我")
    desk.fill("[name=answer]", "核对了前后消息，确实是引用买家的话，已撤销。")
    colleague.snap("4 the answer")
    desk.locator("button[formaction*='uphold']").click()
    desk.wait_for_url(re.compile(r"/admin/appeals/decisions/$"))

    page.goto(address)
    expect(page.locator("main")).to_contain_text("核对了前后消息")
    seller.snap("5 undone")
    page = seller.visit("/decisions/")
    expect(page.locator("section[aria-labelledby=strikes-heading]")).to_have_count(0)


def test_a_word_is_tried_on_what_people_wrote_and_then_put_in_use(person):
    moderator = person("moderator", size="desktop")
    moderator.log_in("moderator@jiangji.example")
    page = moderator.visit("/admin/snippets/safety/sensitiveword/add/")
    page.fill("[name=word]", "源文件都给")
    page.locator("form#w-editor-form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/watched-words/trials/\d+/$"))
    expect(page.locator("table:has-text('读取条数'), table:has-text('Texts read')")).to_be_visible(timeout=60_000)
    moderator.snap("1 what would be found")
    page.locator("form[action$='/use/'] button").click()
    page.wait_for_url(re.compile(r"/snippets/safety/sensitiveword/$"))
    page = moderator.visit("/admin/watched-words/test/")
    page.fill("#word-test-text", "三天出稿，源文件都给，电话13912345678")
    page.locator("form:has(#word-test-text) button").click()
    expect(page.locator("mark.word-mark").first).to_have_text("源文件都给")
    expect(page.locator("mark.word-mark--contact")).to_have_count(1)
    moderator.snap("2 any text")
    # As it was, for other tests.
    page = moderator.visit("/admin/snippets/safety/sensitiveword/?q=源文件都给")
    page.locator("td a[href*='/edit/']").first.click()
    page.uncheck("[name=is_active]")
    page.check("[name=at_once]")
    page.fill("[name=because]", "测试完成")
    page.locator("form#w-editor-form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/snippets/safety/sensitiveword/$"))
