"""The page of a service is drawn once for everybody but its seller, says at once what changed, and mixes nobody up."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.services.profiles import change_handle
from marketplace.core import clock, one_page, page_cache
from marketplace.gigs import counting, drawn
from marketplace.gigs.page import gig_page
from marketplace.gigs.selectors import get_public_gig
from marketplace.gigs.services import keep_favourite, pause_gig
from tests.factories import make_gig, make_user
from tests.logins import log_in

pytestmark = pytest.mark.usefixtures("committed_db")
WECHAT = "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50"


@pytest.fixture(autouse=True)
def nothing_else_keeps(monkeypatch, settings) -> None:
    """Whole pages are not kept here, and what a test changes right before it asks does not count as old."""
    settings.PAGES_ARE_KEPT = False
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0)


@pytest.fixture
def gig():
    gig = make_gig()
    Client().get(reverse("discovery:search"))  # the first page of all makes the site's settings
    return gig


@pytest.fixture
def made(monkeypatch) -> list[int]:
    """The services whose content was put together, each time."""
    made, gig_content = [], drawn.gig_content

    def noting(page):
        made.append(page.gig.pk)
        return gig_content(page)

    monkeypatch.setattr(drawn, "gig_content", noting)
    return made


def page_of(gig, client=None, **headers) -> str:
    response = (client or Client()).get(gig.get_absolute_url(), headers=headers or None)
    assert response.status_code == 200
    return response.content.decode()


def test_it_is_put_together_once_for_visitors_and_who_is_signed_in(gig, made):
    page_of(gig)
    before = len(made)
    for client in (Client(), log_in(make_user()), log_in(make_user())):
        assert gig.title in page_of(gig, client)
    assert (before, len(made)) == (2, 2)  # the head, and the rest


def test_its_seller_has_it_put_together_anew_and_sees_what_nobody_was_told(gig, made):
    page_of(gig)
    type(gig).objects.filter(pk=gig.pk).update(title="没有告诉任何人")
    assert "没有告诉任何人" in page_of(gig, log_in(gig.seller))
    assert "没有告诉任何人" not in page_of(gig)
    assert made.count(gig.pk) == 4


@pytest.mark.parametrize("reader", ["visitor", "signed in"])
def test_a_new_price_a_new_title_and_a_new_address_of_the_seller_are_seen_at_once(gig, reader):
    client = log_in(make_user()) if reader == "signed in" else Client()
    page_of(gig, client)
    gig.packages.update(price_fen=77_700)
    gig.title = "改过的标题"
    gig.save()
    assert page_of(gig, client).count("77,700") == 0
    assert all(words in page_of(gig, client) for words in ("改过的标题", "777"))
    change_handle(profile=gig.seller.profile, handle="new-address")
    assert page_of(gig, client).count("/new-address/") >= 2


def test_what_was_read_before_a_change_is_never_kept_as_of_after_it(gig):
    """Somebody has read the service, it changes, and only then do they draw it: the next reader sees the change."""
    with one_page.while_one_page_is_made("/test/"):
        slow = gig_page(get_public_gig(gig.pk), user=make_user())
    gig.title = "改过的标题"
    gig.save()
    with one_page.while_one_page_is_made("/test/"):
        drawn.gig_parts(slow, has_poster=True, is_in_wechat=False)
    assert "改过的标题" in page_of(gig)


def test_a_paused_one_is_gone_at_once(gig):
    page_of(gig)
    pause_gig(gig_id=gig.pk, seller=gig.seller)
    assert Client().get(gig.get_absolute_url()).status_code == 404


def test_an_absence_begins_and_ends_by_the_calendar(gig):
    today = timezone.localdate(clock.now())
    profile = gig.seller.profile
    profile.away_from, profile.away_until = today + timedelta(days=1), today + timedelta(days=2)
    profile.save()
    book = "预订这个套餐"
    assert book in page_of(gig)
    with clock.moved_to(clock.midnight(profile.away_from)):
        assert book not in page_of(gig)
    with clock.moved_to(clock.midnight(profile.away_until)):
        assert book in page_of(gig)


def test_the_heart_is_each_persons_own(gig):
    keeper, other = make_user(), make_user()
    keep_favourite(gig=gig, user=keeper)

    def hearts(client) -> set[str]:
        return {*re.findall(rf'formaction="/gigs/{gig.pk}/favourite/"[^>]*aria-pressed="(\w+)"', page_of(gig, client))}

    assert (hearts(log_in(keeper)), hearts(log_in(other)), hearts(Client())) == ({"true"}, {"false"}, set())
    assert hearts(log_in(keeper)) == {"true"}


def test_what_wechat_is_told_stays_in_wechat_and_each_language_has_its_own(gig):
    hint = "在微信里：右上角三个点可以转发。"
    with_hint = page_of(gig, **{"User-Agent": WECHAT}).count(hint)
    assert page_of(gig).count(hint) == 0
    assert page_of(gig, **{"User-Agent": WECHAT}).count(hint) == with_hint
    address = gig.get_absolute_url()
    for start, own, other in (("/en", "Packages compared", "套餐对比"), ("", "套餐对比", "Packages compared")):
        page = Client().get(start + address).content.decode()
        assert (own in page, other in page) == (True, False)


def test_nothing_of_a_person_is_in_what_is_kept(gig):
    reader = make_user(name="看的那个人")
    page_of(gig, log_in(reader))
    from django.core.cache import cache

    kept = b"".join(cache.client().get(name) for name in cache.client().scan_iter("*made_once:*"))
    assert gig.title.encode() in kept
    assert "看的那个人".encode() not in kept
    assert b"csrfmiddlewaretoken" not in kept


def test_cards_that_were_drawn_before_count_as_seen_each_time(gig):
    similar = make_gig(category=gig.category)
    template = Template("{% load gigs %}{% similar_gigs gig %}")
    found = []
    for _time in range(2):
        with one_page.while_one_page_is_made("/test/"), counting.noting() as noted:
            html = template.render(Context({"gig": gig}))
        found.append((similar.title in html, noted.impressions))
    assert found == [(True, {similar.pk})] * 2


def test_a_card_that_is_taken_down_leaves_the_rows_below_at_once(gig):
    similar = make_gig(category=gig.category, title="同类的另一个")
    assert "同类的另一个" in page_of(gig)
    pause_gig(gig_id=similar.pk, seller=similar.seller)
    assert "同类的另一个" not in page_of(gig)


def test_a_draft_is_its_sellers_alone(gig):
    client = log_in(gig.seller)
    draft = client.get(gig.get_absolute_url() + "?draft=1").content.decode()
    assert "只有你能看到" in draft
    assert '<meta name="robots" content="noindex">' in draft
    assert "只有你能看到" not in page_of(gig)
    assert settings.SITE_URL + gig.get_absolute_url() in page_of(gig)
