"""Somebody who sells: from signing up to the seller desk, their portrait, their work, and being away. On a phone."""

import re
import time
from datetime import timedelta
from io import BytesIO
from urllib.request import urlopen

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from tests.accounts.profile.uploads import halves, picture

pytestmark = pytest.mark.browser


def upload_of(file, name: str) -> dict[str, object]:
    return {"name": name, "mimeType": "image/png", "buffer": file.read()}


def sign_up(maker) -> None:
    """A new person each time: the stack keeps its data."""
    maker.sign_up(f"137{time.time_ns() // 1000 % 10**8:08d}", "林青山", "qing-shan-2026-zi")


def picture_on(page: Page, selector: str) -> Image.Image:
    address = page.locator(selector).first.evaluate("image => image.src")
    with urlopen(address) as answer:
        return Image.open(BytesIO(answer.read())).convert("RGB")


def test_a_new_person_opens_the_desk_shows_work_and_goes_away(person) -> None:
    maker = person("maker")
    sign_up(maker)
    page = maker.visit("/sell/")
    maker.snap("01 the way")
    page.get_by_role("link", name="继续：个人资料").click()
    page.wait_for_load_state()  # a picture chosen before the script is there is not cropped

    # The portrait: the frame is moved to the right, where the picture is blue, by the keys of a slider.
    page.set_input_files("[name=portrait]", upload_of(halves((800, 400)), "halves.png"))
    expect(page.locator("[data-crop-stage]")).to_be_visible()
    page.locator("[data-crop-range=size]").press("Home")
    page.locator("[data-crop-range=x]").press("End")
    maker.snap("02 portrait")
    page.get_by_role("button", name="保存头像").click()
    expect(page.get_by_text("头像已保存。")).to_be_visible()
    page.wait_for_load_state()
    red, _green, blue = picture_on(page, "main img.avatar").getpixel((5, 5))
    assert blue > red

    page.fill("[name=headline]", "手写招牌")
    page.fill("[name=about]", "写了八年招牌。")
    page.select_option("[name=province]", "浙江")
    assert page.locator("[name=city] optgroup").evaluate_all("groups => groups.map(group => group.label)") == ["浙江"]
    page.select_option("[name=city]", "杭州")
    page.select_option("[name=language_zh]", "native")
    page.get_by_role("button", name="保存并继续").click()
    page.get_by_label("添加技能").wait_for()
    page.wait_for_load_state()  # htmx is there to hear what is typed

    page.get_by_label("添加技能").press_sequentially("插")
    page.locator("#skill-matches").get_by_role("button", name="插画").click()
    expect(page.get_by_role("button", name="移除插画")).to_be_visible()
    maker.snap("03 skills")
    page.get_by_role("link", name="下一步").click()
    expect(page.get_by_text("手机号已验证。")).to_be_visible()
    page.get_by_role("button", name="开通卖家中心").click()
    expect(page.get_by_role("heading", name="实名")).to_be_visible()
    maker.snap("04 real name")
    page = maker.visit("/desk/")
    expect(page.get_by_role("navigation", name="主导航").get_by_text("卖家中心")).to_be_visible()
    maker.snap("05 desk")

    # Two pieces; the second one, with a picture and a link, is moved up by the keyboard alone.
    page = maker.visit("/settings/portfolio/new/")
    page.fill("[name=title]", "面馆招牌")
    page.fill("[name=link]", "https://www.example.com/noodles")
    page.get_by_role("button", name="放上主页").click()
    expect(page.get_by_text("example.com")).to_be_visible()
    page = maker.visit("/settings/portfolio/new/")
    page.fill("[name=title]", "茶馆招牌")
    page.set_input_files("[name=files]", upload_of(picture((900, 600)), "tea.png"))
    page.fill("[name=link]", "https://www.example.com/tea")
    page.get_by_role("button", name="放上主页").click()
    expect(page.get_by_text("example.com")).to_be_visible()
    maker.snap("06 piece")
    page = maker.visit("/settings/portfolio/")
    arrow = page.get_by_role("button", name="“茶馆招牌”上移")
    arrow.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="“茶馆招牌”现在排在第1位。")).to_be_attached()
    expect(arrow).to_be_focused()
    maker.snap("07 portfolio")

    # Away: the public page says so, and the viewer goes through the work by arrow keys.
    day = timezone.localdate() + timedelta(days=6)
    back = f"{day.year}年{day.month}月{day.day}日"
    page = maker.visit("/settings/availability/")
    page.fill("[name=until]", day.isoformat())
    page.fill("[name=message]", "去大理写生。")
    page.get_by_role("button", name="开始休假").click()
    expect(page.get_by_text(back).first).to_be_visible()
    page = maker.visit("/settings/")
    address = page.get_by_role("link", name=re.compile("查看公开主页")).get_attribute("href")

    visitor = person("visitor")
    page = visitor.visit(address)
    expect(page.get_by_text("去大理写生。")).to_be_visible()
    expect(page.get_by_text(back)).to_be_visible()
    assert page.locator(".showcase b").all_inner_texts() == ["茶馆招牌", "面馆招牌"]
    visitor.snap("08 public page")
    page.locator("a[data-viewer]").first.focus()
    page.keyboard.press("Enter")
    viewer = page.locator("dialog#viewer")
    expect(viewer.get_by_role("heading", name="茶馆招牌")).to_be_focused()
    visitor.snap("09 viewer")
    page.keyboard.press("ArrowRight")
    expect(viewer.get_by_role("heading", name="面馆招牌")).to_be_focused()
    link = viewer.get_by_role("link", name=re.compile("example.com"))
    assert link.get_attribute("rel") == "noopener nofollow ugc"
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(page.locator("a[data-viewer]").first).to_be_focused()


def test_who_buys_and_sells_changes_the_hat_on_a_wide_screen(person) -> None:
    seller = person("seller", size="desktop")
    seller.log_in("seller@jiangji.example")
    page = seller.visit("/desk/")
    header = page.get_by_role("banner")
    header.get_by_role("button", name="切换到买家").click()
    page.wait_for_url("**/orders/")
    expect(header.get_by_role("link", name="卖家中心")).to_be_hidden()
    seller.snap("01 as a buyer")
    header.get_by_role("button", name="切换到卖家中心").click()
    page.wait_for_url("**/desk/")
    expect(header.get_by_role("link", name="卖家中心")).to_be_visible()
    seller.snap("02 as a seller")


def test_work_is_put_in_order_by_dragging(person) -> None:
    seller = person("seller", size="desktop")
    seller.log_in("seller@jiangji.example")
    page = seller.visit("/settings/portfolio/")
    rows = page.locator("[data-sort-item] b")
    before = rows.all_inner_texts()
    page.locator("[data-sort-item]").last.drag_to(
        page.locator("[data-sort-item]").first, target_position={"x": 30, "y": 4}
    )
    expect(page.get_by_role("status").filter(has_text="新的顺序已保存。")).to_be_attached()
    page = seller.visit("/settings/portfolio/")
    assert page.locator("[data-sort-item] b").all_inner_texts() == [before[-1], *before[:-1]]
    seller.snap("portfolio in order")
