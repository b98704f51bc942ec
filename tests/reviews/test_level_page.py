"""The seller's page of level and score: everything on it is their own, and says the same as the rules do."""

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.orders import services as orders
from marketplace.reviews.levels import evaluate_level
from marketplace.reviews.score import score_of
from tests.factories import make_completed_order, make_delivered_order, make_gig, make_paid_order, make_seller
from tests.reviews.level_situations import make_reputation

pytestmark = pytest.mark.django_db


def text_of(client):
    answer = client.get(reverse("reviews:level"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_new_seller_sees_the_way_to_level_1(seller_client, seller):
    text = text_of(seller_client)
    assert re.search(r'<b class="num">0<small class="gates__to-go">[^<]*5', text)
    assert text.count('<progress class="bar') == 6
    assert reverse("reviews:appeal_new") + "?kind=level" in text


def test_who_does_not_sell_is_led_to_where_one_begins(buyer_client):
    answer = buyer_client.get(reverse("reviews:level"))
    assert answer.url == reverse("accounts:become_seller")


def test_each_order_stands_there_with_what_it_adds_or_takes(seller_client, seller, order):
    event = score_of(seller.pk).events[0]
    text = text_of(seller_client)
    assert order.get_absolute_url() in text
    assert event.shown_contribution in text
    assert event.contribution > 0


def test_the_page_of_somebody_else_shows_nothing_of_mine(client, seller, order):
    other = make_seller()
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    assert order.number not in text_of(client)


def test_the_warning_names_the_day_and_the_gate(seller_client, seller):
    make_reputation(seller, "level_1")
    evaluate_level(user_id=seller.pk)
    make_reputation(seller, "level_1", response_percent=50)
    evaluate_level(user_id=seller.pk)
    text = text_of(seller_client)
    assert 'id="grace"' in text
    assert re.search(r"<li>[^<]*50%[^<]*80%[^<]*</li>", text)


def test_the_table_of_effects_follows_the_settings(seller_client, seller):
    set_config(key="gigs.limit_level_1", value=77, reason="test")
    assert re.search(r'<span class="num">77</span>', text_of(seller_client))


def test_a_late_order_is_the_first_thing_to_do_better(seller_client, seller):
    gig = make_gig(seller=seller)
    with clock.moved_to(clock.now() - timedelta(days=60)):
        order = make_paid_order(gig=gig)
    orders.deliver_order(order_id=order.pk, seller=seller, message="晚了。", files=[_file()])
    orders.accept_delivery(order_id=order.pk, buyer=order.buyer)
    page = seller_client.get(reverse("reviews:level")).context["level"]
    assert page.score.events[0].happening.parts[0].is_late
    assert page.suggestions[0].gain > 0
    assert str(5) in page.suggestions[0].words


def test_the_page_costs_the_same_however_many_orders_there_are(seller_client, seller, django_assert_max_num_queries):
    gig = make_gig(seller=seller)
    for _number in range(4):
        make_completed_order(gig=gig)
    make_delivered_order(gig=gig)
    text_of(seller_client)
    with django_assert_max_num_queries(40):
        text_of(seller_client)


def test_the_first_page_of_the_desk_leads_there(seller_client, seller):
    text = seller_client.get(reverse("insights:desk")).content.decode()
    assert reverse("reviews:level") in text
    assert 'class="gates"' in text


def _file():
    return ContentFile(b"the work", name="work.txt")
