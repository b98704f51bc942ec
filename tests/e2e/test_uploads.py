"""A seller sends files for a gallery: several at once, one of them hostile, over a reload, and puts them in order by keyboard."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import until
from tests.uploads import files

pytestmark = pytest.mark.browser
ROWS = "[data-shot]"


def upload_of(name: str, content: bytes, mime: str) -> dict[str, object]:
    return {"name": name, "mimeType": mime, "buffer": content}


def names(page: Page) -> list[str]:
    return page.locator("[data-shot-name]").all_inner_texts()


def row(page: Page, name: str):
    return page.locator(ROWS).filter(has_text=name)


def test_files_are_sent_at_once_survive_a_reload_and_are_put_in_order_by_keyboard(person) -> None:
    seller = person("seller")
    seller.log_in("seller@jiangji.example")
    page = seller.visit("/desk/gigs/new/")
    page.fill("main [name=title]", "手写招牌与门头设计")
    page.locator("button[name=next]:not([aria-hidden]):visible").first.click()
    page.wait_for_url(re.compile(r"/desk/gigs/\d+/packages/"))  # saving itself leads to …/overview/, without leaving
    number = re.search(r"/desk/gigs/(\d+)/", page.url)[1]
    page = seller.visit(f"/desk/gigs/{number}/gallery/")
    mark = time.time_ns() // 1_000_000 % 100_000  # the stack keeps what earlier runs left in this form
    for left in range(page.locator(ROWS).count(), 0, -1):
        page.locator("[data-shot-remove]").first.click()
        expect(page.locator(ROWS)).to_have_count(left - 1)

    shop, sign, folio, bad = f"店面{mark}.png", f"门头{mark}.jpg", f"画册{mark}.pdf", f"坏图{mark}.jpg"
    shares: list[str] = []
    page.expose_function("noteShare", lambda share: shares.append(share))
    page.evaluate(
        "new MutationObserver(() => document.querySelectorAll('[data-shot-status]').forEach("
        "(part) => { if (part.textContent.includes('%')) window.noteShare(part.textContent); }))"
        ".observe(document.querySelector('[data-upload-list]'), { subtree: true, childList: true, characterData: true })"
    )
    page.set_input_files(
        "[name=gallery-files]",
        [
            upload_of(shop, files.picture(size=(2400, 1500), form="PNG"), "image/png"),
            upload_of(sign, files.picture_with_place(), "image/jpeg"),
            upload_of(folio, files.pdf(), "application/pdf"),
            upload_of(bad, b"<html><script>alert(1)</script></html>", "image/jpeg"),
        ],
    )
    for name in (shop, sign, folio):
        expect(row(page, name)).to_have_attribute("data-state", "ready", timeout=60_000)
    expect(row(page, bad)).to_contain_text(f"“{bad}”不是能识别的图片", timeout=60_000)
    assert any("已上传" in share for share in shares)
    assert names(page) == [shop, sign, folio, bad]
    expect(page.locator("#saved [data-saved=yes]")).to_contain_text("已自动保存")
    seller.snap("01 sent")

    # What a script on the page could not know after a reload is told by the server.
    page = seller.visit(f"/desk/gigs/{number}/gallery/")
    assert names(page) == [shop, sign, folio, bad]
    expect(row(page, shop).locator(".picture__image")).to_be_visible()  # saved by itself, and no upload any more
    # Chosen again, a file that is here is not sent again.
    page.set_input_files("[name=gallery-files]", [upload_of(f"新图{mark}.png", files.picture(form="PNG"), "image/png")])
    expect(row(page, f"新图{mark}.png")).to_have_attribute("data-state", "ready", timeout=60_000)

    row(page, bad).get_by_role("button", name="删除").press("Enter")
    expect(row(page, bad)).to_have_count(0)
    sign_row = row(page, sign)
    sign_row.get_by_role("button", name="上移").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-upload-said]")).to_have_text(f"“{sign}”移到了第1位。")
    # At the top the arrow upwards is gone, so the keyboard stands on the other one.
    expect(sign_row.get_by_role("button", name="下移")).to_be_focused()
    assert names(page) == [sign, shop, folio, f"新图{mark}.png"]
    expect(sign_row.get_by_text("封面", exact=True)).to_be_visible()
    row(page, f"新图{mark}.png").get_by_role("button", name="设为封面").press("Space")
    assert names(page) == [f"新图{mark}.png", sign, shop, folio]
    sign_row.get_by_label(re.compile("画面说明")).fill("木质门头，夜里亮灯")
    seller.snap("02 in order")

    page.locator("button[name=next]:not([aria-hidden]):visible").first.click()
    page.wait_for_url(re.compile(r"/publish/$"))
    page = seller.visit(f"/desk/gigs/{number}/gallery/")
    assert page.locator("[data-shot]").count() == 4
    expect(page.locator("[data-shot-alt]").nth(1)).to_have_value("木质门头，夜里亮灯")
    sizes = page.locator("[data-shot] source[type='image/avif']").first.get_attribute("srcset")
    assert "320w" in sizes
    seller.snap("03 saved")

    seller.put_away_gig(page.url)


def test_a_file_chosen_before_the_script_is_there_is_sent_all_the_same(person) -> None:
    seller = person("seller")
    seller.log_in("seller@jiangji.example")
    page = seller.visit("/desk/gigs/new/")
    page.fill("main [name=title]", "手写招牌与门头设计")
    page.locator("button[name=next]:not([aria-hidden]):visible").first.click()
    page.wait_for_url(re.compile(r"/desk/gigs/\d+/packages/"))
    number = re.search(r"/desk/gigs/(\d+)/", page.url)[1]
    held = []
    page.route(re.compile(r"/js/uploads[^/]*\.js"), lambda route: held.append(route))
    page.goto(f"{seller.stack.address}/desk/gigs/{number}/gallery/", wait_until="commit")
    name = f"慢网{time.time_ns() // 1_000_000 % 100_000}.png"
    page.set_input_files(
        "[name=gallery-files]", [upload_of(name, files.picture(size=(1200, 800), form="PNG"), "image/png")]
    )
    until(page, lambda: held, "the page to ask for its script")
    held[0].continue_()
    expect(row(page, name)).to_have_attribute("data-state", "ready", timeout=60_000)
