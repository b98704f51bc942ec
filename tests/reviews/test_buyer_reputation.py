"""What sellers learn about a buyer, who learns it, and that it costs the same for many as for one."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from marketplace.accounts.models import BlockedPerson
from marketplace.core import clock
from marketplace.messaging import services as messaging
from marketplace.offers import services as offers
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.reviews.models import Review, ReviewSide
from marketplace.reviews.selectors.buyers import buyer_reputation, buyer_reputations
from tests.factories import (
    decide_finally,
    make_category,
    make_completed_order,
    make_delivered_order,
    make_gig,
    make_order,
    make_paid_order,
    make_seller,
    make_user,
)
from tests.offers.situations import complete, make_brief, make_offer, make_plan

pytestmark = pytest.mark.django_db


def about(order: Order, stars: int, body: str = "需求说得清楚。", **changes) -> Review:
    """What a seller wrote about the buyer, as the table keeps it once it is public."""
    now = clock.now()
    values = {"written_at": now, "publish_at": now, "published_at": now} | changes
    return Review.objects.create(
        order=order, side=ReviewSide.SELLER, author=order.seller, subject=order.buyer, stars=stars, body=body, **values
    )


def of(buyer):
    return buyer_reputation(buyer, buyer.pk)


def test_a_new_buyer_is_new_and_nothing_is_said_against_them(buyer):
    found = of(buyer)
    assert found.is_new
    assert (found.rating, found.undisputed_percent, found.briefs_ordered_percent, found.answer_hours) == (None,) * 4
    assert (found.disputes, found.spent_band, found.words) == (0, "", ())


def test_orders_sellers_and_a_band_in_place_of_the_sum(order, buyer):
    make_completed_order(buyer=buyer)
    make_paid_order(buyer=buyer)
    make_order(buyer=buyer)  # never paid
    found = of(buyer)
    assert (found.orders_paid, found.orders_completed, found.sellers) == (3, 2, 3)
    assert str(sum(Order.objects.filter(buyer=buyer).values_list("total_fen", flat=True)) // 100) not in str(
        found.spent_band
    )
    assert found.spent_band
    assert found.undisputed_percent == 100


def test_stages_of_an_agreement_are_one_order(buyer, seller):
    plan = make_plan(buyer=buyer, seller=seller)
    complete(plan.milestones.get(position=1).order)
    second = orders.fund_stage(plan_id=plan.pk, buyer=buyer)
    complete(second)
    assert (of(buyer).orders_paid, of(buyer).orders_completed, of(buyer).sellers) == (1, 1, 1)


def test_stars_are_of_public_reviews_of_the_last_years_that_count(order, buyer):
    about(order, 4)
    about(make_completed_order(buyer=buyer), 5, body="")
    about(make_completed_order(buyer=buyer), 1, published_at=None)
    about(make_completed_order(buyer=buyer), 1, published_at=clock.now() - timedelta(days=3 * 365))
    about(make_completed_order(buyer=buyer), 1, excluded_at=clock.now())
    found = of(buyer)
    assert (found.rating, found.rating_count) == (Decimal("4.5"), 2)
    assert [said.body for said in found.words] == ["需求说得清楚。"]


def test_the_last_three_words_stand_there_the_newest_first(buyer):
    for number in range(4):
        about(
            make_completed_order(buyer=buyer),
            5,
            f"第{number}次合作。",
            published_at=clock.now() - timedelta(days=9 - number),
        )
    assert [said.body for said in of(buyer).words] == ["第3次合作。", "第2次合作。", "第1次合作。"]


def test_disputes_are_told_with_how_they_ended(order, buyer):
    refunded, divided, still_open = (make_delivered_order(buyer=buyer) for _order in range(3))
    for each in (refunded, divided, still_open):
        orders.open_dispute(order_id=each.pk, user=buyer, reason="少了一项，修改也没有补上。")
    decide_finally(refunded, refund_fen=refunded.total_fen)
    decide_finally(divided, refund_fen=100)
    found = of(buyer)
    assert (found.disputes_refunded, found.disputes_divided, found.disputes_open, found.disputes) == (1, 1, 1, 3)
    assert found.undisputed_percent == 33  # one of the three that ended with work handed over


def test_a_dispute_that_the_seller_opened_is_not_the_buyers(buyer):
    order = make_delivered_order(buyer=buyer)
    orders.open_dispute(order_id=order.pk, user=order.seller, reason="买家一直没有回复。")
    assert of(buyer).disputes == 0


def test_cancelling_alone_counts_once_the_work_had_begun(order, buyer):
    before, agreed, alone = (make_paid_order(buyer=buyer) for _order in range(3))
    now = clock.now()
    ended = {"status": "cancelled", "cancelled_at": now}
    Order.objects.filter(pk=before.pk).update(**ended, cancelled_by="buyer", started_at=None)
    Order.objects.filter(pk=agreed.pk).update(**ended, cancelled_by="both", started_at=now - timedelta(days=1))
    assert of(buyer).cancelled_at_work == 0
    Order.objects.filter(pk=alone.pk).update(**ended, cancelled_by="buyer", started_at=now - timedelta(days=1))
    assert of(buyer).cancelled_at_work == 1


def test_the_hours_to_an_answer_are_the_median_of_revisions_and_acceptances(buyer):
    for hours in (2, 10, 30):
        order = make_delivered_order(buyer=buyer)
        with clock.moved_to(clock.now() + timedelta(hours=hours)):
            orders.accept_delivery(order_id=order.pk, buyer=buyer)
    make_delivered_order(buyer=buyer)  # not answered yet
    assert of(buyer).answer_hours == 10


def test_briefs_count_once_they_are_decided(buyer, seller):
    category = make_category(parent=make_category())
    make_brief(buyer=buyer, category=category)
    assert of(buyer).briefs == 0
    closed = make_brief(buyer=buyer, category=category)
    offers.close_brief(brief_id=closed.pk, buyer=buyer)
    assert (of(buyer).briefs, of(buyer).briefs_ordered_percent) == (1, 0)
    chosen = make_brief(buyer=buyer, category=category)
    offer = make_offer(buyer=buyer, seller=seller, brief=chosen)
    negotiation = offers.accept_offer(offer_id=offer.pk, user=buyer)
    orders.confirm_payment(
        order_id=negotiation.order_id,
        gateway="alipay",
        payment_reference="PA00000000000000000000009999",
        amount_fen=negotiation.order.total_fen,
    )
    assert (of(buyer).briefs, of(buyer).briefs_ordered_percent) == (2, 50)


# Who sees it


def sees(viewer, buyer) -> bool:
    return buyer.pk in buyer_reputations(viewer, [buyer.pk])


def test_strangers_learn_nothing(order, buyer, stranger):
    for viewer in (AnonymousUser(), stranger, make_seller()):
        assert not sees(viewer, buyer)
        with pytest.raises(Http404):
            buyer_reputation(viewer, buyer.pk)


def test_the_buyer_and_the_seller_of_an_order_see_it(order, buyer, seller):
    assert sees(buyer, buyer)
    assert sees(seller, buyer)
    assert not sees(buyer, seller)  # who sold is no buyer of theirs


def test_a_brief_lets_sellers_see_it_as_long_as_they_may_answer(buyer, stranger):
    other = make_seller()
    brief = make_brief(buyer=buyer, category=make_category(parent=make_category()))
    assert sees(other, buyer)
    assert not sees(stranger, buyer)  # no open desk
    blocked = make_seller()
    BlockedPerson.objects.create(owner=buyer, person=blocked)
    assert not sees(blocked, buyer)
    offers.close_brief(brief_id=brief.pk, buyer=buyer)
    assert not sees(other, buyer)


def test_a_seller_who_answered_sees_it_after_the_brief_was_closed(buyer, seller):
    brief = make_brief(buyer=buyer, category=make_category(parent=make_category()))
    make_offer(buyer=buyer, seller=seller, brief=brief)
    offers.close_brief(brief_id=brief.pk, buyer=buyer)
    assert sees(seller, buyer)


def test_a_conversation_tells_only_the_one_who_was_written_to(buyer, seller):
    conversation = messaging.start_conversation(buyer=buyer, seller=seller)
    assert not sees(seller, buyer)
    messaging.send_message(conversation_id=conversation.pk, sender=seller, body="您好，需要设计吗？")
    assert not sees(seller, buyer)
    messaging.send_message(conversation_id=conversation.pk, sender=buyer, body="您好，想做个招牌。")
    assert sees(seller, buyer)


# What it costs


def test_many_buyers_cost_as_many_queries_as_one(seller):
    gig = make_gig(seller=seller)
    people = [make_user() for _person in range(4)]
    for person in people:
        about(make_completed_order(buyer=person, gig=gig), 5)
    counts = []
    for ids in ([people[0].pk], [person.pk for person in people]):
        with CaptureQueriesContext(connection) as asked:
            assert len(buyer_reputations(seller, ids)) == len(ids)
        counts.append(len([query for query in asked if query["sql"].startswith("SELECT")]))
    assert counts[0] >= counts[1]
    assert counts[1] <= 7


# The pages


def test_the_brief_and_the_list_show_it_to_sellers(seller_client, buyer, order):
    about(order, 5)
    brief = make_brief(buyer=buyer, category=make_category(parent=make_category()))
    listed = seller_client.get("/desk/briefs/").content.decode()
    assert brief.title in listed
    assert listed.count('class="rating"') == 1
    page = seller_client.get(brief.get_absolute_url())
    assert "需求说得清楚。" in page.content.decode()
    answer = seller_client.get(f"/briefs/{brief.pk}/answer/")
    assert answer.status_code in (200, 302)


def test_the_order_page_shows_it_to_the_seller_alone(seller_client, buyer_client, order):
    about(order, 5, "验收很快，合作顺利。")
    words = "card card--quiet stack stack--tight"
    with_card = seller_client.get(order.get_absolute_url()).content.decode()
    without = buyer_client.get(order.get_absolute_url()).content.decode()
    assert with_card.count(words) == without.count(words) + 1


def test_the_conversation_shows_it_beside_the_messages(seller_client, buyer_client, buyer, seller, order):
    about(order, 5, "验收很快，合作顺利。")
    conversation = messaging.start_conversation(buyer=buyer, seller=seller)
    messaging.send_message(conversation_id=conversation.pk, sender=buyer, body="您好，想再做个招牌。")
    # Beside the messages where there is room, in the menu on a phone.
    assert seller_client.get(conversation.get_absolute_url()).content.decode().count("验收很快，合作顺利。") == 2
    assert "验收很快，合作顺利。" not in buyer_client.get(conversation.get_absolute_url()).content.decode()


def test_a_buyer_reads_it_with_how_it_is_made(buyer_client, order):
    about(order, 5, "验收很快，合作顺利。")
    page = buyer_client.get("/buying/reputation/")
    assert page.status_code == 200
    assert "验收很快，合作顺利。" in page.content.decode()
    assert "/buying/reputation/" in buyer_client.get("/orders/").content.decode()
