"""What is shown of reviews, where, to whom, and with how many queries."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from marketplace.core import clock
from marketplace.gigs.models import Gig, GigPackage
from marketplace.orders import services as orders
from marketplace.reviews import selectors, services
from marketplace.reviews.models import Review
from tests.factories import (
    decide_finally,
    make_completed_order,
    make_delivered_order,
    make_gig,
    make_paid_order,
    make_public_review,
    make_user,
)

pytestmark = pytest.mark.django_db


def write(order, author, **changes):
    values = {"stars": 5, "aspects": {"quality": 4}, "body": "很清楚。"} | changes
    return services.write_review(order_id=order.pk, author=author, **values)


def publish(order, **said):
    """The buyer's review, public because both have written."""
    return make_public_review(order, **({"aspects": {"quality": 4}, "body": "很清楚。"} | said))


def render(source, path="/", **context):
    request = RequestFactory().get(path)
    return Template("{% load reviews %}" + source).render(
        Context({"request": request, "csrf_token": "token"} | context)
    )


def gig_reviews(gig, query=""):
    return render("{% gig_reviews gig %}", path=f"/gigs/1/{query}", gig=Gig.objects.get(pk=gig.pk))


# On the gig


def test_a_gig_shows_score_distribution_and_words(order, buyer, seller, gig):
    publish(order, stars=4, body="<i>好</i>")
    services.reply_to_review(order_id=order.pk, author=seller, text="谢谢，有问题随时问。")
    shown = gig_reviews(gig)
    assert "4.0" in shown
    assert "&lt;i&gt;好" in shown
    assert "林小满" in shown
    assert "谢谢，有问题随时问。" in shown
    assert 'max="100" value="100.0"' in shown


def test_a_gig_without_reviews_says_so(gig):
    assert "review__reply" not in gig_reviews(gig)
    assert "progress" not in gig_reviews(gig)


def test_the_sellers_words_about_the_buyer_are_not_on_the_gig(order, buyer, seller, gig):
    publish(order, seller_body="需求写得很细")
    assert "很清楚。" in gig_reviews(gig)
    assert "需求写得很细" not in gig_reviews(gig)


def test_ten_reviews_are_shown_and_the_rest_is_a_link_away(gig, django_assert_num_queries):
    for number in range(12):
        publish(make_completed_order(gig=gig), body=f"第{number:02d}条")
    stored = Gig.objects.get(pk=gig.pk)
    with django_assert_num_queries(4):
        first = render("{% gig_reviews gig %}", gig=stored)
    assert first.count('class="review"') == 10
    assert "第11条" in first
    link = unescape(re.search(r'href="[^"]*(\?reviews_after=[^"#]+)', first)[1])
    publish(make_completed_order(gig=gig), body="后来的一条")
    second = gig_reviews(gig, link)
    # What was written meanwhile moves nothing from one page to the other.
    assert [word for word in ("第01条", "第00条") if word in second] == ["第01条", "第00条"]
    assert second.count('class="review"') == 2
    assert "更多评价" not in second
    assert gig_reviews(gig, "?reviews_after=x-1").count('class="review"') == 10


def test_reviews_are_chosen_by_stars_and_by_package(seller, django_assert_num_queries):
    gig = make_gig(seller=seller)
    GigPackage.objects.create(gig=gig, tier="premium", title="做齐", price_fen=50_000, delivery_days=9, revisions=3)
    for tier, stars, body in (("basic", 5, "很快"), ("basic", 2, "慢了"), ("premium", 5, "都齐")):
        order = make_completed_order(buyer=make_user(), gig=gig, tier=tier)
        publish(order, stars=stars, body=body)
    stored = Gig.objects.get(pk=gig.pk)

    def found(query):
        with django_assert_num_queries(4 if "stars=1" not in query else 3):
            shown = render("{% gig_reviews gig %}", path=f"/gigs/1/{query}", gig=stored)
        return [body for body in ("很快", "慢了", "都齐") if body in shown], shown

    assert found("?review_stars=5")[0] == ["很快", "都齐"]
    assert found("?review_package=premium")[0] == ["都齐"]
    both, shown = found("?review_stars=5&review_package=basic")
    assert both == ["很快"]
    assert "4.0" in shown  # the score stays that of all reviews
    assert found("?review_stars=9&review_package=gold")[0] == ["很快", "慢了", "都齐"]
    assert found("?review_stars=1")[0] == []


