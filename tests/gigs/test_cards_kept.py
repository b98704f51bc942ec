"""Cards are kept for a minute, each by itself, and say at once what was changed of them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from marketplace.core import clock, page_cache
from marketplace.gigs import counting
from marketplace.gigs.cards import gig_cards
from marketplace.gigs.models import Favourite
from marketplace.gigs.ratings import count_completed_order
from tests.factories import make_gig, make_user

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(autouse=True)
def clocks_agree(monkeypatch) -> None:
    """What these tests change is less than a second old when it is read, and would not be kept."""
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0)


def statements(queries):
    return [one["sql"] for one in queries if "gigs_gig" in one["sql"]]


def test_cards_that_lists_share_are_read_once_and_tell_each_persons_hearts(django_assert_num_queries):
    first, second, third = make_gig(), make_gig(), make_gig()
    reader = make_user()
    Favourite.objects.create(gig=second, user=reader)
    gig_cards([first.pk, second.pk])
    with django_assert_num_queries(1) as asked:
        assert [card.title for card in gig_cards([second.pk, third.pk])] == [second.title, third.title]
    assert f"IN ({third.pk})" in asked.captured_queries[0]["sql"]
    with django_assert_num_queries(1):  # the hearts
        assert [card.is_favourite for card in gig_cards([first.pk, second.pk], user=reader)] == [False, True]


def test_a_card_says_at_once_what_was_saved_and_goes_with_its_seller():
    gig = make_gig()
    gig_cards([gig.pk])
    gig.title = "改过的标题"
    gig.save()
    assert gig_cards([gig.pk])[0].title == "改过的标题"
    count_completed_order(gig_id=gig.pk)
    assert gig_cards([gig.pk])[0].orders_completed == 1
    gig.seller.profile.display_name = "新名字"
    gig.seller.profile.save()
    assert gig_cards([gig.pk])[0].seller_name == "新名字"
    with translation.override("en"):
        assert gig_cards([gig.pk])[0].url.startswith("/en/")
    gig.seller.is_active = False
    gig.seller.save(update_fields=["is_active"])
    assert gig_cards([gig.pk]) == []


def test_a_card_kept_yesterday_says_that_its_seller_is_away_today(monkeypatch):
    gig = make_gig()
    gig.seller.profile.away_from = timezone.localdate() + timedelta(days=1)
    gig.seller.profile.away_until = timezone.localdate() + timedelta(days=2)
    gig.seller.profile.save()
    assert not gig_cards([gig.pk])[0].is_away
    with counting.noting() as noted, page_cache.noting() as shown:
        assert gig_cards([gig.pk], only_listed=True)
    assert set(noted.impressions) == {gig.pk}
    assert shown.until == clock.midnight(gig.seller.profile.away_from)  # no page with the card is kept longer
    monkeypatch.setattr(clock, "now", lambda: timezone.now() + timedelta(days=1))
    with CaptureQueriesContext(connection) as asked:
        assert gig_cards([gig.pk])[0].is_away
        with counting.noting() as noted:
            assert gig_cards([gig.pk], only_listed=True) == []
    assert not noted.impressions
    assert statements(asked.captured_queries) == []
