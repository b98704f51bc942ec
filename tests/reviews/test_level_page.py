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
from marketplace.reviews.models import IntegrityCase, IntegrityMember
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
    assert re.search(r'<b class="num">[^<]*0[^<]*<small class="gates__to-go">[^<]*5', text)
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


def test_the_beginning_and_the_orders_add_up_to_the_score(seller_client, seller, order):
    text = text_of(seller_client)
    score = score_of(seller.pk)
    for number in ("6.40", score.shown_moved, score.shown_exact):
        assert f'<dd class="num">{number}</dd>' in text or f'<dd class="num"><b>{number}</b></dd>' in text
    assert f"{6.4 + score.events[0].contribution / 100:.2f}" == score.shown_exact
    assert score.events[0].weight_words in text


def test_each_value_of_the_table_carries_its_name_for_phones(seller_client, seller):
    table = re.search(r'<table class="table level-table">.*?</table>', text_of(seller_client), re.DOTALL)[0]
    assert table.count("<td data-label=") == table.count("<td") == 20


def test_one_reads_what_could_be_wrong_before_one_is_asked_to_complain(seller_client, seller, order):
    text = text_of(seller_client)
    assert text.index('id="score"') < text.index('id="events"') < text.index("?kind=level")


def test_who_is_held_by_a_case_is_led_to_an_appeal_about_the_case(seller_client, seller):
    now = clock.now()
    case = IntegrityCase.objects.create(
        status="confirmed", score=200, circle="x" * 64, opened_at=now, due_at=now, decided_at=now
    )
    IntegrityMember.objects.create(case=case, user=seller)
    assert f"?kind=integrity&amp;case={case.pk}" in text_of(seller_client)


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
