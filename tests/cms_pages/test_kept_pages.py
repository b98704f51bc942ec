"""A kept page follows what its blocks show at once: services, sellers, reviews, coupons, dates, rules of the platform."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cms_pages.models import CategoryPage, HelpPage, LandingPage, RulesText
from marketplace.accounts.models import SellerLevelChoice
from marketplace.core import clock, page_cache
from marketplace.core.config import set_config
from marketplace.core.remembered import remember
from marketplace.gigs.models import Gig
from marketplace.gigs.states import GigStatus
from tests import factories

PERSON = {"HTTP_USER_AGENT": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"}
Change = Callable[[], object]


@pytest.fixture(autouse=True)
def kept(monkeypatch, settings, tree) -> None:
    """Pages are kept here, and what a test changes right before it asks for a page does not make that page old."""
    cache.clear()
    settings.PAGES_ARE_KEPT, settings.SITE_URL = True, "http://testserver"
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0.0)
    monkeypatch.setattr(page_cache, "LISTINGS_SECONDS", 0)


@pytest.fixture
def after(django_capture_on_commit_callbacks) -> Callable[[Change], None]:
    """Do something, and what follows its commit."""

    def do(change: Change) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            change()

    return do


def read(address: str) -> str:
    answer = Client().get(address, **PERSON)
    assert answer.status_code == 200
    return answer.content.decode()


def kept_page(*stream: tuple[str, object]) -> str:
    """The address of a landing page with these blocks, which is kept when this returns."""
    page = LandingPage.objects.filter(locale__language_code="zh-hans").first()
    page.body = list(stream)
    page.save()
    read(page.url)
    with CaptureQueriesContext(connection) as queries:
        read(page.url)
    assert len(queries) == 0, "the page is not kept"
    return page.url


def gig_row(**values: object) -> tuple[str, dict]:
    return ("gig_row", {"heading": "服务", "source": "newest", "count": 8, "picks": [], **values})


@pytest.mark.parametrize("source", ["newest", "popular"])
def test_a_row_of_services_shows_a_new_one_and_drops_one_that_pauses(source, after, gigs) -> None:
    address = kept_page(gig_row(source=source))
    after(lambda: factories.make_gig(title="刚上架的服务", seller=gigs[0].seller, category=gigs[0].category).save())
    assert "刚上架的服务" in read(address)
    gig = Gig.objects.get(title="刚上架的服务")
    gig.status = GigStatus.PAUSED
    after(gig.save)
    assert "刚上架的服务" not in read(address)


def test_a_service_picked_by_hand_comes_back_when_it_is_on_sale_again(after, gigs) -> None:
    gig = gigs[0]
    address = kept_page(gig_row(source="picked", picks=[{"gig": gig, "reason": ""}]))
    assert gig.title in read(address)
    for status, is_shown in ((GigStatus.PAUSED, False), (GigStatus.LIVE, True)):
        gig.status = status
        after(gig.save)
        assert (gig.title in read(address)) == is_shown


def test_a_row_found_by_a_search_follows_the_index(after, gigs) -> None:
    from marketplace.discovery.services import index_gigs

    after(lambda: index_gigs([gig.pk for gig in gigs]))
    address = kept_page(gig_row(source="search", words="海报"))
    assert "面馆LOGO" not in read(address)
    gig = gigs[1]
    gig.title = "面馆海报"
    after(gig.save)
    after(lambda: index_gigs([gig.pk]))
    assert "面馆海报" in read(address)


def test_the_cards_of_a_seller_carry_their_new_name(after, gigs) -> None:
    address = kept_page(gig_row())
    profile = gigs[0].seller.profile
    profile.display_name = "青禾新名"
    after(profile.save)
    assert "青禾新名" in read(address)


def test_a_spotlight_follows_the_seller_and_goes_with_them(after, gigs) -> None:
    seller = gigs[0].seller
    block = ("seller", {"heading": "服务商", "handle": seller.profile.handle, "quote": "", "text": "", "images": []})
    address = kept_page(block)
    seller.profile.headline = "只做茶饮品牌"
    after(seller.profile.save)
    assert "只做茶饮品牌" in read(address)
    seller.is_active = False
    after(lambda: seller.save(update_fields=["is_active"]))
    assert "只做茶饮品牌" not in read(address)


def test_a_seller_who_reaches_the_highest_level_joins_the_list(after, gigs) -> None:
    profile = gigs[0].seller.profile
    address = kept_page(("sellers", {"heading": "甄选", "count": 4}))
    assert profile.get_absolute_url() not in read(address)
    profile.level = SellerLevelChoice.TOP
    after(profile.save)
    assert profile.get_absolute_url() in read(address)


def test_a_review_stands_on_the_page_as_soon_as_it_is_public(after) -> None:
    address = kept_page(("reviews", {"heading": "评价", "category": None, "count": 3, "minimum_stars": 4}))
    after(lambda: factories.make_public_review(body="交付很快，改了两稿。"))
    assert "交付很快，改了两稿。" in read(address)


def test_a_coupon_goes_when_it_is_switched_off_or_used_up(after) -> None:
    coupon = factories.make_coupon()
    address = kept_page(("coupon", {"coupon": coupon, "note": ""}))
    assert "ticket" in read(address)
    coupon.is_active = False
    after(coupon.save)
    assert "ticket" not in read(address)
    coupon.is_active = True
    after(coupon.save)
    assert "ticket" in read(address)
    coupon.uses = coupon.most_uses
    after(lambda: coupon.save(update_fields=["uses"]))
    assert "ticket" not in read(address)


def test_a_coupon_begins_and_ends_by_the_clock(monkeypatch) -> None:
    now = clock.now()
    coupon = factories.make_coupon(starts_at=now + timedelta(minutes=1), ends_at=now + timedelta(minutes=2))
    address = kept_page(("coupon", {"coupon": coupon, "note": ""}))
    for minutes, is_shown in ((0, False), (1.5, True), (2.5, False)):
        # `moved_to` and not the demo's clock: that is part of the key, and would ask for another page.
        with clock.moved_to(now + timedelta(minutes=minutes)):
            assert ("ticket" in read(address)) == is_shown


def test_a_countdown_says_that_it_is_over_from_the_moment_on() -> None:
    now = clock.now()
    address = kept_page(("countdown", {"ends_at": now + timedelta(seconds=30), "note": ""}))
    assert "clock__left" in read(address)
    with clock.moved_to(now + timedelta(seconds=31)):
        assert "clock__left" not in read(address)


def test_the_grid_of_categories_takes_a_new_name(after, gigs, categories) -> None:
    address = kept_page(("categories", {"heading": "分类", "categories": []}))
    category = categories["design"]
    category.name = "设计与创意"
    after(category.save)
    assert "设计与创意" in read(address)


def test_a_rule_of_the_platform_is_the_one_in_force(after) -> None:
    line = {
        "label": "验收",
        "before": "买家有",
        "setting": "orders.auto_accept_days",
        "after": "",
        "without_unit": False,
    }
    address = kept_page(("rule", {"lines": [line], "reference": ""}))
    assert "9天" not in read(address)
    after(lambda: set_config(key="orders.auto_accept_days", value=9, reason="试"))
    assert "9天" in read(address)


def test_the_list_of_a_category_shows_a_new_service(after, gigs) -> None:
    address = CategoryPage.objects.filter(category=gigs[0].category, locale__language_code="zh-hans").get().url
    read(address)
    after(lambda: factories.make_gig(title="刚上架的服务", seller=gigs[0].seller, category=gigs[0].category).save())
    assert "刚上架的服务" in read(address)


def test_what_is_read_for_a_block_is_not_read_again_until_it_changes(after, gigs) -> None:
    reads: list[int] = []

    def one() -> int:
        page_cache.shows(page_cache.LISTINGS)
        reads.append(1)
        return len(reads)

    assert remember("test:one", one, seconds=60) == remember("test:one", one, seconds=60) == 1
    with page_cache.noting() as shown:
        remember("test:one", one, seconds=60)
    assert shown.tags == {page_cache.LISTINGS}, "a page made of what is remembered shows it too"
    after(gigs[0].save)
    assert remember("test:one", one, seconds=60) == 2


def test_an_article_is_kept_and_its_form_is_each_visitors_own() -> None:
    article = HelpPage.objects.filter(locale__language_code="zh-hans").first()
    html = read(article.url)
    assert "csrfmiddlewaretoken" not in html
    with CaptureQueriesContext(connection) as queries:
        read(article.url)
    assert len(queries) == 0
    form = reverse("cms_pages:help_feedback", args=[article.pk])
    assert f'hx-get="{form}"' in html
    assert f'href="{form}"' in html
    visitor = Client(enforce_csrf_checks=True)
    part = visitor.get(form, HTTP_HX_REQUEST="true", **PERSON)
    assert b"<html" not in part.content
    whole = visitor.get(form, **PERSON)
    assert b"<html" in whole.content
    assert "no-store" in whole["Cache-Control"]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', part.content.decode())[1]
    visitor.post(article.url, {"helpful": "no", "comment": "没看懂", "csrfmiddlewaretoken": token}, **PERSON)
    assert article.feedback.get().comment == "没看懂"


def test_a_version_of_the_rules_is_kept_and_its_comments_form_comes_after() -> None:
    now = clock.now()
    for number, days in ((1, -30), (2, 20)):
        RulesText.objects.create(
            document="rules",
            number=number,
            announced_at=now + timedelta(days=min(days, -1)),
            comments_until=now + timedelta(days=min(days, 7)),
            effective_at=now + timedelta(days=days),
            changes_zh="改了一处",
            changes_en="One change",
        )
    text = RulesText.objects.get(number=2)
    html = read(text.get_absolute_url())
    assert "csrfmiddlewaretoken" not in html
    with CaptureQueriesContext(connection) as queries:
        read(text.get_absolute_url())
    assert len(queries) == 0
    form = reverse("cms_pages:rules_comment", args=["rules", 2])
    assert f'hx-get="{form}"' in html
    assert "csrfmiddlewaretoken" in read(form)
    with clock.moved_to(now + timedelta(days=8)):
        assert form not in read(text.get_absolute_url()), "no kept page takes comments past their time"
        assert Client().get(form).status_code == 404
