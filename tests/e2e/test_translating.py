"""A marketer has a topic translated side by side and submits it, an editor publishes it, and it is seen in English."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Person, Stack
from tests.e2e.test_editors import _TOPICS, _add_paragraph, _choose, _number_of_topics

pytestmark = pytest.mark.browser

_CHINA = ZoneInfo("Asia/Shanghai")
_WORDS = [
    "Opening season",
    "Two weeks to a shop sign.",
]  # of the title and the paragraph; below them stands the address


def _publish_in_chinese(editor: Person, topics: str, title: str, slug: str) -> str:
    """The number of a live page."""
    page = editor.visit(f"/admin/pages/add/cms_pages/landingpage/{topics}/?template=empty")
    page.locator("[name=title]").fill(title)
    _add_paragraph(page, "两周做好一家店的招牌。")
    page.locator("[role=tab]").nth(1).click()
    page.locator("[name=slug]").fill(slug)
    page.locator("footer .action-save").click()
    page.wait_for_url(re.compile(r"/admin/pages/\d+/edit/"))
    number = re.search(r"/pages/(\d+)/", page.url)[1]
    _choose(page, "[name=action-publish]")
    return number


def _translate_everything(page: Page, slug: str) -> None:
    """Each text is answered below it, in both tabs, and saved by itself."""
    editor = page.locator(".js-translation-editor")
    words = iter(_WORDS)
    for tab in editor.locator("[role=tab]").all():
        tab.click()
        buttons = editor.locator("button:visible", has_text=re.compile("^翻译$"))
        while left := buttons.count():
            buttons.first.click()
            editor.locator("textarea:visible").fill(next(words, slug))
            editor.locator("button:visible", has_text=re.compile("^保存$")).click()
            expect(editor.locator("textarea:visible")).to_have_count(0)
            expect(buttons).to_have_count(left - 1)


def test_a_topic_is_translated_side_by_side_submitted_published_and_seen_in_english(person, stack: Stack) -> None:
    begun = datetime.now(_CHINA)
    title, slug = f"开店季 {begun:%H%M%S}", f"season-{begun:%H%M%S}"
    editor, marketer, visitor = (person(name, size="desktop") for name in ("editor", "marketer", "visitor"))
    editor.log_in("editor@jiangji.example")
    number = _publish_in_chinese(editor, _number_of_topics(editor), title, slug)

    marketer.log_in("marketer@jiangji.example")
    page = marketer.visit(f"/admin/localize/submit/page/{number}/")
    page.locator("[name=locales]").first.check()
    marketer.snap("1 sent for translation")
    page.locator("main form input[type=submit]").click()
    page.wait_for_url(re.compile(r"/admin/pages/\d+/edit/"))
    expect(page.locator(".js-translation-editor")).to_contain_text("两周做好一家店的招牌。")
    marketer.snap("2 side by side")
    _translate_everything(page, slug)
    page.reload()
    page.locator(".translation-bar").scroll_into_view_if_needed()
    marketer.snap("3 translated")
    with page.expect_navigation():
        page.locator(".translation-bar button").click()
    expect(page.locator(".translation-bar button")).to_have_count(0)
    marketer.snap("4 submitted")
    assert visitor.page.request.get(f"{stack.address}/en{_TOPICS}{slug}/").status == 404

    page = editor.visit(page.url.removeprefix(stack.address))
    editor.snap("5 the editor reads")
    page.locator(".js-translation-editor button", has_text=re.compile("发布|Publish")).first.click()
    page.wait_for_load_state()
    page = visitor.visit(f"/en{_TOPICS}{slug}/")
    expect(page.locator("main")).to_contain_text("Two weeks to a shop sign.")
    visitor.snap("6 live in English")
    assert page.locator("link[rel=alternate][hreflang=zh-Hans]").get_attribute("href").endswith(f"{_TOPICS}{slug}/")
    page = visitor.visit(f"{_TOPICS}{slug}/")
    assert page.locator("link[rel=alternate][hreflang=en]").get_attribute("href").endswith(f"/en{_TOPICS}{slug}/")
    page.locator("footer a[hreflang=en]").click()
    page.wait_for_url(re.compile(f"/en{_TOPICS}{slug}/$"))
