"""When an order goes wrong, at 360 px: late, cancelled and refunded; and a dispute that the two sides settle themselves."""

import re
import time

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def _buy(buyer, stack, gig_address: str) -> str:
    """Book and pay a service, answer its questions; returns the order's number."""
    page = buyer.page
    page.goto(gig_address)
    page.locator("button:visible", has_text="预订").first.click()
    page.wait_for_url(re.compile("/checkout/"))
    page.locator("button[form=checkout]:visible").first.click()
    page.wait_for_url(lambda url: url.startswith(stack.sandbox))
    page.get_by_role("button", name=re.compile("确认付款")).click()
    page.wait_for_url(re.compile(rf"{stack.address}/orders/"))
    number = page.url.rstrip("/").rsplit("/", 1)[1]
    page.goto(f"{stack.address}/orders/{number}/do/requirements/")
    if "/requirements/" in page.url:
        for area in page.locator("main textarea").all():
            area.fill("城西菜场口的小店。")
        for group in page.locator("main fieldset").all():
            group.locator("input[type=radio]").first.check()
        for upload in page.locator("main input[type=file]").all():
            upload.set_input_files({"name": "店面.txt", "mimeType": "text/plain", "buffer": "照片".encode()})
        page.get_by_role("button", name="提交需求说明").click()
    expect(page.locator("main")).to_contain_text("正在制作")
    return number


def test_late_work_is_cancelled_and_refunded_and_a_dispute_is_split_by_both(person, stack) -> None:
    seller = person("seller", size="phone")
    seller.log_in("seller@jiangji.example")
    seller.visit("/desk/gigs/")
    href = seller.page.locator("main tr:has(.tag--jade) .gig-table__text > a").first.get_attribute("href")
    gig_address = f"{stack.address}{href}"

    buyer = person("buyer", size="phone")
    phone = f"139{time.time_ns() // 1000 % 10**8:08d}"
    buyer.sign_up(phone, "小满茶", "xiao-man-cha-2026")
    page = buyer.page

    buyer.visit("/rules/current/")  # read before paying: the longest sentences beside a figure
    buyer.snap("00 rules in force")

    # Very late: cancelled alone, and the money comes back.
    late = _buy(buyer, stack, gig_address)
    buyer.visit(f"/orders/{late}/do/cancel/")
    expect(page.locator("[data-refund]")).to_contain_text("全额退回你的支付宝")
    expect(page.get_by_role("button", name=re.compile("取消订单"))).to_have_count(0)
    buyer.snap("01 not late yet")
    aged = stack.manage(
        "shell", "-c",
        "from datetime import timedelta; from django.utils import timezone; from marketplace.orders.models import Order; "
        f"Order.objects.filter(number='{late}').update(due_at=timezone.now() - timedelta(hours=25))",
    )  # fmt: skip
    assert aged.returncode == 0, aged.stderr
    buyer.visit(f"/orders/{late}/do/cancel/")
    page.get_by_label("交付已逾期").check()
    buyer.snap("02 very late")
    page.get_by_role("button", name=re.compile("取消订单，退回")).click()
    expect(page.locator("main")).to_contain_text("已取消")
    for _ in range(40):  # a job pays it out
        page.reload()
        if "已退款" in page.locator("main").inner_text():
            break
        page.wait_for_timeout(1_500)
    expect(page.locator("main")).to_contain_text("已退款")
    buyer.snap("03 refunded")

    # A dispute: evidence, a proposal by the slider, accepted by the other side.
    order = _buy(buyer, stack, gig_address)
    buyer.visit(f"/orders/{order}/do/dispute/")
    page.get_by_label("服务商不回复").check()
    page.fill("main [name=reason]", "说好先给草图，一直没有回音。")
    for name in ("拿错了.txt", "聊天截图.txt"):  # one after the other, as a phone's picker gives them
        page.set_input_files("main [name=files]", {"name": name, "mimeType": "text/plain", "buffer": name.encode()})
    page.get_by_role("button", name="移除拿错了.txt").click()
    buyer.snap("04 open a dispute")
    page.get_by_role("button", name="申请纠纷处理").click()
    notice = page.locator("[data-toast]").bounding_box()
    assert notice is not None
    assert notice["y"] + notice["height"] < 200, "a notice lies on what one presses"
    expect(page.locator("main")).to_contain_text("聊天截图.txt")
    expect(page.locator("main")).not_to_contain_text("拿错了.txt")
    buyer.snap("05 dispute of the buyer")

    seller.visit(f"/orders/{order}/dispute/")
    seller.page.fill("main #answer-form [name=text]", "草图发在会话里了，可以退一部分。")
    seller.page.locator("#answer-form button[type=submit]").click()
    slider = seller.page.locator("#split-range")
    slider.focus()
    seller.page.keyboard.press("ArrowLeft")
    amount = seller.page.input_value("#split-form [name=refund]")
    fen = round(float(amount) * 100)
    expect(seller.page.locator(f"[data-refund-fen='{fen}']")).to_be_visible()
    seller.snap("06 dispute of the seller")
    seller.page.locator("#split-form button[type=submit]").click()
    expect(seller.page.locator(".proposal--open")).to_be_visible()

    buyer.visit(f"/orders/{order}/dispute/")
    buyer.snap("07 proposal")
    page.get_by_role("button", name=re.compile("接受方案")).click()
    expect(page.locator("main")).to_contain_text("双方谈成")
    buyer.snap("08 settled")
    buyer.visit(f"/orders/{order}/")
    expect(page.locator("main")).to_contain_text("纠纷已谈成")

    audit = stack.manage("audit_ledger")
    assert audit.returncode == 0, audit.stdout + audit.stderr
