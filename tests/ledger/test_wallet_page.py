from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from marketplace.ledger import services
from marketplace.ledger.models import Clearing
from tests.factories import make_completed_order, make_gig, make_paid_order, make_seller


def address(language="zh-hans"):
    with override(language):
        return reverse("ledger:wallet")


def test_a_wallet_is_for_its_owner_only(db):
    response = Client().get(address())
    assert response.status_code == 302
    assert "/accounts/login/" in response.headers["Location"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_empty_wallet_has_a_page(buyer_client, language):
    response = buyer_client.get(address(language))
    assert response.status_code == 200
    assert response.context["wallet"] is None


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_wallet_shows_what_waits_and_what_is_there(seller, seller_client, language):
    make_completed_order(gig=make_gig(seller=seller, price_fen=123_400))
    make_completed_order(gig=make_gig(seller=make_seller(), price_fen=777_700))
    page = seller_client.get(address(language))
    text = page.content.decode()
    assert page.status_code == 200
    assert page.context["wallet"].pending_fen == 111_060
    assert "1,110.60" in text
    assert "6,999.30" not in text  # somebody else's
    services.clear_earnings(clearing_id=Clearing.objects.get(wallet__user=seller).pk)
    page = seller_client.get(address(language))
    assert (page.context["wallet"].available_fen, page.context["wallet"].pending_fen) == (111_060, 0)
    assert list(page.context["clearings"]) == []


def test_earnings_of_a_select_seller_clear_sooner(db):
    now = timezone.now()
    for level, days in (("new", 7), ("level_2", 7), ("top", 3)):
        order = make_completed_order(gig=make_gig(seller=make_seller(level=level)))
        clears_at = Clearing.objects.get(wallet__user=order.seller).clears_at
        assert abs(clears_at - now - timedelta(days=days)) < timedelta(minutes=1)


def test_posting_to_the_wallet_is_not_a_thing(buyer_client):
    assert buyer_client.post(address()).status_code == 405


def test_who_only_buys_sees_where_the_money_of_the_orders_is_and_nothing_to_withdraw(buyer, buyer_client):
    make_paid_order(buyer=buyer, gig=make_gig(price_fen=123_400))
    make_completed_order(buyer=buyer)
    make_paid_order()  # somebody else's
    text = buyer_client.get(address()).content.decode()
    assert "1,234.00" in text
    assert reverse("payments:withdraw") not in text
    assert 'id="statement"' not in text
    assert 'class="desk__nav"' not in text


def test_a_seller_without_income_has_the_whole_wallet(seller_client):
    text = seller_client.get(address()).content.decode()
    assert 'id="statement"' in text
    assert 'class="desk__nav"' in text
