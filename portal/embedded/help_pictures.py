"""Pictures of the help articles, taken on a phone's screen in a running demo: `bin/help-pictures [address]`.

Each is what somebody sees at that step, in Chinese and in English. portal/demo/data/help.json names them as figures, with what
they show; the next demo that is built has them. `--only wallet` takes some anew.
"""

import argparse
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from portal.embedded.paths import PROJECT
from portal.embedded.run import DEMO_PASSWORD

FOLDER = PROJECT / "portal" / "demo" / "media" / "pages"
BUYER, SELLER = "buyer@jiangji.example", "seller@jiangji.example"
LANGUAGES = {"zh": ("", "zh-CN"), "en": ("/en", "en")}
PHONE = {"width": 390, "height": 720}
SCALE = 1.5
MOST_BYTES = 40_000
_BEST_QUALITY, _LEAST_QUALITY, _STEP = 82, 30, 8
_ABOVE = 76  # pixels of the page's head that stay above what a picture is of


@dataclass(frozen=True)
class Shot:
    """One picture: who looks, where, at what."""

    name: str
    address: str
    login: str = ""
    # What stands at the top of the picture; the top of the page without it.
    of: str = ""
    # What is done before it is taken.
    before: Callable[[Page], None] | None = None


def _first_order(page: Page) -> None:
    page.locator(".order-row__link").first.click()
    page.wait_for_load_state()


def _act_of_first_order(act: str) -> Callable[[Page], None]:
    """Open a form of the first order of the list that has it."""

    def go(page: Page) -> None:
        _first_order(page)
        prefix, number = re.search(r"(/en)?/orders/(\w+)/", page.url).groups("")  # type: ignore[union-attr]
        page.goto(re.sub(r"^(https?://[^/]+).*", rf"\1{prefix}/orders/{number}/{act}/", page.url))

    return go


def _suggestions(page: Page) -> None:
    box = page.locator("[name=q]:visible").first
    box.click()
    box.press_sequentially("biaozhi", delay=60)
    page.wait_for_timeout(1500)


def _checkout(page: Page) -> None:
    _first_gig(page)
    # The buttons of the phone's bar and of the side send the same form.
    page.goto(
        page.locator(".order-box").first.evaluate("form => `${form.action}?${new URLSearchParams(new FormData(form))}`")
    )


def _first_gig(page: Page) -> None:
    page.locator("main a[href*='/gigs/']").first.click()
    page.wait_for_load_state()


SHOTS = (
    Shot("search", "/", before=_suggestions),
    Shot("packages", "/search/?q=logo", before=_first_gig, of="#packages"),
    Shot("checkout", "/search/?q=logo", BUYER, before=_checkout),
    Shot("brief", "/briefs/new/", BUYER, of="main form"),
    Shot("orders", "/orders/", BUYER),
    Shot("next", "/orders/?state=delivered", BUYER, before=_first_order, of=".whatsnext"),
    Shot("revise", "/orders/?state=delivered", BUYER, before=_act_of_first_order("do/revise")),
    Shot("dispute", "/orders/?state=delivered", BUYER, before=_act_of_first_order("do/dispute")),
    Shot("cancel", "/orders/?state=in_progress", BUYER, before=_act_of_first_order("do/cancel")),
    Shot("escrow", "/trust/escrow/"),
    Shot("notifications", "/settings/notifications/", BUYER, of="main form"),
    Shot("privacy", "/settings/privacy/", BUYER),
    Shot("two-factor", "/accounts/2fa/", BUYER),
    Shot("support", "/support/new/", BUYER),
    Shot("desk", "/desk/", SELLER),
    Shot("level", "/desk/level/", SELLER),
    Shot("wallet", "/wallet/", SELLER),
    Shot("absence", "/settings/availability/", SELLER, of="section.away"),
    Shot("extend", "/desk/orders/?state=in_progress", SELLER, before=_act_of_first_order("change/extend")),
)


def log_in(page: Page, address: str, login: str) -> None:
    """By the form, as everybody."""
    page.goto(f"{address}/accounts/login/")
    page.fill("main [name=login]", login)
    page.fill("main [name=password]", DEMO_PASSWORD)
    page.click("main form:has([name=password]) button[type=submit]")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def take(page: Page, shot: Shot, file: Path, *, address: str) -> int:
    """Go there, and keep what the screen shows; returns the size in bytes."""
    page.set_default_timeout(40_000)
    answer = page.goto(address + shot.address)
    if answer is None or not answer.ok:
        raise PlaywrightError(f"{address}{shot.address} does not open")
    if shot.before is not None:
        shot.before(page)
        page.wait_for_load_state()
    wanted = page.locator(shot.of).first if shot.of else None
    top = wanted.bounding_box() if wanted is not None and wanted.count() else None
    if top is not None:
        page.evaluate("top => window.scrollBy({top, behavior: 'instant'})", top["y"] - _ABOVE)
    page.wait_for_timeout(500)  # pictures and panels come in
    return _write(Image.open(BytesIO(page.screenshot())).convert("RGB"), file)


def _write(picture: Image.Image, file: Path) -> int:
    for quality in range(_BEST_QUALITY, _LEAST_QUALITY, -_STEP):
        picture.save(file, quality=quality, method=6)
        if file.stat().st_size <= MOST_BYTES:
            break
    return file.stat().st_size


def take_all(browser: Browser, address: str, shots: tuple[Shot, ...]) -> int:
    """Every picture in both languages, with one log-in for each person and language. Returns how many it missed."""
    missed = 0
    for language, (prefix, locale) in LANGUAGES.items():
        pages: dict[str, Page] = {}
        for shot in shots:
            if shot.login not in pages:
                context = browser.new_context(
                    viewport=PHONE,  # type: ignore[arg-type]
                    device_scale_factor=SCALE,
                    is_mobile=True,
                    has_touch=True,
                    locale=locale,
                )
                pages[shot.login] = context.new_page()
                if shot.login:
                    log_in(pages[shot.login], address, shot.login)
            name = f"help-{shot.name}-{language}.webp"
            try:
                size = take(pages[shot.login], shot, FOLDER / name, address=address + prefix)
            except PlaywrightError as error:
                print(f"  {name} MISSED: {error.message.splitlines()[0]}", file=sys.stderr, flush=True)
                missed += 1
                continue
            print(f"  {name} {size / 1000:.0f} kB", flush=True)
    return missed


def parser() -> argparse.ArgumentParser:
    """What bin/help-pictures may be told."""
    known = argparse.ArgumentParser(prog="bin/help-pictures")
    known.add_argument("address", nargs="?", default="http://localhost:8000")
    known.add_argument("--only", nargs="*", default=[], help="names of pictures")
    return known


def main() -> int:
    """Take the pictures."""
    arguments = parser().parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("This needs Chromium: install the package chromium.", file=sys.stderr)
        return 1
    shots = tuple(shot for shot in SHOTS if not arguments.only or shot.name in arguments.only)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        missed = take_all(browser, arguments.address.rstrip("/"), shots)
        browser.close()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