def test_htmx_gets_the_section_alone_and_others_the_page(order, buyer, gig, client):
    publish(order, body="第二稿就定了")
    address = reverse("reviews:of_gig", args=[gig.pk]) + "?review_stars=5"
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "第二稿就定了" in part
    assert "<html" not in part
    assert client.get(address).url == f"{gig.get_absolute_url()}?review_stars=5#reviews"
    Gig.objects.filter(pk=gig.pk).update(status="paused")
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 404


def test_the_latest_reviews_have_words_and_a_gig_that_can_be_bought(order, buyer, gig, django_assert_num_queries):
    publish(make_completed_order(gig=gig), body="")
    spoken = publish(order)
    with django_assert_num_queries(1):
        items = selectors.latest_reviews(6)
        names = [(item.author.display_name, item.gig.title, item.subject.display_name) for item in items]
    assert items == [spoken]
    assert names == [("林小满", gig.title, "青禾品牌")]
    Gig.objects.filter(pk=gig.pk).update(status="paused")
    assert selectors.latest_reviews(6) == []


def test_a_sellers_figures_are_empty_before_the_first_review(order, buyer, seller):
    source = "{% seller_reputation user as reputation %}{{ reputation.rating }} {{ reputation.rating_count }}"
    assert render(source, user=seller) == "None 0"
    write(order, buyer, stars=4)
    assert render(source, user=seller) == "None 0"
    write(order, seller, aspects={})
    assert render(source, user=seller) == "4.5 1"


# On the order


def invitation(order):
    return f'href="{reverse("reviews:write", args=[order.number])}"'


def order_reviews(order, user):
    return render("{% order_reviews order user %}", order=order, user=user)


def test_both_sides_are_invited_and_nobody_else(order, buyer, seller, stranger):
    for user in (buyer, seller):
        assert invitation(order) in order_reviews(order, user)
    assert order_reviews(order, stranger).strip() == ""


def test_who_has_written_reads_when_it_becomes_public_and_how_to_change_it(order, buyer, seller):
    write(order, buyer)
    shown = order_reviews(order, buyer)
    assert "很清楚。" in shown
    assert reverse("reviews:edit", args=[order.number]) in shown
    assert invitation(order) not in shown
    shown = order_reviews(order, seller)
    assert "很清楚。" not in shown
    assert invitation(order) in shown
    assert reverse("reviews:reply", args=[order.number]) not in shown


def test_once_both_are_public_the_seller_can_reply(order, buyer, seller):
    publish(order)
    assert reverse("reviews:reply", args=[order.number]) in order_reviews(order, seller)
    assert reverse("reviews:reply", args=[order.number]) not in order_reviews(order, buyer)
    assert invitation(order) not in order_reviews(order, seller)


def test_when_the_time_is_over_that_is_said(order, buyer):
    with clock.moved_to(order.completed_at + timedelta(days=15)):
        shown = order_reviews(order, buyer)
        assert invitation(order) not in shown
        assert "评价期已过" in shown


def test_a_cancelled_order_is_reviewed_by_who_was_let_down_and_marked(buyer, seller, gig):
    order = make_paid_order(buyer=buyer, gig=gig)
    orders.cancel_order(order_id=order.pk, user=seller)
    order.refresh_from_db()
    assert invitation(order) in order_reviews(order, buyer)
    assert order_reviews(order, seller).strip() == ""
    review = write(order, buyer, stars=1, body="钱付了人没了")
    assert "钱付了人没了" not in order_reviews(order, seller)
    with clock.moved_to(review.publish_at):
        services.publish_due_review(order_id=order.pk)
    assert reverse("reviews:reply", args=[order.number]) in order_reviews(order, seller)
    with translation.override("en"):
        assert "Order cancelled" in gig_reviews(gig)


def test_a_refund_after_a_dispute_is_marked_and_a_change_too(buyer, seller, gig):
    order = make_delivered_order(buyer=buyer, gig=gig)
    orders.open_dispute(order_id=order.pk, user=buyer, reason="与描述不符")
    order = decide_finally(order, refund_fen=order.total_fen)
    services.write_review(order_id=order.pk, author=buyer, stars=2, body="太慢")
    services.edit_review(order_id=order.pk, author=buyer, stars=2, aspects={"quality": 4}, body="再想了想")
    services.write_review(order_id=order.pk, author=seller, stars=5)
    with translation.override("en"):
        shown = gig_reviews(gig)
    assert "Refunded after a dispute" in shown
    assert "changed by its author" in shown
    assert "Order cancelled" not in shown


