"""A marketer makes a topic and submits it, an editor approves it for a later minute, and visitors see it then."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Person, Stack, until

pytestmark = pytest.mark.browser

TITLE = f"开店季 {datetime.now():%H%M%S}"
_TOPICS = """
from cms_pages.models import LandingIndexPage
print("found", LandingIndexPage.objects.get(locale__language_code="zh-hans").pk)
"""


def _list_of_topics(stack: Stack) -> str:
    told = stack.manage("shell", "-c", _TOPICS)
    return re.search(r"found (\d+)", told.stdout)[1]


def _add_paragraph(page: Page, text: str) -> None:
    page.locator("[data-streamfield-stream-container] .c-sf-add-button").first.click()
    page.get_by_role("option", name="正文", exact=True).or_(page.get_by_role("option", name="文字段落")).first.click()
    page.locator(".public-DraftEditor-content").last.fill(text)


def _open_actions(page: Page) -> None:
    page.locator("footer [data-w-dropdown-target=toggle]").last.click()


def _approve_for(editor: Person, number: str, moment: datetime) -> None:
    """Sets the time in the status panel, saves, approves."""
    page = editor.visit(f"/admin/pages/{number}/edit/")
    page.locator("button[data-side-panel=status]").click()
    page.locator("[data-a11y-dialog-show=schedule-publishing-dialog]").first.click()
    page.locator("#schedule-publishing-dialog [name=go_live_at]").fill(f"{moment:%Y-%m-%d %H:%M}")
    page.keyboard.press("Escape")


def test_a_topic_is_written_submitted_approved_and_live_at_its_time(person, stack: Stack) -> None:
    marketer = person("marketer", size="desktop")
    marketer.log_in("marketer@jiangji.example")
    page = marketer.visit(f"/admin/pages/add/cms_pages/landingpage/{_list_of_topics(stack)}/")
    page.locator("[name=title]").fill(TITLE)
    _add_paragraph(page, "两周做好一家店的招牌。")
    marketer.snap("1 written")
    page.locator("footer .action-save").click()
    page.wait_for_url(re.compile(r"/admin/pages/\d+/edit/"))
    number = re.search(r"/pages/(\d+)/", page.url)[1]
    expect(page.locator(".page-checklist")).to_be_visible()
    marketer.snap("2 the checklist")
