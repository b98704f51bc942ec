"""An invoice in a real browser: asked for, issued, downloaded; reversed when a part is refunded; the fee's; finance's desk."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.payments.pdf import text_of

pytestmark = pytest.mark.browser

COMPANY, NUMBER = "山月（杭州）文化有限公司", "91110000600037341L"


def open_order_to_invoice(person, listing: str) -> Page:
    """The first finished order whose invoice nobody asked for yet."""
    page = person.visit(f"{listing}?group=finished")
    for path in page.locator(".order-row__link").evaluate_all("links => links.map(link => link.pathname)"):
        page = person.visit(path)
        if page.locator("main a[href$='/invoice/']").count():
            return page
    raise AssertionError(f"every order of {listing} has its invoice")


def wait_until(page: Page, words: str) -> None:
    """The page asks again by itself, until the tag says so and the document is there."""
    expect(page.locator("main .tag").first).to_have_text(words, timeout=150_000)
    expect(page.locator("main a[href$='/file/']")).to_be_visible(timeout=60_000)


def download(page: Page, label: str, folder: Path) -> str:
    """The text of the PDF behind a link."""
    with page.expect_download() as caught:
        page.get_by_role("link", name=label).first.click()
    path = folder / caught.value.suggested_filename
    caught.value.save_as(path)
    return text_of(path)


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_buyer_has_an_order_invoiced_and_a_refund_reverses_it(person, size, tmp_path) -> None:
    buyer = person("buyer", size=size)
    buyer.log_in("buyer@jiangji.example")
    page = open_order_to_invoice(buyer, "/orders/")
    order_path = page.evaluate("location.pathname")
    buyer.snap("1 order")
    page.locator("main a[href$='/invoice/']").click()
    page.wait_for_load_state()
    number = page.get_by_label("统一社会信用代码")
    page.get_by_label("个人", exact=True).check()
    expect(number).to_be_hidden()
    page.get_by_label("公司", exact=True).check()
    page.get_by_label("名称").fill(COMPANY)
    number.fill("9111000060003734")
    buyer.snap("2 form")
    page.locator("main").get_by_role("button", name="申请发票").click()
    expect(page.locator("main")).to_contain_text("统一社会信用代码应为18位，现在是16位")
    buyer.snap("3 wrong number")
    number.fill(NUMBER.lower())
    page.locator("main").get_by_role("button", name="申请发票").click()
    expect(page).to_have_url(re.compile(r"/invoices/IN\w+/$"))
    buyer.snap("4 asked for")
    wait_until(page, "已开具")
    buyer.snap("5 issued")
    invoice_path = page.evaluate("location.pathname")
    text = download(page, "下载发票", tmp_path)
    for words in (COMPANY, NUMBER, "演示发票，不作报销凭证", "价税合计"):
        assert words in text
    buyer.visit(order_path)
    buyer.snap("6 order with invoice")

    finance = person("finance", size="desktop")
    finance.log_in("finance@jiangji.example")
    desk = finance.visit("/admin/invoices/")
    row = desk.locator("tr", has_text=order_path.split("/")[-2]).first
    finance.snap("1 desk")
    row.get_by_label("红冲原因").fill("抬头有误")
    row.get_by_role("button", name="红冲").click()
    expect(desk.locator("body")).to_contain_text("红字发票将在一分钟内开具")
    finance.snap("2 reversed")

    page = buyer.visit(invoice_path)
    wait_until(page, "已红冲")
    buyer.snap("7 reversed")
    page = buyer.visit("/invoices/")
    buyer.snap("8 list")
    page.get_by_role("link", name="红字发票").first.click()
    page.wait_for_url(re.compile(r"/invoices/IN\w+/$"))
    wait_until(page, "已开具")
    buyer.snap("9 red letter")
    red = download(page, "下载红字发票", tmp_path)
    assert "红字" in red
    assert "（负数）" in red
    assert re.search(r"-\d+\.\d\d", red)


def test_a_seller_has_the_fee_invoiced(person, tmp_path) -> None:
    seller = person("seller")
    seller.log_in("seller@jiangji.example")
    page = open_order_to_invoice(seller, "/desk/orders/")
    seller.snap("1 order")
    page.locator("main a[href$='/invoice/']").click()
    page.get_by_label("个人", exact=True).check()
    page.get_by_label("名称").fill("林青山")
    seller.snap("2 form")
    page.locator("main").get_by_role("button", name="申请发票").click()
    wait_until(page, "已开具")
    seller.snap("3 issued")
    assert "平台服务费" in download(page, "下载发票", tmp_path)