def test_what_is_not_counted_stays_and_says_so(order, gig):
    review = publish(order)
    Review.objects.filter(pk=review.pk).update(excluded_at=clock.now())
    with translation.override("en"):
        assert "Not counted in any score" in gig_reviews(gig)


def test_an_order_that_goes_on_shows_nothing_about_reviews(buyer, gig):
    order = make_paid_order(buyer=buyer, gig=gig)
    assert order_reviews(order, buyer).strip() == ""


def test_whoever_has_written_a_review_is_thanked_and_not_asked_for_one_again(order, buyer, buyer_client):
    asked, thanked = invitation(order), "谢谢你的评价"
    page = buyer_client.get(order.get_absolute_url()).content.decode()
    assert (asked in page, thanked in page) == (True, False)
    write(order, buyer)
    page = buyer_client.get(order.get_absolute_url()).content.decode()
    assert (asked in page, thanked in page) == (False, True)


# The form


def test_the_buyer_writes_a_review_with_a_plain_form(order, buyer_client, gig):
    address = reverse("reviews:write", args=[order.number])
    page = buyer_client.get(address).content.decode()
    assert page.count('name="stars"') == 5
    assert page.count('name="quality"') == 5
    assert 'name="on_time"' not in page

    response = buyer_client.post(
        address, {"stars": "5", "quality": "4", "body": "第二稿就定了。", "private_feedback": "没有"}
    )

    assert response.url == f"{order.get_absolute_url()}#reviews"
    review = Review.objects.get()
    assert (review.stars, review.body, review.private_feedback) == (5, "第二稿就定了。", "没有")
    assert dict(review.ratings.values_list("aspect", "stars")) == {"quality": 4}
    assert "第二稿就定了。" not in gig_reviews(gig)


def test_the_author_changes_it_with_a_plain_form(order, buyer, buyer_client, seller):
    address = reverse("reviews:edit", args=[order.number])
    assert buyer_client.get(address).status_code == 409
    write(order, buyer, stars=2, private_feedback="催了三次")
    page = buyer_client.get(address).content.decode()
    assert page.count("checked") == 2
    assert "催了三次" in page
    assert buyer_client.post(address, {"stars": "4", "body": "好了些"}).status_code == 302
    review = Review.objects.get()
    assert (review.stars, review.body, review.private_feedback, review.ratings.count()) == (4, "好了些", "", 0)

    write(order, seller, aspects={})
    assert buyer_client.get(address).url == f"{order.get_absolute_url()}#reviews"  # both are public, and stand
    refused = buyer_client.post(
        address, {"stars": "1", "body": "改不了"}
    )  # an old tab: what was typed there is not lost
    assert (refused.status_code, "改不了" in refused.content.decode()) == (422, True)
    review.refresh_from_db()
    assert (review.stars, review.body) == (4, "好了些")


def test_a_form_without_stars_comes_back_with_its_words(order, buyer_client):
    response = buyer_client.post(reverse("reviews:write", args=[order.number]), {"body": "很好"})
    assert response.status_code == 422
    assert "很好" in response.content.decode()
    assert not Review.objects.exists()


def test_the_second_visit_leads_back_to_the_order(order, buyer, buyer_client):
    write(order, buyer)
    address = reverse("reviews:write", args=[order.number])
    assert buyer_client.get(address).url == f"{order.get_absolute_url()}#reviews"
    refused = buyer_client.post(address, {"stars": "1", "body": "另一页里写的"})
    assert (refused.status_code, "另一页里写的" in refused.content.decode()) == (422, True)
    assert Review.objects.get().stars == 5


def test_the_seller_rates_and_replies(order, buyer, seller_client):
    address = reverse("reviews:write", args=[order.number])
    page = seller_client.get(address).content.decode()
    assert 'name="quality"' not in page
    write(order, buyer)
    assert seller_client.post(reverse("reviews:reply", args=[order.number]), {"text": "谢谢"}).status_code == 409
    assert seller_client.post(address, {"stars": "4"}).status_code == 302
    seller_client.post(reverse("reviews:reply", args=[order.number]), {"text": "谢谢"})
    assert Review.objects.get(side="buyer").reply == "谢谢"


def test_strangers_find_no_order_to_review(order, stranger, client):
    addresses = [reverse(f"reviews:{name}", args=[order.number]) for name in ("write", "edit", "reply")]
    assert [client.post(address, {"stars": "5"}).status_code for address in addresses] == [302] * 3
    client.force_login(stranger)
    assert [client.post(address, {"stars": "5"}).status_code for address in addresses] == [404] * 3
    assert not Review.objects.exists()
