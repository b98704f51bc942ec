"""The help centre is searched as the catalogue is: in segments, by sound, with slips and in traditional characters."""

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from cms_pages.demo_pages import build_demo_site
from cms_pages.help_search import related_help, search_help, suggest_help
from cms_pages.models import HelpPage
from tests.cms_pages.conftest import DATA


@pytest.fixture
def help_centre(categories, small_data, tmp_path) -> None:
    """The demo's whole help centre in a small site."""
    content = (DATA / "help.json").read_text(encoding="utf-8")
    (small_data / "help.json").write_text(content, encoding="utf-8")
    build_demo_site(
        data_directory=small_data, media_directory=tmp_path, categories=categories, progress=lambda line: None
    )


def found(query: str, language: str = "zh-hans") -> list[str]:
    """The slugs of the first three articles."""
    ids = [article.page_id for article in search_help(query, language=language).articles[:3]]
    slugs = dict(Page.objects.filter(pk__in=ids).values_list("pk", "slug"))
    return [slugs[page_id] for page_id in ids]


CHINESE = {
    "发票": "invoices",
    "怎么开发票": "invoices",
    "多久能提现到账": "payouts",
    "钱在哪里": "where-the-money-is",
    "tuikuan": "refund-time",
    "退钱要多久": "refund-time",
    "發票": "invoices",
    "爭議": "open-a-dispute",
    "提線": "payouts",
    "手续费": "fees-and-earnings",
    "被骗了怎么办": "avoid-scams",
    "逾期没交": "late-delivery",
}
ENGLISH = {
    "how do I get an invoice": "invoices",
    "withdrawal": "payouts",
    "refund": "refund-time",
    "dispuet": "open-a-dispute",
    "two-factor": "sign-in-and-two-factor",
}


def test_questions_find_their_article(help_centre) -> None:
    missed = {query: found(query) for query, slug in CHINESE.items() if slug not in found(query)}
    missed |= {query: found(query, "en") for query, slug in ENGLISH.items() if slug not in found(query, "en")}
    assert not missed


def test_what_no_article_says_finds_nothing_and_leads_to_people(help_centre, client: Client) -> None:
    for query in ("量子力学", "怎么", "，。？", ""):
        assert search_help(query, language="zh-hans").articles == ()
    html = client.get("/help/", {"q": "量子力学"}).content.decode()
    assert f'href="{reverse("support:new")}"' in html


def test_a_search_shows_what_it_took_the_words_for(help_centre, client: Client) -> None:
    assert found("refnud", "en")
    assert "refund" in client.get("/en/help/", {"q": "refnud"}).content.decode()


def test_articles_are_suggested_while_typing(help_centre, client: Client) -> None:
    assert "invoices" in {article.url.split("/")[-2] for article in suggest_help("发", language="zh-hans")} | {
        article.url.split("/")[-2] for article in suggest_help("发票", language="zh-hans")
    }
    html = client.get(reverse("cms_pages:help_suggest"), {"q": "提现"}).content.decode()
    assert "/payouts/" in html
    assert "/en/help/" in client.get(f"/en{reverse('cms_pages:help_suggest')}", {"q": "payou"}).content.decode()
    assert "<li>" not in client.get(reverse("cms_pages:help_suggest")).content.decode()


def test_a_changed_article_is_found_by_its_new_words_and_a_removed_one_no_more(help_centre) -> None:
    page = HelpPage.objects.get(slug="invoices", locale__language_code="zh-hans")
    assert found("榴莲") == []
    page.title = "榴莲怎么开票"
    page.save_revision().publish()
    assert found("榴莲") == ["invoices"]
    page.refresh_from_db()
    page.unpublish()
    assert found("榴莲") == []


def test_related_articles_are_about_the_same_and_never_the_article_itself(help_centre, client: Client) -> None:
    page = HelpPage.objects.get(slug="refund-time", locale__language_code="zh-hans")
    related = related_help(page.pk, language="zh-hans")
    assert page.pk not in [article.page_id for article in related]
    assert {"cancel-an-order", "how-decisions-are-made"} & {article.url.split("/")[-2] for article in related}
    assert related[0].url in client.get(page.url).content.decode()
