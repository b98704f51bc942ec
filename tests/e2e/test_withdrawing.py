"""A seller takes money out, in a real browser: the tax is shown as it is typed, a second factor is set up on the way, and
the money arrives."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.test_two_factor import set_up_an_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def _seller_is_left_as_found(stack) -> Iterator[None]:
    """With an app the seller would be asked for a code at every log-in of all other tests, and each code works once."""
    yield
    stack.manage("remove_second_factor", "seller@jiangji.example")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_seller_sees_the_tax_withdraws_and_is_paid(person, stack, size) -> None:
    removed = stack.manage("remove_second_factor", "seller@jiangji.example")
    assert removed.returncode == 0, removed.stderr
    seller = person("seller", size=size)
    seller.log_in("seller@jiangji.example")
    page = seller.visit("/wallet/")
    page.locator("main a[href$='/wallet/withdraw/']").click()
    seller.snap("1 withdraw")
    net = page.locator("[data-net]")
    page.locator("input[name=amount]").fill("200")
    expect(net).to_contain_text(re.compile(r"1\d\d\.\d\d|200\.00"))
    page.locator("input[name=amount]").fill("200")
    page.get_by_role("button", name="提现").click()
    expect(page.locator("main")).to_contain_text("转出资金前，请先设置两步验证")
    seller.snap("2 led to set up")
    set_up_an_app(seller)
    page.get_by_role("button", name="继续提现").click()
    expect(page).to_have_url(re.compile(r"/wallet/withdraw/PO\w+/$"))
    seller.snap("3 under way")
    for _ in range(90):
        if page.get_by_role("heading", level=1).inner_text() == "已到账":
            break
        page.wait_for_timeout(1_000)
        page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("已到账")
    seller.snap("4 arrived")
    page = seller.visit("/wallet/withdraw/")
    page.locator("input[name=amount]").fill("0.5")
    page.get_by_role("button", name="提现").click()
    expect(page.locator("main")).to_contain_text("单次提现最少")
    seller.snap("5 refused")
