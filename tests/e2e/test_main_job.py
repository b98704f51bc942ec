"""The main job, on the running stack: find, book, pay, tell, deliver, revise, accept, be paid, tip, review."""

import re
import time
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

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


def send_files(page: Page, *paths: Path) -> None:
    """Choose files of a form, and wait until they have arrived and are looked into."""
    page.set_input_files("main [name=files]", list(paths))
    expect(page.locator("[data-shot][data-state=ready]")).to_have_count(len(paths), timeout=60_000)


def revise_and_deliver_again(buyer, seller, number: str, folder: Path) -> None:
    """The buyer asks for a change with a marked picture, the seller delivers a picture, the buyer sees it with a watermark."""
    marks, drawing = folder / "批注.png", folder / "第二版.png"
    Image.new("RGB", (300, 200), "#d9c8a8").save(marks)
    Image.new("RGB", (1600, 1000), "#a8c3b0").save(drawing)
    page = buyer.page
    page.locator("a[href$='/do/revise/']:visible").click()
    page.fill("main [name=message]", "叶脉再简一点，见图。")
    send_files(page, marks)
    buyer.snap("16a revision")
    page.locator("main form button[type=submit]").last.click()
    seller.visit(f"/orders/{number}/")
    expect(seller.page.locator(".revisions")).to_contain_text("批注.png")
    seller.snap("16b revision asked for")
    seller.visit(f"/orders/{number}/do/deliver/")
    seller.page.fill("main [name=message]", "收成三笔了。")
    send_files(seller.page, drawing)
    seller.page.check("main [name=ai_made][value=no]")
    seller.page.locator("main form button[type=submit]").last.click()
    expect(seller.page.locator("#delivery-2")).to_be_visible()
    buyer.visit(f"/orders/{number}/")
    preview = page.locator(".previews img").first
    preview.scroll_into_view_if_needed()
    expect(preview).to_have_js_property("complete", True)
    assert preview.evaluate("(image) => image.naturalWidth") == 480
    expect(page.locator("main")).to_contain_text("验收后可下载原图")
    buyer.snap("16c second delivery with a watermark")


def review(side, number: str, words: str, name: str) -> None:
    """One side gives five stars in everything that it is asked, and says why."""
    page = side.visit(f"/orders/{number}/review/")
    for group in page.locator("main fieldset:has(input[type=radio])").all():
        group.locator("label:has(input[type=radio][value='5'])").first.click()  # nothing may lie over it
    page.locator("main textarea").first.fill(words)
    side.snap(name)
    page.locator("main form:has(textarea) button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/review/" not in url)


def thank(buyer, seller, stack, number: str) -> None:
    """The originals are open, and the buyer gives a tip."""
    page = buyer.visit(f"/orders/{number}/")
    with page.expect_download() as download:
        page.locator("section:has(#delivery-2) a[download]").click()
    with Image.open(download.value.path()) as original:
        assert original.size == (1600, 1000)
    page.locator("a[href$='/change/tip/']:visible").click()
    page.check("main [name=preset][value=own]")
    page.fill("main [name=amount]", "6.66")
    page.fill("main [name=message]", "辛苦了，改得又快又好。")
    buyer.snap("19a tip")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile("/pay/"))
    buyer.snap("19b pay the tip")
    page.locator("main form button[type=submit]:visible").first.click()
    page.wait_for_url(lambda url: url.startswith(stack.sandbox))
    page.get_by_role("button", name=re.compile("确认付款")).click()
    page.wait_for_url(re.compile(rf"{stack.address}/orders/"))
    seller.visit(f"/orders/{number}/")
    expect(seller.page.locator("main")).to_contain_text("改得又快又好")
    seller.snap("19c thanked")


def _choose_two_with_a_coupon(page) -> int:
    """Two of it, the first add-on if there is one, and the demo's coupon. Returns the full price, in fen."""
    page.select_option("[name=quantity]", "2")
    expect(page.locator("#checkout-sums")).to_contain_text("× 2")
    for extra in page.locator("[name=extras]").all()[:1]:
        without = page.locator("#bar-total").text_content() or ""
        extra.check()
        expect(page.locator("#bar-total")).not_to_have_text(without)
    full = _fen(page.locator("#bar-total").text_content() or "")
    page.fill("[name=coupon]", "NOPE")
    page.get_by_role("button", name="计算金额").click()
    expect(page.locator("#coupon-note .field__error")).to_be_visible()
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
    page.wait_for_load_state()
    for area in page.locator("main textarea").all():
        area.fill("小满茶，城西菜场口的现煮茶。")
    for group in page.locator("main fieldset").all():
        group.locator("input[type=radio]").first.check()
    # Who leaves finds it again: it was not sent.
    page.goto(order_address)
    page.get_by_role("link", name="填写需求说明").click()
    expect(page.locator("main textarea").first).to_have_value("小满茶，城西菜场口的现煮茶。")
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
    send_files(seller.page, work)
    seller.page.check("main [name=ai_made][value=no]")
    seller.snap("14 delivery")
    seller.page.locator("main form button[type=submit]").last.click()
    expect(seller.page.locator("main")).to_contain_text("定稿.zip")
    seller.snap("15 order delivered")

    # Look, accept.
    buyer.visit(f"/orders/{number}/")
    expect(page.locator("main")).to_contain_text("定稿.zip")
    with page.expect_download() as download:
        page.locator("a[href*='/files/']").first.click()
    assert Path(download.value.path()).read_bytes() == work.read_bytes()
    buyer.snap("16 order to accept")
    if size == "phone":
        revise_and_deliver_again(buyer, seller, number, tmp_path)
    page.get_by_role("link", name="确认验收并放款").click()
    buyer.snap("17 accept")
    page.get_by_role("button", name="确认验收并放款").click()
    expect(page).to_have_url(re.compile(rf"/orders/{number}/$"))
    buyer.snap("18 accepted")

    # The money: of the full price, whatever the coupon took off, less the commission of ten percent, rounded half up to the fen.
    assert _balance(seller, "pending") - pending_before == full - (full * 1000 + 5000) // 10000
    seller.snap("19 wallet")
    if size == "phone":
        thank(buyer, seller, stack, number)

    # Both review, and it stands on the gig once both have.
    said = f"{REVIEW}{number}"  # the same person has reviewed the same service on another screen
    review(buyer, number, said, "20 review")
    page.goto(gig_address)
    expect(page.locator("#reviews")).not_to_contain_text(said)
    review(seller, number, "需求清楚，反馈及时。", "20b the seller reviews")
    page.goto(gig_address)
    expect(page.locator("#reviews")).to_contain_text(said)
    buyer.snap("21 gig with review")

    audit = stack.manage("audit_ledger")
    assert audit.returncode == 0, audit.stdout + audit.stderr
    assert re.search(r"imbalances\s+0", audit.stdout)
