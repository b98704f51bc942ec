"""Editors see which help articles helped least lately, with counts, words and an export of their own section."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cms_pages.help_report import judged_articles
from cms_pages.models import HelpFeedback, HelpPage
from cms_pages.services import record_help_feedback
from marketplace.moderation.roles import EDITOR, HELP_WRITER, MARKETER
from portal.roles import ensure_roles
from tests import factories
from tests.logins import log_in


@pytest.fixture
def articles(tree) -> list[HelpPage]:
    return list(HelpPage.objects.filter(locale__language_code="zh-hans").order_by("path")[:2])


def answer(article: HelpPage, *, yes: int = 0, no: int = 0, words: str = "") -> None:
    for number in range(yes + no):
        record_help_feedback(page_id=article.pk, helpful=number < yes, comment="" if number < yes else words)


def staff_client(role: str):
    user = factories.make_user(is_staff=True)
    user.groups.add(ensure_roles()[role])
    return log_in(user)


def test_the_share_of_nos_decides_and_one_reader_alone_does_not(articles) -> None:
    often, once = articles
    answer(often, yes=2, no=8, words="步骤和页面不一样")
    answer(once, no=1, words="看不懂")
    first, second = judged_articles()
    assert (first.pk, first.answers, first.unhelpful, first.unhelpful_percent) == (often.pk, 10, 8, 80)
    assert first.newest_words == "步骤和页面不一样"
    assert second.pk == once.pk


def test_answers_of_long_ago_no_longer_count(articles) -> None:
    answer(articles[0], no=3, words="旧的")
    HelpFeedback.objects.update(created_at=timezone.now() - timedelta(days=91))
    assert not judged_articles().exists()
    answer(articles[0], yes=1)
    [article] = judged_articles()
    assert (article.answers, article.unhelpful, article.newest_words) == (1, 0, None)


def test_the_report_shows_and_exports_the_articles_one_may_edit(articles) -> None:
    answer(articles[0], no=2, words="哪里有按钮")
    address = reverse("cms_help_report")
    html = staff_client(HELP_WRITER).get(address).content.decode()
    assert articles[0].title in html
    assert "哪里有按钮" in html
    assert articles[0].title not in staff_client(MARKETER).get(address).content.decode()
    editor = staff_client(EDITOR)
    exported = b"".join(editor.get(address, {"export": "csv"}).streaming_content).decode("utf-8-sig")
    [row] = [line for line in exported.splitlines() if line.startswith(articles[0].title)]
    assert ",2,2,100,哪里有按钮," in row
    assert editor.get(address, {"export": "xlsx"})["Content-Type"].endswith("spreadsheetml.sheet")
    assert address in editor.get("/admin/").content.decode()


def test_who_edits_no_page_gets_no_report_of_help(articles) -> None:
    assert staff_client("finance").get(reverse("cms_help_report")).status_code == 302
