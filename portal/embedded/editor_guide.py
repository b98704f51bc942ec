"""Pictures of docs/editor-guide, taken in the admin of a running demo: `bin/editor-guide [address]`.

The way is a marketer's: log in, begin from a template, change the words, put a block in, look at it, submit it; an
editor approves it, and it is seen live. The guide says how long it takes somebody who reads each step; this says how long
the machine's part of it is.
"""

import argparse
import shutil
import sys
import time
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from portal.embedded.paths import PROJECT
from portal.embedded.run import DEMO_PASSWORD

FOLDER = PROJECT / "docs" / "editor-guide"
MARKETER, EDITOR = "marketer@jiangji.example", "editor@jiangji.example"
QUALITY = 82
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 780}
# What a marketer writes in place of what a template leaves open.
TITLE, SLUG = "茶饮开店周", "cha-yin-kai-dian-zhou"
HERO = {"第一行": "一周之内，", "第二行": "把开店的东西备齐"}


class Guide:
    """Somebody who takes a picture of each step."""

    def __init__(self, page: Page, address: str, folder: Path) -> None:
        self.page, self.address, self.folder = page, address, folder
        self.number = 0

    def picture(self, name: str, *, full_page: bool = False) -> None:
        """Keep what is shown, as the next picture of the guide."""
        self.number += 1
        self.page.wait_for_timeout(600)  # panels slide in
        shot = Image.open(BytesIO(self.page.screenshot(full_page=full_page)))
        shot.convert("RGB").save(self.folder / f"{self.number:02d}-{name}.webp", quality=QUALITY)
        print(f"  {self.number:02d} {name}")

    def log_in(self, who: str) -> None:
        """By the form, with the code that the demo's outbox shows."""
        page = self.page
        page.goto(f"{self.address}/accounts/login/")
        page.fill("main [name=login]", who)
        page.fill("main [name=password]", DEMO_PASSWORD)
        page.click("main form:has([name=password]) button[type=submit]")
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        for _try in range(3):
            if "/2fa/authenticate/" not in page.url:
                return
            outbox = page.context.new_page()
            outbox.goto(f"{self.address}/dev/outbox/")
            code = outbox.locator(f'[data-app-code="{who}"]').inner_text()
            outbox.close()
            page.fill("main [name=code]", code)
            with page.expect_navigation():
                page.click("main form:has([name=code]) button[type=submit]")
            if "/2fa/authenticate/" in page.url:
                page.wait_for_timeout(15_000)  # a code opens one door: the next one is half a minute away
        if "/2fa/authenticate/" in page.url:
            raise SystemExit("The code of the second step was refused three times.")

    def make_page(self) -> str:
        """From the list of topics to the draft; returns the address of its form."""
        page = self.page
        page.goto(f"{self.address}/admin/pages/")
        for title in ("匠集", "专题"):
            row = page.locator("main tr", has=page.locator(".title-wrapper", has_text=title)).first
            row.locator("td.children a, td:last-child a").first.click()
            page.wait_for_timeout(1000)
            page.wait_for_load_state()
        address = page.url.rstrip("/").rsplit("/", 1)[-1]
        self.picture("专题列表")
        page.goto(f"{self.address}/admin/pages/add/cms_pages/landingpage/{address}/")
        page.fill("[name=landing_title]", TITLE)
        self.picture("选模板")
        page.click("main form.landing-templates button[type=submit]")
        page.wait_for_url("**/edit/**")
        self.picture("草稿")
        return page.url

    def change_words(self) -> None:
        """The first screen's title, in the form of the draft."""
        page = self.page
        first, second = HERO.values()
        page.locator("[name=body-0-value-title]").fill(first)
        page.locator("[name=body-0-value-title_second_line]").fill(second)
        page.locator("[name=body-0-value-kicker]").fill("12月1日至7日")
        page.locator("[name=body-0-value-title]").scroll_into_view_if_needed()
        self.picture("改首屏")

    def add_block(self) -> None:
        """The chooser with its groups and previews."""
        page = self.page
        # The second one of the stream itself: between the first screen and what follows.
        page.locator("button.c-sf-add-button[aria-expanded]:visible").nth(1).click()
        page.locator(".w-combobox__option").first.wait_for()
        row = page.locator(".w-combobox__option-row", has=page.get_by_role("option", name="图文并排"))
        row.get_by_role("button", name="预览").click()
        page.wait_for_timeout(2500)
        self.picture("选区块")
        page.get_by_role("option", name="类目网格").click()
        page.wait_for_timeout(500)
        page.locator("[name^=body-][name$=-value-heading]").first.fill("按类目找")
        self.picture("新区块")

    def see_it_live(self) -> None:
        """The page as visitors have it, on a phone and on a wide screen."""
        page = self.page
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        page.goto(f"{self.address}/topics/{SLUG}/")
        self.picture("手机上的页面")
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        page.goto(f"{self.address}/topics/{SLUG}/")
        self.picture("电脑上的页面")

    def look_and_submit(self) -> None:
        """Save, the preview beside the form, what is still missing, submit."""
        page = self.page
        page.keyboard.press("Escape")
        page.locator("[data-side-panel-toggle=preview]").click()
        page.wait_for_timeout(4000)
        self.picture("预览")
        page.locator("[data-side-panel-toggle=preview]").click()
        page.locator("footer button.w-dropdown__toggle").first.click()
        page.wait_for_timeout(400)
        self.picture("提交审核")
        with page.expect_navigation():
            page.locator("button[name=action-submit]").first.click()
        self.picture("已提交")

    def approve(self, address: str) -> None:
        """What the editor does with it, at the page's form."""
        page = self.page
        page.goto(address)
        page.locator("footer button.w-dropdown__toggle").first.click()
        page.wait_for_timeout(400)
        self.picture("编辑审核")
        with page.expect_navigation():
            page.locator("[data-workflow-action-name=approve]:visible").first.click()


def _somebody(browser: Browser) -> Page:
    """A browser of their own, so that a log-in of another holds nothing here."""
    return browser.new_context(viewport=DESKTOP, locale="zh-CN").new_page()  # type: ignore[arg-type]


def parser() -> argparse.ArgumentParser:
    """What bin/editor-guide may be told."""
    known = argparse.ArgumentParser(prog="bin/editor-guide")
    known.add_argument("address", nargs="?", default="http://localhost:8000")
    known.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures go")
    return known


def main() -> int:
    """Take all pictures; the old ones go."""
    arguments = parser().parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("This needs Chromium: install the package chromium.", file=sys.stderr)
        return 1
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for old in arguments.folder.glob("[0-9][0-9]-*.webp"):
        old.unlink()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        guide = Guide(_somebody(browser), arguments.address.rstrip("/"), arguments.folder)
        guide.log_in(MARKETER)
        begun = time.monotonic()
        draft = guide.make_page()
        guide.change_words()
        guide.add_block()
        guide.look_and_submit()
        print(f"From the list to the submitted page: {time.monotonic() - begun:.0f} s of the machine's time.")
        guide.page = _somebody(browser)
        guide.log_in(EDITOR)
        guide.approve(draft)
        guide.page = _somebody(browser)
        guide.see_it_live()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
