"""A page for some alone is named to nobody else: not by searches, lists, other languages or search engines."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from wagtail.models import PageViewRestriction

from cms_pages.help_search import search_help, suggest_help
from cms_pages.models import AddressNews, HelpPage, LandingPage


@pytest.fixture
def article(tree) -> HelpPage:
    return HelpPage.objects.filter(locale__language_code="zh-hans").first()


@pytest.fixture
def landing(tree) -> LandingPage:
    return LandingPage.objects.filter(locale__language_code="zh-hans", slug="open-a-small-shop").first()


def restrict(page) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    cache.clear()


def alternates_on(client: Client, page) -> list[str]:
    lines = client.get(page.url).content.decode().splitlines()
    return [line for line in lines if 'rel="alternate"' in line and "hreflang" in line]


def test_a_private_article_is_not_found_suggested_or_listed(article, client: Client) -> None:
    query = article.title
    ids = {found.page_id for found in search_help(query, language="zh-hans").articles}
    assert article.pk in ids
    restrict(article)
    ids = {found.page_id for found in search_help(query, language="zh-hans").articles}
    assert article.pk not in ids
    assert article.pk not in {found.page_id for found in suggest_help(query[:4], language="zh-hans")}
    section = article.get_parent()
    for page in (section, section.get_parent()):
        assert article.title not in client.get(page.url).content.decode()
    answer = client.get(reverse("cms_pages:help_suggest"), {"q": query})
    assert article.title not in answer.content.decode()


def test_a_private_page_is_no_other_language_of_a_public_one(landing, client: Client) -> None:
    english = landing.get_translations().first()
    assert any(f'{landing.url}"' in line for line in alternates_on(client, english))
    restrict(landing)
    assert alternates_on(client, english) == []


def test_one_hidden_from_search_engines_is_not_named_to_them_either(landing, client: Client) -> None:
    english = landing.get_translations().first()
    LandingPage.objects.filter(pk=landing.pk).update(hidden_from_search=True)
    cache.clear()
    assert alternates_on(client, english) == []
    assert alternates_on(client, landing) == []
    assert landing.url in client.get(english.url).content.decode()  # readers still get across


def test_a_private_page_is_told_to_no_search_engine(landing, settings) -> None:
    settings.SEARCH_PUSH = {name: {"key": "k", "endpoint": "http://127.0.0.1:9/"} for name in ("indexnow", "baidu")}
    restrict(landing)
    landing.save_revision().publish()
    assert not AddressNews.objects.exists()
    PageViewRestriction.objects.all().delete()
    landing.save_revision().publish()
    assert AddressNews.objects.count() == 2
