"""Pages of the editors that are kept for visitors show what is so now: words, services, who may see them."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from cms_pages.blocks import page_cards
from cms_pages.models import FormPage, HelpSectionPage, LandingPage, RulesText, StandardPage
from cms_pages.rules_texts import announce_rules_text, withdraw_rules_text
from cms_pages.selectors import newest_gig_ids
from marketplace.accounts.services import go_away
from marketplace.core import clock, page_cache
from marketplace.gigs.states import GigStatus
from marketplace.reviews import services as reviews
from marketplace.reviews.models import MaskedPart, MaskGround
from tests import factories

PERSON = {"HTTP_USER_AGENT": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"}


@pytest.fixture(autouse=True)
def kept(monkeypatch, settings) -> None:
    """Pages are kept here, and what a test changes right before it asks for a page does not make that page old."""
    settings.PAGES_ARE_KEPT, settings.SITE_URL = True, "http://testserver"
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0.0)


def read(address: str) -> str:
    return Client().get(address, **PERSON).content.decode()


def queries_of(address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert Client().get(address, **PERSON).status_code == 200
    return len(queries)


def test_a_review_that_was_hidden_is_on_no_home_page(tree, gigs, django_capture_on_commit_callbacks) -> None:
    review = factories.make_public_review(body="这里有不该公开的地址。")
    cache.clear()
    assert "这里有不该公开的地址。" in read("/")
    with django_capture_on_commit_callbacks(execute=True):
        reviews.mask_review(
            review_id=review.pk,
            part=MaskedPart.BODY,
            ground=MaskGround.PRIVACY,
            words="有住址。",
            staff=factories.make_moderator(),
        )
    assert "这里有不该公开的地址。" not in read("/")


def test_pages_of_a_list_are_kept_apart_by_their_number(tree, categories, gigs, monkeypatch) -> None:
    monkeypatch.setattr("cms_pages.selectors.LISTING_PAGE_SIZE", 2)
    first, second = read("/design/"), read("/design/?page=2")
    assert first != second
    assert read("/design/") == first
    assert read("/design/?page=2") == second
    assert queries_of("/design/?page=2") == 0


def test_detours_refusals_and_forms_are_never_kept(tree) -> None:
    form = FormPage.objects.filter(locale__language_code="zh-hans").first()
    for address, status in (("/design", 301), ("/nothing-here/", 404), (form.url, 200)):
        cache.clear()
        for _twice in range(2):
            assert Client().get(address, **PERSON).status_code == status
        assert not cache._cache.get_client().keys("*page:*"), address


def test_a_page_that_is_for_some_alone_is_kept_for_nobody(tree, django_capture_on_commit_callbacks) -> None:
    section = HelpSectionPage.objects.filter(locale__language_code="zh-hans").first()
    read(section.url)
    assert queries_of(section.url) == 0
    with django_capture_on_commit_callbacks(execute=True):
        restriction = PageViewRestriction.objects.create(
            page=Page.objects.get(pk=section.pk), restriction_type=PageViewRestriction.LOGIN
        )
    for _twice in range(2):
        assert Client().get(section.url, **PERSON).status_code == 302
    with django_capture_on_commit_callbacks(execute=True):
        restriction.delete()
    assert Client().get(section.url, **PERSON).status_code == 200


def test_a_page_that_was_removed_is_on_no_page_and_in_no_cache(tree, django_capture_on_commit_callbacks) -> None:
    landing = LandingPage.objects.get(slug="open-a-small-shop", locale__language_code="zh-hans")
    address, english = landing.url, landing.get_translations().first().url
    read(address)
    assert f'hreflang="zh-Hans" href="http://testserver{address}"' in read(english)
    with django_capture_on_commit_callbacks(execute=True):
        landing.delete()
    assert Client().get(address, **PERSON).status_code == 404
    assert 'rel="alternate" hreflang' not in read(english)


def test_lists_know_that_they_are_lists_also_when_their_choice_was_read_before(tree, gigs) -> None:
    for _twice in range(2):
        with page_cache.noting() as shown:
            newest_gig_ids()
        assert page_cache.LISTINGS in shown.tags


def test_a_new_service_is_listed_within_seconds(tree, gigs, monkeypatch, django_capture_on_commit_callbacks) -> None:
    before = newest_gig_ids()
    with django_capture_on_commit_callbacks(execute=True):
        made = factories.make_gig(seller=gigs[0].seller, category=gigs[0].category, title="新做的LOGO")
        made.save()
    assert newest_gig_ids() == before  # where somebody publishes each second, a list is still kept for some
    monkeypatch.setattr(page_cache, "LISTINGS_SECONDS", 0)
    assert newest_gig_ids()[0] == made.pk


def test_a_service_that_was_taken_down_is_in_no_list_at_once(tree, gigs, django_capture_on_commit_callbacks) -> None:
    landing = LandingPage.objects.filter(locale__language_code="zh-hans").first()
    assert gigs[0].title in read(landing.url) + read("/")
    with django_capture_on_commit_callbacks(execute=True):
        gigs[0].status = GigStatus.ARCHIVED
        gigs[0].save()
    assert gigs[0].title not in read(landing.url) + read("/")


def test_pages_change_at_once_with_a_version_of_the_rules_by_people_and_by_the_clock(
    tree, django_capture_on_commit_callbacks
) -> None:
    StandardPage.objects.filter(slug="about").update(rules_document="rules")
    now = clock.now()

    def announce(words: str, days: int) -> RulesText:
        body = json.dumps([{"type": "paragraph", "value": f"<p>{words}</p>"}])
        text = RulesText.objects.create(
            document="rules", changes_zh="一条新的", changes_en="One is new", body_zh=body, body_en=body
        )
        moment = now + timedelta(days=days)
        with django_capture_on_commit_callbacks(execute=True):
            return announce_rules_text(
                text_id=text.pk, effective_at=moment, comments_until=moment, opens_site=moment <= clock.now()
            )

    cache.clear()
    assert "第一版的话" not in read("/about/")
    announce("第一版的话", 0)
    assert "第一版的话" in read("/about/")
    read("/")
    assert queries_of("/") == queries_of("/about/") == 0  # kept
    second = announce("第二版的话", 20)
    assert second.get_absolute_url() in read("/")
    assert second.get_absolute_url() in read("/about/")
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_rules_text(text_id=second.pk)
    assert second.get_absolute_url() not in read("/")
    assert second.get_absolute_url() not in read("/about/")
    third = announce("第三版的话", 30)
    assert third.get_absolute_url() in read("/")
    assert "第一版的话" in read("/about/")
    # The demo's clock is part of a page's name; here the moment alone ends what is kept.
    with clock.moved_to(third.effective_at + timedelta(seconds=1)):
        assert "第三版的话" in read("/about/")
        assert third.get_absolute_url() not in read("/")


def test_lists_leave_out_who_takes_no_orders_from_the_day_on_that_it_begins(tree, categories, gigs) -> None:
    gig = gigs[0]
    today = timezone.localdate(clock.now())
    go_away(profile=gig.seller.profile, begins=today + timedelta(days=1), until=today + timedelta(days=3))
    context = {"request": RequestFactory().get("/")}
    assert gig.title in read("/design/")
    assert [card.gig_id for card in page_cards([gig.pk], context)] == [gig.pk]
    with clock.moved_to(clock.midnight(today + timedelta(days=1))):
        assert gig.title not in read("/design/")
        assert page_cards([gig.pk], context) == []
