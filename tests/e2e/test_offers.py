"""A custom offer from the conversation to the paid order, and work in stages that is stopped half-way, on a phone."""

import re
import time

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

BUYER, SELLER = "buyer@jiangji.example", "seller@jiangji.example"


def open_talk(somebody, name: str) -> str:
    """The demo's conversation with this person; those about orders say which."""
    page = somebody.visit("/messages/")
    page.locator("main a.talk").filter(has=page.get_by_text(name, exact=True)).first.click()
    page.wait_for_url(re.compile(r"/messages/\d+/"))
    return page.url


def write_offer(seller, title: str, *, stages: tuple[str, ...] = ()) -> None:
    """The seller's form, from the button in the conversation."""
    page = seller.page
    page.get_by_role("link", name="发送报价").click()
    page.fill("main [name=title]", title)
    page.fill("main [name=scope]", "三个方向选一个深化，矢量源文件都给。不含制作与安装。")
    if stages:
        page.locator("summary", has_text="分阶段付款").click()
        for number, amount in enumerate(stages):
            page.fill(f"main [name=stages-{number}-title]", f"第{number + 1}步")
            page.fill(f"main [name=stages-{number}-amount]", amount)
            page.fill(f"main [name=stages-{number}-days]", "3")
            page.fill(f"main [name=stages-{number}-revisions]", "1")
    else:
        page.fill("main [name=price]", "860")
        page.fill("main [name=days]", "5")
    seller.snap(f"offer form {len(stages)} stages")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/messages/\d+/"))
    expect(page.locator(".offer", has_text=title)).to_be_visible()


def pay(buyer, stack) -> None:
    """From the payment page through the sandbox's cashier to the order."""
    page = buyer.page
    page.wait_for_url(re.compile("/pay/"))
    page.locator("main form button.button--primary[type=submit]:visible").first.click()
    page.wait_for_url(lambda url: url.startswith(stack.sandbox))
    page.get_by_role("button", name=re.compile("确认付款")).click()
    page.wait_for_url(re.compile(rf"{stack.address}/orders/"))


def test_an_offer_from_the_conversation_is_countered_accepted_paid_and_an_order(person, stack):
    seller, buyer = person("seller"), person("buyer")
    seller.log_in(SELLER)
    buyer.log_in(BUYER)
    names = {who: who.page.locator(".menu__who b").first.text_content().strip() for who in (seller, buyer)}
    open_talk(buyer, names[seller])
    open_talk(seller, names[buyer])
    title = f"外卖袋与菜单一套{time.time_ns() % 10**6}"  # the stack keeps its data
    write_offer(seller, title)
    seller.snap("card of the seller")
    # It came through the socket: the buyer's page was not loaded again.
    card = buyer.page.locator(".offer", has_text=title).last
    expect(card).to_be_visible()
    buyer.snap("card of the buyer")
    card.get_by_role("link", name="还个价").click()
    buyer.page.fill("main [name=price]", "800")
    buyer.snap("counter-offer")
    buyer.page.locator("main form button[type=submit]").last.click()
    counter = seller.page.locator(".offer", has_text="第2版").last
    expect(counter).to_contain_text("800")
    seller.snap("counter-offer of the buyer")
    counter.get_by_role("button", name="同意还价").click()
    seller.page.wait_for_url(re.compile(r"/offers/\d+/"))
    buyer.page.reload()
    buyer.snap("agreed")
    buyer.page.locator("main").get_by_role("button", name="去付款").click()
    pay(buyer, stack)
    expect(buyer.page.locator("main h1")).to_contain_text(title)
    expect(buyer.page.locator("main")).to_contain_text("约定内容")
    buyer.snap("order")


def test_stages_are_paid_one_by_one_and_stopped_half_way_without_script(person, stack):
    seller, buyer = person("seller"), person("buyer", script=False)
    seller.log_in(SELLER)
    buyer.log_in(BUYER)
    open_talk(seller, buyer.visit("/settings/").locator(".menu__who b").first.text_content().strip())
    title = f"开业整套形象{time.time_ns() % 10**6}"
    write_offer(seller, title, stages=("500", "700"))
    buyer.visit("/messages/")
    talk = open_talk(buyer, seller.page.locator(".menu__who b").first.text_content().strip())
    assert talk
    buyer.page.locator(".offer", has_text=title).last.get_by_role("button", name="接受并付款").click()
    pay(buyer, stack)
    order = buyer.page.url
    buyer.snap("first stage paid")
    seller.visit(order.removeprefix(stack.address))
    seller.page.locator("a[href$='/do/deliver/']:visible").click()
    seller.page.fill("main [name=message]", "第一步交付，三个方向都在。")
    work = {"name": "初稿.txt", "mimeType": "text/plain", "buffer": "三个方向".encode()}
    seller.page.set_input_files("main [name=files]", work)
    expect(seller.page.locator("[data-shot][data-state=ready]")).to_have_count(1, timeout=60_000)
    seller.page.check("main [name=ai_made][value=no]")
    seller.page.locator("main form button[type=submit]").click()
    buyer.page.goto(order)
    buyer.page.get_by_role("link", name="确认验收并放款").first.click()
    buyer.page.get_by_role("button", name="确认验收并放款").click()
    expect(buyer.page.get_by_role("button", name=re.compile("为下一阶段付款"))).to_be_visible()
    buyer.snap("first stage accepted")
    buyer.page.get_by_role("link", name=title).click()
    buyer.snap("plan")
    buyer.page.get_by_role("link", name="到此为止").click()
    buyer.page.fill("main [name=words]", "先开业看看，后面的以后再做。")
    buyer.snap("stop")
    buyer.page.get_by_role("button", name="终止约定").click()
    expect(buyer.page.locator(".plan-stage--stopped")).to_have_count(1)
    buyer.snap("stopped")
    audit = stack.manage("audit_ledger")
    assert audit.returncode == 0, audit.stdout + audit.stderr
