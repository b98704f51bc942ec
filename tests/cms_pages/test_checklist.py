"""The checklist finds what should not go live, wherever it stands, and stops what must not."""

import pytest
from django.urls import reverse
from wagtail.models import Page

from cms_pages.checklist import Point, checklist_of, stops_publishing
from cms_pages.models import HelpPage, LandingIndexPage, LandingPage
from cms_pages.page_links import address_leads_somewhere
from marketplace.gigs.models import AdvertisingWord
from marketplace.moderation.roles import EDITOR
from portal.roles import ensure_roles
from tests import factories
from tests.logins import log_in


@pytest.fixture
def index(tree) -> LandingIndexPage:
    return LandingIndexPage.objects.get(locale__language_code="zh-hans")


def make_topic(index: LandingIndexPage, *blocks: dict, **fields) -> LandingPage:
    body = blocks or [{"type": "paragraph", "value": "<p>两周做好一家店的招牌。</p>"}]
    values = {"title": "开店季", "slug": "opening", "live": False, "body": list(body)} | fields
    page = LandingPage(**values)
    index.add_child(instance=page)
    page.save_revision()
    return page


def found(page: Page, point: Point) -> list:
    return [finding for finding in checklist_of(page) if finding.point == point]


def test_the_demo_pages_have_nothing_that_stops_them(tree) -> None:
    stopped = {
        page.title: [(f.message, f.place) for f in stops_publishing(page)]
        for page in Page.objects.filter(depth__gt=1).specific()
    }
    assert {title: findings for title, findings in stopped.items() if findings} == {}


def test_missing_texts_for_search_engines_are_advice(index) -> None:
    page = make_topic(index)
    assert {finding.point for finding in checklist_of(page)} == {Point.SEO_TITLE, Point.DESCRIPTION}
    assert stops_publishing(page) == []
    page.seo_title, page.search_description = "开店季", "两周开一家店"
    assert checklist_of(page) == []


def test_a_picture_without_a_description_stops_the_page_until_it_has_one(index, image) -> None:
    image.description = ""
    image.save()
    page = make_topic(index, {"type": "image", "value": {"image": image.pk, "caption": ""}})
    [finding] = found(page, Point.ALT_TEXT)
    assert finding.stops
    assert image.title in finding.message
    image.description = "一家小店"
    image.save()
    assert found(LandingPage.objects.get(pk=page.pk), Point.ALT_TEXT) == []


def call_to_action(**link) -> dict:
    link = {"text": "去看看", "page": None, "search": "", "address": ""} | link
    return {"type": "call_to_action", "value": {"heading": "开始", "text": "", "link": link}}


def test_a_link_to_a_page_that_is_not_live_stops_the_page_unless_its_time_is_set(index) -> None:
    from datetime import timedelta

    from marketplace.core.clock import now

    target = make_topic(index, slug="target", title="别处")
    page = make_topic(index, call_to_action(page=target.pk))
    [finding] = found(page, Point.LINKS)
    assert finding.stops
    assert finding.anchor.startswith("#block-")
    target.go_live_at = now() + timedelta(days=1)
    target.save_revision().publish()
    assert found(LandingPage.objects.get(pk=page.pk), Point.LINKS) == []


def test_words_without_a_target_and_addresses_of_nothing_are_broken_links(index) -> None:
    for link in ({}, {"address": "/nowhere/at-all/"}, {"address": "help"}):
        page = make_topic(index, call_to_action(**link), slug=f"broken-{len(str(link))}")
        assert len(found(page, Point.LINKS)) == 1, link
    for number, address in enumerate(("/search/", "/en/search/", index.url, "#plan", "https://example.org/x", "/en/")):
        page = make_topic(index, call_to_action(address=address), slug=f"good-{number}")
        assert found(page, Point.LINKS) == [], address


def test_an_english_page_is_found_by_its_address(tree) -> None:
    english = LandingIndexPage.objects.get(locale__language_code="en")
    assert english.url.startswith("/en/")
    assert address_leads_somewhere(english.url)
    assert not address_leads_somewhere(english.url + "gone/")


def test_links_in_running_text_are_followed(index) -> None:
    text = '<p><a linktype="page" id="999999">去</a> <a href="/nowhere/">这里</a> <a linktype="document" id="77">文件</a></p>'
    page = make_topic(index, {"type": "paragraph", "value": text})
    assert len(found(page, Point.LINKS)) == 3


@pytest.fixture
def forbidden(db) -> AdvertisingWord:
    from marketplace.gigs.advertising import forget_words

    word, _made = AdvertisingWord.objects.update_or_create(
        word="国家级", defaults={"is_blocking": True, "suggestion": "专业", "is_active": True, "exceptions": ""}
    )
    forget_words()
    return word


def test_a_forbidden_word_stops_what_sells_and_is_advice_where_rules_quote_it(index, forbidden) -> None:
    page = make_topic(index, {"type": "paragraph", "value": "<p>国家级的品质</p>"}, title="国家级服务")
    findings = found(page, Point.WORDS)
    assert [finding.stops for finding in findings] == [True, True]
    assert "专业" in findings[0].message
    article = HelpPage.objects.filter(locale__language_code="zh-hans").first()
    article.summary = "不能写国家级"
    assert [finding.stops for finding in found(article, Point.WORDS)] == [False]


def test_a_required_field_left_empty_stops_the_page(index) -> None:
    page = make_topic(
        index, {"type": "faq", "value": {"heading": "", "questions": [{"question": "", "answer": "<p>好</p>"}]}}
    )
    assert [finding.stops for finding in found(page, Point.BLOCKS)] == [True]


def test_the_editor_shows_the_list_and_refuses_to_publish_but_keeps_the_draft(index, forbidden) -> None:
    editor = factories.make_user(is_staff=True)
    editor.groups.add(ensure_roles()[EDITOR])
    client = log_in(editor)
    page = make_topic(index, title="国家级服务")
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    html = client.get(address).content.decode()
    assert "page-checklist__kind--stops" in html
    form = simple_form(page) | {"action-publish": "1", "seo_title": "留住的草稿"}
    answer = client.post(address, form)
    page.refresh_from_db()
    assert answer.status_code == 302
    assert answer.url == address
    assert not page.live
    assert page.get_latest_revision_as_object().seo_title == "留住的草稿"
    client.post(address, form | {"title": "开店季"})
    page.refresh_from_db()
    assert page.live


def simple_form(page: LandingPage) -> dict:
    """The editor's form of a topic with one paragraph."""
    from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

    body = streamfield([("paragraph", rich_text("<p>两周做好一家店的招牌。</p>", features=["bold"]))])
    comments = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    return nested_form_data({"title": page.title, "slug": page.slug, "summary": "", "body": body, "comments": comments})
