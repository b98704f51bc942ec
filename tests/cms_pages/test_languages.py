"""The way from one language to the other, and which language a reader is answered in."""

import re

import pytest
from django.test import Client
from django.utils.translation import get_language, override
from wagtail.models import Page

from cms_pages.models import HelpPage
from marketplace.discovery.services import rebuild_index
from marketplace.gigs.models import Gig
from marketplace.notifications.services import language_of
from tests import factories
from tests.logins import log_in

ARTICLE = "/help/buyer-start/how-to-order/"


def way_across(html: str) -> str:
    """Where the link in the footer leads."""
    footer = html[html.index('<footer class="footer"') :]
    return re.search(r'<a href="([^"]+)" hreflang', footer)[1].replace("&amp;", "&")


def take_down_in_english(path: str) -> Page:
    page = Page.objects.get(url_path__endswith=path, locale__language_code="en").specific
    page.unpublish()
    return page


@pytest.mark.parametrize("path", ["/", "/design/logo/", "/topics/", ARTICLE, "/about/"])
def test_the_other_language_is_the_same_page_with_its_parameters(tree, path) -> None:
    for address, other in ((path, f"/en{path}"), (f"/en{path}", path)):
        html = Client().get(f"{address}?utm_source=mail&page=1").content.decode()
        assert way_across(html) == f"{other}?utm_source=mail&page=1"


def test_the_other_language_of_what_is_no_page_of_the_tree_keeps_its_words_too(tree) -> None:
    gig = Gig.objects.first()
    for address in (gig.get_absolute_url(), "/search/"):
        html = Client().get(f"{address}?q=茶饮&sort=newest").content.decode()
        assert way_across(html) == f"/en{address}?q=%E8%8C%B6%E9%A5%AE&sort=newest"


def test_a_page_without_translation_leads_to_the_nearest_one_above_that_has_one_and_says_so(tree) -> None:
    take_down_in_english(ARTICLE)
    article = HelpPage.objects.get(slug="how-to-order", locale__language_code="zh-hans")
    html = Client().get(ARTICLE).content.decode()
    assert 'rel="alternate" hreflang' not in html
    across = way_across(html)
    assert across == f"/en/help/buyer-start/?untranslated={article.pk}"
    assert re.search(r'hreflang="en" rel="nofollow" title="[^"]+"', html)  # says that it leads elsewhere
    arrived = Client().get(across)
    assert arrived.status_code == 200
    html = arrived.content.decode()
    assert "The page you came from is not translated yet." in html
    assert f'<a href="{ARTICLE}" hreflang="zh-Hans">' in html
    assert f'<span lang="zh-Hans">{article.title}</span>' in html
    assert 'rel="canonical" href="http://localhost:8000/en/help/buyer-start/"' in html
    assert way_across(html) == "/help/buyer-start/"


def test_where_nothing_above_is_translated_the_home_page_is_next(tree) -> None:
    for path in (ARTICLE, "/help/buyer-start/", "/help/"):
        take_down_in_english(path)
    assert way_across(Client().get(ARTICLE).content.decode()).startswith("/en/?untranslated=")


def test_a_copy_that_waits_for_its_translation_is_no_translation(tree) -> None:
    take_down_in_english(ARTICLE).delete()
    article = HelpPage.objects.get(slug="how-to-order", locale__language_code="zh-hans")
    english = article.get_parent().get_translations().get()
    article.copy_for_translation(english.locale, alias=True)
    assert way_across(Client().get(ARTICLE).content.decode()).startswith("/en/help/buyer-start/?untranslated=")


def test_a_page_once_translated_is_reached_at_once(tree) -> None:
    english = take_down_in_english(ARTICLE)
    assert "untranslated=" in way_across(Client().get(ARTICLE).content.decode())
    english.save_revision().publish()
    assert way_across(Client().get(ARTICLE).content.decode()) == f"/en{ARTICLE}"


@pytest.mark.parametrize("asked", ["x", "0", "99999999999", "-1"])
def test_a_page_that_nobody_came_from_is_not_named(tree, asked) -> None:
    response = Client().get(f"/en/help/?untranslated={asked}")
    assert response.status_code == 200
    assert "not translated yet" not in response.content.decode()


def test_a_draft_is_not_named_to_who_guesses_its_number(tree) -> None:
    article = HelpPage.objects.get(slug="how-to-order", locale__language_code="zh-hans")
    article.unpublish()
    assert article.title not in Client().get(f"/en/?untranslated={article.pk}").content.decode()


def test_where_no_page_stands_the_other_language_begins_at_its_home_page(tree) -> None:
    assert way_across(Client().get("/no-such-page/").content.decode()) == "/en/"


TRADITIONAL = ["zh-TW", "zh-HK,zh;q=0.9,en;q=0.8", "zh-Hant-MO", "zh-hant"]


@pytest.mark.parametrize("preferred", TRADITIONAL)
@pytest.mark.parametrize(
    "path", ["/", "/search/?q=海報", "/accounts/login/", "/admin/login/", ARTICLE, "/no-such-page/"]
)
def test_readers_of_traditional_chinese_get_the_simplified_pages(tree, preferred, path) -> None:
    answer = Client(headers={"Accept-Language": preferred}).get(path, follow=True)
    assert '<html lang="zh-hans"' in answer.content.decode()
    assert answer.headers["Content-Language"] == "zh-hans"
    assert not answer.redirect_chain or not answer.redirect_chain[-1][0].startswith("/en/")


@pytest.mark.parametrize("kept", ["zh-hant", "zh-tw", "en"])
def test_a_language_kept_in_a_cookie_changes_no_page(tree, kept) -> None:
    browser = Client()
    browser.cookies["django_language"] = kept
    assert '<html lang="zh-hans"' in browser.get("/").content.decode()
    assert '<html lang="en"' in browser.get("/en/").content.decode()


def test_the_admin_speaks_simplified_chinese_to_a_browser_that_asks_for_traditional(tree) -> None:
    staff = factories.make_user(is_staff=True, is_superuser=True)
    browser = log_in(staff)
    html = browser.get("/admin/", headers={"Accept-Language": "zh-TW,en;q=0.5"}).content.decode()
    assert '<html lang="zh-hans"' in html


def test_letters_to_somebody_who_chose_none_are_in_simplified_chinese_whatever_they_browse_in(db) -> None:
    with override("en"), language_of(factories.make_user().pk):
        assert get_language() == "zh-hans"


@pytest.mark.parametrize(("typed", "found"), [("開業海報", "开业海报"), ("麵館LOGO", "面馆LOGO"), ("茶飲", "茶饮LOGO")])
def test_what_is_typed_in_traditional_characters_finds_services(tree, typed, found) -> None:
    rebuild_index()
    html = Client().get("/search/", {"q": typed}, headers={"Accept-Language": "zh-TW"}).content.decode()
    assert found in html[html.index("<main") : html.index("</main>")]


def test_the_offer_of_the_other_language_is_in_it_and_not_made_where_there_is_none(tree) -> None:
    html = Client().get(ARTICLE).content.decode()
    offer = re.search(r'<template data-language-offer="en">(.*?)</template>', html, re.DOTALL)[1]
    assert 'lang="en"' in offer
    assert f'href="/en{ARTICLE}"' in offer
    assert "Read this page in English" in offer
    take_down_in_english(ARTICLE)
    assert "data-language-offer" not in Client().get(ARTICLE).content.decode()
