"""A marketer makes a topic and submits it, an editor approves it for a later minute, and visitors see it then."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Person, Stack, until

pytestmark = pytest.mark.browser

_CHINA = ZoneInfo("Asia/Shanghai")
_TOPICS = "/topics/"  # where the demo has its list of them


def _number_of_topics(marketer: Person) -> str:
    page = marketer.visit("/admin/pages/search/?q=专题")
    link = page.locator("main td.title a[href*='/admin/pages/']").filter(has_text=re.compile(r"^\s*专题\s*$")).first
    return re.search(r"/pages/(\d+)/", link.get_attribute("href"))[1]


def _add_paragraph(page: Page, text: str) -> None:
    page.locator(".c-sf-add-button").first.click()
    page.get_by_role("option", name="正文", exact=True).click()
    _type_paragraph(page, text)


def _type_paragraph(page: Page, text: str) -> None:
    """In place of what stands there. The editor listens to keys: what is merely put into it is not saved."""
    page.locator(".public-DraftEditor-content").last.click()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    page.wait_for_timeout(500)  # it hands its text to the form a moment later


def _choose(page: Page, button: str) -> None:
    """One of the actions beside the button that saves."""
    page.locator("footer nav.actions [data-w-dropdown-target=toggle]").click()
    with page.expect_navigation():
        page.locator(f"footer nav.actions {button}").first.click()


def _write_and_submit(marketer: Person, topics: str, title: str, slug: str) -> str:
    """The number of the page that now waits for an editor."""
    page = marketer.visit(f"/admin/pages/add/cms_pages/landingpage/{topics}/?template=empty")
    page.locator("[name=title]").fill(title)
    _add_paragraph(page, "两周做好一家店的招牌，国家级的品质。")
    page.locator("[role=tab]").nth(1).click()
    page.locator("[name=slug]").fill(slug)
    page.locator("[name=seo_title]").fill(title)
    page.locator("footer .action-save").click()
    page.wait_for_url(re.compile(r"/admin/pages/\d+/edit/"))
    number = re.search(r"/pages/(\d+)/", page.url)[1]
    expect(page.locator(".page-checklist")).to_contain_text("国家级")
    expect(page.locator(".page-checklist__kind--stops")).to_have_count(1)
    marketer.snap("1 the checklist")
    _type_paragraph(page, "两周做好一家店的招牌。")
    with page.expect_navigation():
        page.locator("footer .action-save").click()
    expect(page.locator(".page-checklist__kind--stops")).to_have_count(0)
    expect(page.locator("footer nav.actions [name=action-publish]")).to_have_count(0)
    _choose(page, "[name=action-submit]")
    marketer.snap("2 submitted")
    return number


def _schedule_and_approve(editor: Person, number: str, moment: datetime) -> None:
    page = editor.visit(f"/admin/pages/{number}/edit/")
    page.locator("[data-side-panel-toggle=status]").click()
    page.locator("[data-a11y-dialog-show=schedule-publishing-dialog]:visible").first.click()
    field = page.locator("#schedule-publishing-dialog [name=go_live_at]")
    field.fill(f"{moment:%Y-%m-%d %H:%M}")
    editor.snap("3 the time")
    with page.expect_navigation():
        # By the keyboard: the calendar of the field lies over the button.
        page.locator("#schedule-publishing-dialog button[type=submit]").press("Enter")
    _choose(page, "[data-workflow-action-name=approve]")
    editor.snap("4 approved")


def test_a_topic_is_written_submitted_approved_and_live_at_its_time(person, stack: Stack) -> None:
    begun = datetime.now(_CHINA)
    title, slug = f"开店季 {begun:%H%M%S}", f"opening-{begun:%H%M%S}"
    marketer, editor, visitor = (person(name, size="desktop") for name in ("marketer", "editor", "visitor"))
    marketer.log_in("marketer@jiangji.example")
    number = _write_and_submit(marketer, _number_of_topics(marketer), title, slug)
    editor.log_in("editor@jiangji.example")
    expect(editor.visit("/admin/").locator("main")).to_contain_text(title)
    _schedule_and_approve(editor, number, datetime.now(_CHINA) + timedelta(minutes=2))

    def is_live() -> bool:
        return visitor.page.request.get(f"{stack.address}{_TOPICS}{slug}/").ok

    assert not is_live()
    until(visitor.page, is_live, "the clock to publish the page", seconds=240)
    expect(visitor.visit(f"{_TOPICS}{slug}/").locator("main")).to_contain_text("两周做好一家店的招牌")
    visitor.snap("5 live")
