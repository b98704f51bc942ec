"""Support answers somebody on a phone; a message with a WeChat id is warned of, sent all the same, and taken out."""

import re
import time

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_question_on_a_phone_is_assigned_answered_read_and_closed(person) -> None:
    subject = f"退款没到账{time.time_ns() % 10**6}"
    buyer, staff = person("buyer"), person("support", size="desktop")
    buyer.log_in("buyer@jiangji.example")
    page = buyer.visit("/support/new/")
    page.locator("main [name=topic]").select_option("money")
    page.fill("main [name=subject]", subject)
    page.fill("main [name=body]", "退款三天了还没到。")
    buyer.snap("1 the question")
    page.locator("main form:has([name=subject]) button[type=submit]").click()
    page.wait_for_url(re.compile(r"/messages/\d+/"))
    expect(page.locator("main")).to_contain_text(subject)

    staff.log_in("support@jiangji.example")
    desk = staff.visit("/admin/snippets/support/cannedanswer/add/")
    title = f"退款进度{time.time_ns() % 10**6}"
    desk.fill("[name=title]", title)
    desk.fill("[name=body]", "{name}，退款一般一到三个工作日到账。")
    desk.locator("form button[type=submit]").last.click()
    desk.wait_for_url(re.compile(r"/cannedanswer/$"))
    desk = staff.visit("/admin/support/")
    staff.snap("2 the inbox")
    desk.get_by_role("link", name=subject).click()
    desk.locator("button[name=me]").click()
    expect(desk.locator("button[name=me]")).to_have_count(0)
    desk.locator("[data-ready]").select_option(label=title)
    expect(desk.locator("[data-ready-form] [name=body]")).to_have_value(re.compile("一到三个工作日到账"))
    staff.snap("3 the case")
    desk.locator("[data-ready-form] button[type=submit]:not([name])").click()
    expect(desk.locator(".support-thread__line--ours")).to_contain_text("一到三个工作日到账")

    page = buyer.visit("/support/")
    page.get_by_role("link", name=subject).click()
    expect(page.locator("main")).to_contain_text("一到三个工作日到账")
    buyer.snap("4 the answer")
    page = buyer.visit("/support/")
    page.locator("main li", has_text=subject).locator("form button[type=submit]").click()
    expect(page.locator("main li", has_text=subject).locator("form")).to_have_count(0)
    buyer.snap("5 solved")


def test_a_wechat_id_is_warned_of_sent_all_the_same_and_taken_out(person) -> None:
    words = f"加我微信 moyan{time.time_ns() % 10**6}"
    buyer, moderator = person("buyer"), person("moderator", size="desktop")
    buyer.log_in("buyer@jiangji.example")
    page = buyer.visit("/messages/")
    # Not one with support, where nobody looks for contacts, nor about an order, where one is only warned.
    before_orders = page.locator("main a.talk").filter(has_not_text="客服").filter(has_not_text=" · ")
    before_orders.first.click()
    page.wait_for_url(re.compile(r"/messages/\d+/"))
    page.locator("[data-chat-form] [name=body]").fill(words)
    page.locator("[data-chat-form] button[type=submit]").last.click()
    anyway = page.locator("[data-chat-anyway]")
    expect(anyway).to_be_visible()
    expect(page.locator(".bubble", has_text=words)).to_have_count(0)
    buyer.snap("1 the warning")
    anyway.click()
    expect(page.locator(".bubble", has_text=words)).to_be_visible()

    moderator.log_in("moderator@jiangji.example")
    desk = moderator.visit("/admin/flags/")
    moderator.snap("2 the desk")
    # The list shows no words of conversations: this one is the newest.
    desk.locator("tr", has_text="微信").last.get_by_role("link").first.click()
    expect(desk.locator("mark", has_text=words.rpartition(" ")[2])).to_be_visible()
    desk.fill("[name=words]", "留微信号，引导到平台外沟通。")
    moderator.snap("3 the case")
    desk.locator("button.serious").click()
    desk.wait_for_url(re.compile(r"/admin/flags/$"))
    page.reload()
    expect(page.locator(".bubble", has_text=words)).to_have_count(0)
