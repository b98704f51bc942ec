"""On a phone: what works, what does not, and what staff says about it."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import SIZES, Stack

pytestmark = pytest.mark.browser

# What the clock of the jobs writes down each minute, written down now.
_MEASURE = "from marketplace.operations.tasks import measure_parts; measure_parts()"
_TELL = """
from datetime import timedelta
from django.utils import timezone
from marketplace.accounts.models import User
from marketplace.operations import incidents
from marketplace.operations.models import IncidentKind
staff = User.objects.filter(is_superuser=True).first()
soon = timezone.now() + timedelta(hours=5)
words = dict(text="数据库换到新机器，期间提现会晚到，不会丢失。", text_en="The database moves to a new machine.")
incidents.announce(
    kind=IncidentKind.MAINTENANCE, title="数据库搬迁{size}", title_en="The database moves {size}", parts=["payouts", "orders"],
    starts_at=soon, ends_at=soon + timedelta(hours=1), staff=staff, **words,
)
"""


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_what_works_is_read_at_once_part_by_part(stack: Stack, browser: Browser, size: str) -> None:
    for words in (_MEASURE, _TELL.format(size=size)):
        done = stack.manage("shell", "-c", words)
        assert done.returncode == 0, done.stderr
    context = browser.new_context(viewport=SIZES[size], is_mobile=size == "phone", has_touch=size == "phone")
    problems: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{stack.address}/")
    page.locator("footer a[href='/status/']").click()
    page.wait_for_url("**/status/")
    # Made at most a quarter of a minute ago, perhaps before the maintenance was told.
    expect(page.locator("h1")).to_be_visible()
    while not page.get_by_text(f"数据库搬迁{size}").count():
        page.wait_for_timeout(1_000)
        page.reload()
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size]["width"]
    expect(page.locator(".status-part")).to_have_count(8)
    assert page.locator(".status-days i").count() == 8 * 90
    for box in page.locator(".status-days").all():
        assert box.bounding_box()["width"] > 250
        assert box.locator("i:last-child").bounding_box()["width"] >= 1.5
    assert not page.context.cookies()
    page.screenshot(path=f"screenshots/status-{size}.png", full_page=True)
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/status/")
    expect(page.locator(".status-head h1")).to_have_text(re.compile(r"\.$"))
    expect(page.get_by_text(f"The database moves {size}", exact=True)).to_be_visible()
    page.screenshot(path=f"screenshots/status-{size}-en.png", full_page=True)
    assert problems == []
    context.close()
