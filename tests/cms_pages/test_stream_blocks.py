"""Blocks that are the same for everybody are drawn once, also for who is signed in; what they show is followed at once."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import Page

from cms_pages import structured
from cms_pages.blocks_home import MoneyStepsBlock
from cms_pages.models import HelpPage, HomePage
from marketplace.core import clock, one_page, page_cache, releases
from marketplace.core.config import set_config
from marketplace.gigs.models import Gig
from tests.factories import make_completed_order, make_public_review, make_user

STEP = {"icon": "lock", "title": "付款", "text": "先付到平台", "rule_before": "", "setting": "", "rule_after": ""}


@pytest.fixture(autouse=True)
def outside_of_a_transaction(committed_tree, monkeypatch):
    """As in production; what a test changes right before it asks does not count as old."""
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0)


@pytest.fixture
def home():
    return HomePage.objects.get(locale__language_code="zh-hans")


@pytest.fixture
def drawn(monkeypatch) -> list[str]:
    """The headings of the blocks of money that were drawn."""
    drawn, get_context = [], MoneyStepsBlock.get_context

    def noting(self, value, parent_context=None):
        drawn.append(value["heading"])
        return get_context(self, value, parent_context)

    monkeypatch.setattr(MoneyStepsBlock, "get_context", noting)
    return drawn


def money(heading: str = "钱这样走", link: object = None, **step: object) -> dict[str, Any]:
    value = {"heading": heading, "lead": "", "link": link or {}, "steps": [STEP | step, STEP], "show_figures": False}
    return {"type": "money_steps", "value": value}


def publish(page, *stored: dict[str, Any]) -> None:
    """Publish the page with these blocks, as the database has them."""
    page.body = json.dumps(stored)
    page.save_revision().publish()


def reader() -> Client:
    """Somebody who is signed in: whole pages are not kept for them."""
    client = Client()
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    return client


def read(page, client=None) -> str:
    answer = (client or reader()).get(page.url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_they_are_drawn_once_for_whoever_reads_the_page(home, drawn):
    publish(home, money())
    for client in (Client(), reader(), reader()):
        assert "先付到平台" in read(home, client)
    assert drawn == ["钱这样走"]


def test_what_an_editor_publishes_is_read_at_once(home):
    publish(home, money())
    read(home)
    publish(home, money("钱现在这样走", text="付到托管账户"))
    page = read(home)
    assert "钱现在这样走" in page
    assert "付到托管账户" in page
    assert "钱这样走" not in page


def test_a_figure_of_the_rules_is_the_one_in_force(home):
    publish(home, money(setting="orders.tip_days", rule_before="打赏期限：", rule_after="天"))
    read(home)
    set_config(key="orders.tip_days", value=9, reason="the test")
    assert "打赏期限：9天" in read(home)


def test_the_address_of_a_page_that_a_link_leads_to_is_the_one_it_has_now(home):
    target = HelpPage.objects.live().filter(locale=home.locale).first()
    publish(home, money(link={"text": "怎么托管", "page": target.pk}))
    assert f'href="{target.url}"' in read(home)
    before = target.url
    target.slug = "moved-elsewhere"
    target.save_revision().publish()
    page = read(home)
    assert f'href="{before}"' not in page.partition("<main")[2].partition("</main")[0]
    assert "moved-elsewhere" in page


def test_each_language_has_its_own_words(home):
    make_public_review(make_completed_order(), body="一字一句", stars=5)
    value = {"heading": "Said", "lead": "", "count": 3, "minimum_stars": 1}
    publish(home, {"type": "reviews", "value": value, "id": "of-both-languages"})
    draw = Template("{% load streams %}{% stream_blocks stream %}")
    for language, words in (("zh-hans", "5分"), ("en", "5 out of 5"), ("zh-hans", "5分")):
        with one_page.while_one_page_is_made(home.url), override(language):
            assert words in draw.render(Context({"stream": home.body}))


def test_another_release_and_another_time_of_the_demo_have_their_own(home, drawn, monkeypatch):
    publish(home, money())
    draw = Template("{% load streams %}{% stream_blocks stream %}")

    def again() -> int:
        with one_page.while_one_page_is_made(home.url):
            draw.render(Context({"stream": home.body}))
        return len(drawn)

    assert [again(), again()] == [1, 1]
    monkeypatch.setattr(releases.staticfiles_storage, "manifest_hash", "another", raising=False)
    assert [again(), again()] == [2, 2]
    monkeypatch.setattr(clock, "ahead", lambda: timedelta(days=3))
    assert [again(), again()] == [3, 3]


def test_a_transaction_draws_what_it_sees_itself(home, drawn):
    publish(home, money())
    read(home)
    with transaction.atomic():
        read(home)
    assert len(drawn) == 2


def test_the_same_words_with_another_class_are_another_drawing(home):
    publish(home, {"type": "call_to_action", "value": {"heading": "来接单", "text": "", "link": {}}})
    draw = Template("{% load streams %}{% stream_blocks stream section_class=css %}")
    with one_page.while_one_page_is_made(home.url):
        for css in ("page section", "section", "page section"):
            assert draw.render(Context({"stream": home.body, "css": css})).startswith(f'<section class="{css}">')


def test_editors_and_previews_draw_it_anew(home, drawn):
    publish(home, money())
    read(home)
    for _again in range(2):
        with one_page.while_one_page_is_made("/admin/", is_for_visitors=False):
            assert "先付到平台" in home.make_preview_request().content.decode()
    assert len(drawn) == 3


def test_a_row_of_services_has_the_hearts_of_who_reads_it(home):
    publish(home, {"type": "gig_row", "value": {"heading": "服务", "source": "newest", "count": 8, "picks": []}})
    client = reader()
    client.post(reverse("gigs:favourite", args=[Gig.objects.first().pk]), {"favourite": "yes"})
    own, others = read(home, client), read(home)
    assert own.count('aria-pressed="true"') > others.count('aria-pressed="true"')


def test_questions_are_read_once_for_search_engines_and_are_those_of_now(home, monkeypatch):
    plain, asked = structured._plain, []
    monkeypatch.setattr(structured, "_plain", lambda html: asked.append(html) or plain(html))

    def question(answer: str) -> dict[str, Any]:
        value = {"question": "多久？", "answer": f"<p>{answer}</p>"}
        return {"type": "faq", "value": {"heading": "问答", "link": {}, "questions": [value]}}

    for answer in ("三天", "五天"):
        publish(home, question(answer))
        for _reader in range(2):
            page = HomePage.objects.get(pk=home.pk)
            with one_page.while_one_page_is_made(page.url):
                assert answer in str(structured.page_blocks(page, {}))
    assert asked == ["<p>三天</p>", "<p>五天</p>"]


def test_a_page_that_is_taken_down_is_not_linked_any_more(home):
    target = HelpPage.objects.live().filter(locale=home.locale).first()
    publish(home, money(link={"text": "怎么托管", "page": target.pk}))
    assert "怎么托管" in read(home)
    Page.objects.get(pk=target.pk).specific.unpublish()
    assert "怎么托管" not in read(home)


def test_an_undertaking_whose_page_was_taken_down_is_no_link(home):
    target = HelpPage.objects.live().filter(locale=home.locale).first()
    bundle = {"title": "开一家小店", "lines": [{"label": "店标"}, {"label": "菜单"}], "link": {"page": target.pk}}
    publish(home, {"type": "bundles", "value": {"heading": "按一件事来找", "bundles": [bundle]}})
    assert f'<a href="{target.url}" class="scene">' in read(home)
    Page.objects.get(pk=target.pk).specific.unpublish()
    assert '<div class="scene">' in read(home)
