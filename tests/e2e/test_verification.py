"""A person hands in papers on a telephone, a moderator decides at a desk, the person reads what became of it."""

import re
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from stdnum.cn import ric

from tests.e2e.conftest import Person

pytestmark = pytest.mark.browser
PASSWORD = "shi-ming-ren-zheng-2026"


def _new_number() -> str:
    """Another one each time, since the stack keeps its data; nobody's, since sequence number 000 is never given out."""
    born = date(1950, 1, 1) + timedelta(days=time.time_ns() // 1000 % 19_000)
    head = f"{(330100, 440300, 110100)[time.time_ns() // 1000 % 3]}{born:%Y%m%d}000"
    return head + ric.calc_check_digit(head + "0")


def _sign_up(somebody: Person, name: str) -> None:
    somebody.sign_up(f"138{time.time_ns() // 1000 % 10**8:08d}", name, PASSWORD)


def _photographs(folder: Path) -> tuple[Path, Path]:
    front, back = folder / "front.jpg", folder / "back.jpg"
    Image.new("RGB", (1200, 760), "#d9e4dc").save(front)
    Image.new("RGB", (1200, 760), "#e6ccc6").save(back)
    return front, back


def _hand_in(somebody: Person, name: str, number: str, photographs: tuple[Path, Path]) -> None:
    page = somebody.visit("/settings/verification/")
    page.locator("#real_name a.button").click()
    page.wait_for_url(re.compile("/real-name/|/reauthenticate/"))
    if "/reauthenticate/" in page.url:  # signing up is no log-in: the password is asked for once
        page.fill("main [name=password]", PASSWORD)
        page.locator("main form:has([name=password]) button[type=submit]").click()
    page.fill("main [name=name]", name)
    page.fill("main [name=number]", number)
    page.set_input_files("main [name=front]", photographs[0])
    page.set_input_files("main [name=back]", photographs[1])
    page.check("main [name=is_long_term]")
    expect(page.locator("main [name=consent]")).not_to_be_checked()
    page.check("main [name=consent]")


def _open_case(moderator: Person, nickname: str) -> Page:
    page = moderator.visit("/admin/verifications/?status=pending")
    page.fill("form[role=search] [name=q] >> nth=-1", nickname)
    page.locator("form.desk-search button[type=submit]").click()
    page.get_by_role("link", name=nickname).click()
    page.wait_for_url(re.compile(r"/admin/verifications/\d+/"))
    return page


def test_papers_are_handed_in_on_a_telephone_and_approved_at_a_desk(person, stack, tmp_path) -> None:
    number, nickname = _new_number(), f"青山{time.time_ns() // 1000 % 10**6}"
    somebody = person("person")
    _sign_up(somebody, nickname)
    somebody.visit("/settings/verification/")
    somebody.snap("1 four facts")
    _hand_in(somebody, "林青山", number[:-1], _photographs(tmp_path))
    somebody.page.locator("main form button[type=submit]").click()
    expect(somebody.page.locator("#id_number_error")).to_contain_text("应为18位，现在是17位")
    somebody.snap("2 a digit is missing")
    _hand_in(somebody, "林青山", number, _photographs(tmp_path))
    somebody.snap("3 filled in")
    somebody.page.locator("main form button[type=submit]").click()
    expect(somebody.page.locator("#real_name")).to_contain_text("待审核")
    expect(somebody.page.locator("#real_name")).to_contain_text(f"{number[:4]}**********{number[-4:]}")
    somebody.snap("4 waits")

    moderator = person("moderator", size="desktop")
    moderator.log_in("moderator@jiangji.example")
    moderator.visit("/admin/")
    expect(moderator.page.locator(".todos")).to_contain_text("待审核的实名与企业认证")
    moderator.snap("5 first page")
    page = _open_case(moderator, nickname)
    expect(page.locator("main")).to_contain_text("林青山")
    expect(page.locator("main")).not_to_contain_text(number)
    page.get_by_role("link", name="查看证件").click()
    pictures = page.locator(".case__papers img")
    expect(pictures).to_have_count(2)
    page.wait_for_function(
        "[...document.querySelectorAll('.case__papers img')].every(each => each.naturalWidth === 1200)"
    )
    page.get_by_role("button", name="显示完整号码").click()
    expect(page.locator(".case__number")).to_have_text(number)
    moderator.snap("6 case")
    page.get_by_role("button", name="通过").click()
    expect(page.locator("body")).to_contain_text("已通过认证")
    moderator.snap("7 approved")

    somebody.visit("/settings/verification/")
    expect(somebody.page.locator("#real_name .tag")).to_have_text("已认证")
    expect(somebody.page.locator("#company a.button")).to_be_visible()
    somebody.snap("8 verified")
    somebody.visit("/notifications/")
    expect(somebody.page.locator("main")).to_contain_text("实名认证已通过")


def test_rejected_papers_tell_why_and_are_handed_in_again(person, stack, tmp_path) -> None:
    number, nickname = _new_number(), f"远山{time.time_ns() // 1000 % 10**6}"
    somebody = person("person")
    _sign_up(somebody, nickname)
    _hand_in(somebody, "周远山", number, _photographs(tmp_path))
    somebody.page.locator("main form button[type=submit]").click()
    expect(somebody.page.locator("#real_name")).to_contain_text("待审核")

    moderator = person("moderator", size="desktop")
    moderator.log_in("moderator@jiangji.example")
    page = _open_case(moderator, nickname)
    page.get_by_label("证件照片看不清").check()
    page.fill("[name=words]", "人像面反光，请换个角度再拍。")
    moderator.snap("1 rejecting")
    page.get_by_role("button", name="驳回并说明原因").click()
    expect(page.locator("body")).to_contain_text("已驳回")

    page = somebody.visit("/settings/verification/")
    expect(page.locator("#real_name")).to_contain_text("人像面反光，请换个角度再拍。")
    somebody.snap("2 rejected")
    _hand_in(somebody, "周远山", number, _photographs(tmp_path))
    page.locator("main form button[type=submit]").click()
    expect(page.locator("#real_name")).to_contain_text("待审核")
    page = _open_case(moderator, nickname)
    expect(page.locator("main")).to_contain_text("以前的提交")
    moderator.snap("3 handed in again")
