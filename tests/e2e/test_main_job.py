"""The main job, on the running stack: find, book, pay, tell, deliver, accept, be paid, review."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

REVIEW = "第二稿就定了，源文件齐全，印刷厂直接能用。"


def _fen(text: str) -> int:
    """1,280.50 → 128050."""
    digits = re.sub(r"[^\d.]", "", text)
    yuan, _, fen = digits.partition(".")
    return int(yuan) * 100 + int((fen + "00")[:2])


def _balance(seller, name: str) -> int:
    seller.visit("/wallet/")
    return _fen(seller.page.locator(f"[data-balance={name}]").inner_text())


def _choose_two_with_a_coupon(page) -> int:
    """Two of it, the first add-on if there is one, and the demo's coupon. Returns the full price, in fen."""
    page.select_option("[name=quantity]", "2")
    expect(page.locator("#checkout-sums")).to_contain_text("× 2")
    for extra in page.locator("[name=extras]").all()[:1]:
        with page.expect_response("**/total/**"):
            extra.check()
    full = _fen(page.locator("#bar-total").text_content() or "")
    page.fill("[name=coupon]", "hello20")
    page.get_by_role("button", name="计算金额").click()
    expect(page.locator("#coupon-note")).to_contain_text("新客立减20元")
    return full


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_buyer_finds_pays_and_reviews_and_the_seller_is_paid(person, stack, size, tmp_path: Path) -> None:
    seller = person("seller", size=size)
    seller.log_in("seller@jiangji.example")
    pending_before = _balance(seller, "pending")
    seller.visit("/desk/gigs/")
    seller.snap("01 services of the seller")
    title = seller.page.locator("main tr:has(.tag--jade) .gig-table__text > a").first.inner_text()

    # The buyer signs up with a phone number; the code stands in the demo's outbox.
    buyer = person("buyer", size=size)
    phone = f"139{time.time_ns() // 1000 % 10**8:08d}"  # a new person each time: the stack keeps its data
    buyer.visit("/accounts/signup/")
    buyer.snap("02 sign up")
    page = buyer.page
    page.fill("main [name=phone]", phone)
    page.fill("main [name=display_name]", "小满茶")
    page.fill("main [name=password1]", "xiao-man-cha-2026")
    page.check("main [name=consent]")
    page.click("main form:has([name=password1]) button[type=submit]")
    page.fill("main [name=code]", buyer.code_sent_to(phone))
    buyer.snap("03 code")
    page.click("main form:has([name=code]) button[type=submit]")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    buyer.snap("04 home")

    # Find.
    page.locator("form[role=search] input[name=q]:visible").first.fill(title)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/search/"))
    buyer.snap("05 search")
    page.locator("main").get_by_role("link", name=title).first.click()
    page.wait_for_url(re.compile(r"/gigs/\d+/"))
    gig_address = page.url
    buyer.snap("06 gig")

    # Book and pay.
    page.locator("button:visible", has_text="预订").first.click()
    page.wait_for_url(re.compile("/checkout/"))
    buyer.snap("07 checkout")
    full = _choose_two_with_a_coupon(page)
    buyer.snap("07 checkout with a coupon")
    price = _fen(page.locator("[data-total]:visible").first.inner_text())
    assert price == full - _fen(page.locator("#checkout-sums .price--minus").inner_text())
    page.locator("button[form=checkout]:visible").first.click()
    page.wait_for_url(lambda url: url.startswith(stack.sandbox))
    buyer.snap("08 cashier")
    page.get_by_role("button", name=re.compile("确认付款")).click()
    page.wait_for_url(re.compile(rf"{stack.address}/orders/"))
    order_address = page.url
    buyer.snap("09 order paid")

    # Tell what is needed.
    page.get_by_role("link", name="填写需求说明").click()
    for area in page.locator("main textarea").all():
        area.fill("小满茶，城西菜场口的现煮茶。")
    for group in page.locator("main fieldset").all():
        group.locator("input[type=radio]").first.check()
    for upload in page.locator("main input[type=file]").all():
        upload.set_input_files({"name": "店面.txt", "mimeType": "text/plain", "buffer": "门头照片".encode()})
    buyer.snap("10 requirements")
    page.get_by_role("button", name="存草稿").click()
    expect(page.locator("main textarea").first).to_have_value("小满茶，城西菜场口的现煮茶。")
    expect(page.locator("body")).to_contain_text("草稿已保存")
    page.get_by_role("button", name="开始计时").click()
    expect(page.locator("main")).to_contain_text("正在制作")
    buyer.snap("11 order in progress")

    # Deliver.
    number = order_address.rstrip("/").rsplit("/", 1)[1]
    seller.visit("/desk/")
    seller.snap("12 desk")
    seller.visit("/desk/orders/")
    seller.snap("13 orders of the seller")
    seller.page.locator(f"a[href*='{number}']").first.click()
    expect(seller.page.locator("main")).to_contain_text("城西菜场口")  # the requirements are the seller's now
    expect(seller.page.locator("main")).to_contain_text("平台优惠券")
    seller.snap("13 order of the seller")
    seller.page.locator("a[href$='/do/deliver/']:visible").click()
    work = tmp_path / "定稿.zip"
    work.write_bytes(b"PK\x05\x06" + b"\x00" * 18)
    seller.page.fill("main [name=message]", "三个方案定稿，源文件在压缩包里。")
    seller.page.set_input_files("main [name=files]", work)
    seller.snap("14 delivery")
    seller.page.locator("main form button[type=submit]").click()
    expect(seller.page.locator("main")).to_contain_text("定稿.zip")
    seller.snap("15 order delivered")

    # Look, accept.
    buyer.visit(f"/orders/{number}/")
    expect(page.locator("main")).to_contain_text("定稿.zip")
    with page.expect_download() as download:
        page.locator("a[href*='/files/']").first.click()
    assert Path(download.value.path()).read_bytes() == work.read_bytes()
    buyer.snap("16 order to accept")
    page.get_by_role("link", name="确认验收并放款").click()
    buyer.snap("17 accept")
    page.get_by_role("button", name="确认验收并放款").click()
    buyer.snap("18 accepted")

    # The money: of the full price, whatever the coupon took off, less the commission of ten percent, rounded half up to the fen.
    assert _balance(seller, "pending") - pending_before == full - (full * 1000 + 5000) // 10000
    seller.snap("19 wallet")

    # Review, and see it on the gig.
    buyer.visit(f"/orders/{number}/review/")
    for group in page.locator("main fieldset:has(input[type=radio])").all():
        group.locator("input[type=radio][value='5']").first.check(force=True)
    page.locator("main textarea").first.fill(REVIEW)
    buyer.snap("20 review")
    page.locator("main form:has(textarea) button[type=submit]").first.click()
    page.goto(gig_address)
    expect(page.locator("#reviews")).to_contain_text(REVIEW)
    buyer.snap("21 gig with review")

    audit = stack.manage("audit_ledger")
    assert audit.returncode == 0, audit.stdout + audit.stderr
    assert re.search(r"imbalances\s+0", audit.stdout)
