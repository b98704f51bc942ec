"""The list of what somebody keeps, and the way of a visitor there."""

import time
from datetime import timedelta

import pytest
from django.urls import reverse

from marketplace.accounts import blocks
from marketplace.accounts.models import BlockKind, BlockScope
from marketplace.accounts.services.abuse import add_block
from marketplace.core import clock
from marketplace.gigs import services
from marketplace.gigs.models import Favourite, GigStats
from tests.factories import make_gig, make_moderator, make_user

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
    assert f'href="{reverse("gigs:favourite", args=[gig.pk])}"' in bar


# A heart that is pressed before one is logged in


def log_in(client, person) -> None:
    client.force_login(
        person, backend="django.contrib.auth.backends.ModelBackend"
    )  # tests/e2e/test_gig_page.py: by the form


def test_a_visitor_keeps_it_by_logging_in_and_comes_back_to_the_list(client, buyer):
    gig = make_gig(title="慢一点的印章")
    address, origin = reverse("gigs:favourite", args=[gig.pk]), "http://testserver/search/?q=%E5%8D%B0%E7%AB%A0&page=2"
    assert client.get(address, headers={"Referer": origin}).url == f"{reverse('account_login')}?next={address}"
    assert "登录后即收藏“慢一点的印章”" in client.get(reverse("account_login")).content.decode()
    assert not Favourite.objects.exists()
    log_in(client, buyer)
    assert client.get(address).url == origin
    assert Favourite.objects.get().user == buyer
    assert GigStats.objects.get(gig=gig).favourite_count == 1
    assert "已收藏“慢一点的印章”" in client.get(LIST).content.decode()
    services.toggle_favourite(gig=gig, user=buyer)
    client.get(address)  # once
    assert not Favourite.objects.exists()


def test_what_is_kept_already_stays_kept(client, buyer, kept):
    address = reverse("gigs:favourite", args=[kept[0].pk])
    client.get(address)
    log_in(client, buyer)
    assert client.get(address).url == kept[0].get_absolute_url()
    assert Favourite.objects.filter(user=buyer).count() == 3


def test_a_link_alone_keeps_nothing_and_says_what_to_do(buyer_client):
    gig, other = make_gig(), make_gig()
    address = reverse("gigs:favourite", args=[gig.pk])
    assert buyer_client.get(address, headers={"Referer": "https://elsewhere.example/"}).url == gig.get_absolute_url()
    assert "再点一次" in buyer_client.get(LIST).content.decode()
    session = buyer_client.session
    session["pressed"] = {reverse("gigs:favourite", args=[other.pk]): ["/", time.time()]}
    session.save()
    buyer_client.get(address)
    assert not Favourite.objects.exists()


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Purpose": "prefetch"}, {"HX-Request": "true"}]
)
def test_who_did_not_press_is_promised_nothing(client, buyer, headers):
    gig = make_gig()
    address = reverse("gigs:favourite", args=[gig.pk])
    login = f"{reverse('account_login')}?next={gig.get_absolute_url()}"
    assert client.get(address, headers=headers).url == login
    assert client.head(address).url == login
    assert client.post(address).url == login  # a session that ended: perhaps they let it go
    assert not client.session.keys()
    log_in(client, buyer)
    client.get(address)
    assert not Favourite.objects.exists()


def test_of_two_windows_each_keeps_what_was_pressed_in_it_and_neither_goes_round_in_circles(client, buyer):
    gigs = [make_gig(), make_gig(), make_gig()]
    addresses = [reverse("gigs:favourite", args=[gig.pk]) for gig in gigs]
    for address in addresses[:2]:
        client.get(address, headers={"Referer": "http://testserver/search/?q=x"})
    log_in(client, buyer)
    for address in addresses:
        log_in_page = f"http://testserver{reverse('account_login')}?next={address}"
        target = client.get(address, headers={"Referer": log_in_page}).url
        assert "/accounts/" not in target
    assert set(Favourite.objects.values_list("gig_id", flat=True)) == {gigs[0].pk, gigs[1].pk}


def test_what_was_pressed_long_ago_is_forgotten(client, buyer, monkeypatch):
    address = reverse("gigs:favourite", args=[make_gig().pk])
    client.get(address)
    log_in(client, buyer)
    later = time.time() + 1801
    monkeypatch.setattr("marketplace.core.pressed.time.time", lambda: later)
    client.get(address)
    assert not Favourite.objects.exists()


def test_who_may_not_write_keeps_nothing_by_logging_in(client, buyer):
    address = reverse("gigs:favourite", args=[make_gig().pk])
    client.get(address)
    add_block(
        kind=BlockKind.ACCOUNT,
        value=str(buyer.pk),
        scope=BlockScope.WRITING,
        reason="刷收藏",
        ends_at=clock.now() + timedelta(days=7),
        staff=make_moderator(),
    )
    blocks.forget_blocks()
    log_in(client, buyer)
    assert client.get(address).status_code in (403, 409)
    assert not Favourite.objects.exists()


def test_ones_own_service_is_not_kept_by_logging_in(client, seller):
    gig = make_gig(seller=seller)
    address = reverse("gigs:favourite", args=[gig.pk])
    client.get(address)
    log_in(client, seller)
    assert client.get(address).url == gig.get_absolute_url()
    assert "这是你自己的服务" in client.get(LIST).content.decode()
    assert not Favourite.objects.exists()
