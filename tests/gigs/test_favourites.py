"""The list of what somebody keeps, and the way of a visitor there."""

import pytest
from django.urls import reverse

from marketplace.gigs import services
from marketplace.gigs.models import Favourite, GigStats
from tests.factories import make_gig, make_user

LIST = reverse("gigs:favourites")


@pytest.fixture
def kept(buyer):
    gigs = [make_gig(title=f"慢一点的印章{number}") for number in range(3)]
    for gig in gigs:
        services.toggle_favourite(gig=gig, user=buyer)
    return gigs


def test_what_was_kept_last_comes_first_and_other_people_s_hearts_are_theirs(buyer_client, kept):
    services.toggle_favourite(gig=make_gig(title="别人收藏的"), user=make_user())
    page = buyer_client.get(LIST).content.decode()
    assert page.index("慢一点的印章2") < page.index("慢一点的印章0")
    assert page.count('aria-pressed="true"') == 3
    assert "别人收藏的" not in page


def test_what_is_off_sale_stays_named_and_can_be_removed(buyer_client, buyer, kept):
    gig = kept[1]
    services.pause_gig(gig_id=gig.pk, seller=gig.seller)
    assert "服务商暂停接单" in buyer_client.get(LIST).content.decode()
    # The heart of a page that is off sale answers 404; this button does not need it.
    response = buyer_client.post(reverse("gigs:remove_favourite", args=[gig.pk]))
    assert response.url == LIST
    assert "慢一点的印章1" not in buyer_client.get(LIST).content.decode()
    assert GigStats.objects.get(gig=gig).favourite_count == 0
    assert Favourite.objects.filter(user=buyer).count() == 2
    buyer_client.post(reverse("gigs:remove_favourite", args=[gig.pk]))  # a second press changes nothing
    assert Favourite.objects.filter(user=buyer).count() == 2


def test_nobody_removes_what_somebody_else_keeps(seller_client, kept):
    seller_client.post(reverse("gigs:remove_favourite", args=[kept[0].pk]))
    assert Favourite.objects.count() == 3


def test_an_empty_list_says_how_it_fills_and_the_menu_leads_there(buyer_client):
    page = buyer_client.get(LIST).content.decode()
    assert "还没有收藏" in page
    assert page.count(f'href="{LIST}"') >= 1


def test_the_list_costs_the_same_however_long_it_is(buyer_client, buyer, kept, django_assert_max_num_queries):
    buyer_client.get(LIST)
    with django_assert_max_num_queries(10):
        buyer_client.get(LIST)


def test_a_visitor_on_a_phone_is_led_to_log_in_and_comes_back(client, db):
    gig = make_gig()
    assert client.get(LIST).url == f"{reverse('account_login')}?next={LIST}"
    page = client.get(gig.get_absolute_url()).content.decode()
    bar = page[page.index('class="bottom actions-bar"') :]
    assert f'href="{reverse("account_login")}?next={gig.get_absolute_url()}"' in bar
