"""What is shown of reviews, where, to whom, and with how many queries."""

import re
from html import unescape

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse

from marketplace.gigs.models import Gig, GigPackage
from marketplace.reviews import selectors, services
from marketplace.reviews.models import Review
from tests.factories import make_completed_order, make_gig, make_paid_order, make_user

pytestmark = pytest.mark.django_db


def write(order, author, **changes):
    values = {"stars": 5, "aspects": {"on_time": 4}, "body": "很清楚。"} | changes
    return services.write_review(order_id=order.pk, author=author, **values)


def render(source, path="/", **context):
    request = RequestFactory().get(path)
    return Template("{% load reviews %}" + source).render(
        Context({"request": request, "csrf_token": "token"} | context)
    )


def gig_reviews(gig, query=""):
    return render("{% gig_reviews gig %}", path=f"/gigs/1/{query}", gig=Gig.objects.get(pk=gig.pk))


# On the gig


def test_a_gig_shows_score_distribution_and_words(order, buyer, seller, gig):
    write(order, buyer, stars=4, body="<i>好</i>")
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
    write(order, buyer)
    write(order, seller, aspects={}, body="需求写得很细")
    assert "需求写得很细" not in gig_reviews(gig)


def test_ten_reviews_are_shown_and_the_rest_is_a_link_away(gig, django_assert_num_queries):
    for number in range(12):
        buyer = make_user()
        write(make_completed_order(buyer=buyer, gig=gig), buyer, body=f"第{number:02d}条")
    stored = Gig.objects.get(pk=gig.pk)
    with django_assert_num_queries(3):
        first = render("{% gig_reviews gig %}", gig=stored)
    assert first.count('class="review"') == 10
    assert "第11条" in first
    link = unescape(re.search(r'href="[^"]*(\?reviews_after=[^"#]+)', first)[1])
    write(late := make_completed_order(buyer=make_user(), gig=gig), late.buyer, body="后来的一条")
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
        write(order, order.buyer, stars=stars, body=body)
    stored = Gig.objects.get(pk=gig.pk)

    def found(query):
        with django_assert_num_queries(3):
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
    write(order, buyer, body="第二稿就定了")
    address = reverse("reviews:of_gig", args=[gig.pk]) + "?review_stars=5"
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "第二稿就定了" in part
    assert "<html" not in part
    assert client.get(address).url == f"{gig.get_absolute_url()}?review_stars=5#reviews"
    Gig.objects.filter(pk=gig.pk).update(status="paused")
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 404


def test_the_latest_reviews_have_words_and_a_gig_that_can_be_bought(order, buyer, gig, django_assert_num_queries):
    silent = make_user()
    write(make_completed_order(buyer=silent, gig=gig), silent, body="")
    spoken = write(order, buyer)
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
    assert render(source, user=seller) == "4.5 1"


# On the order


def order_reviews(order, user):
    return render("{% order_reviews order user %}", order=order, user=user)


def test_the_buyer_is_invited_and_the_seller_is_told_to_wait(order, buyer, seller, stranger):
    assert reverse("reviews:write", args=[order.number]) in order_reviews(order, buyer)
    assert reverse("reviews:write", args=[order.number]) not in order_reviews(order, seller)
    assert order_reviews(order, stranger).strip() == ""


def test_after_the_buyer_the_seller_can_reply_and_rate(order, buyer, seller):
    write(order, buyer)
    shown = order_reviews(order, seller)
    assert reverse("reviews:reply", args=[order.number]) in shown
    assert reverse("reviews:write", args=[order.number]) in shown
    assert reverse("reviews:write", args=[order.number]) not in order_reviews(order, buyer)


def test_an_order_that_goes_on_shows_nothing_about_reviews(buyer, gig):
    order = make_paid_order(buyer=buyer, gig=gig)
    assert order_reviews(order, buyer).strip() == ""


def test_whoever_has_written_a_review_is_thanked_and_not_asked_for_one_again(order, buyer, buyer_client):
    asked, thanked = reverse("reviews:write", args=[order.number]), "谢谢你的评价"
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
    assert page.count('name="on_time"') == 5

    response = buyer_client.post(address, {"stars": "5", "on_time": "4", "body": "第二稿就定了。"})

    assert response.url == order.get_absolute_url()
    review = Review.objects.get()
    assert (review.stars, review.body) == (5, "第二稿就定了。")
    assert dict(review.ratings.values_list("aspect", "stars")) == {"on_time": 4}
    assert "第二稿就定了。" in gig_reviews(gig)


def test_a_form_without_stars_comes_back_with_its_words(order, buyer_client):
    response = buyer_client.post(reverse("reviews:write", args=[order.number]), {"body": "很好"})
    assert response.status_code == 422
    assert "很好" in response.content.decode()
    assert not Review.objects.exists()


def test_the_second_visit_leads_back_to_the_order(order, buyer, buyer_client):
    write(order, buyer)
    address = reverse("reviews:write", args=[order.number])
    assert buyer_client.get(address).url == order.get_absolute_url()
    assert buyer_client.post(address, {"stars": "1"}).status_code == 409
    assert Review.objects.get().stars == 5


def test_the_seller_replies_and_rates(order, buyer, seller_client):
    write(order, buyer)
    assert seller_client.get(reverse("reviews:write", args=[order.number])).status_code == 200
    seller_client.post(reverse("reviews:reply", args=[order.number]), {"text": "谢谢"})
    assert Review.objects.get().reply == "谢谢"


def test_strangers_find_no_order_to_review(order, stranger, client):
    addresses = [reverse(f"reviews:{name}", args=[order.number]) for name in ("write", "reply")]
    assert [client.post(address, {"stars": "5"}).status_code for address in addresses] == [302, 302]
    client.force_login(stranger)
    assert [client.post(address, {"stars": "5"}).status_code for address in addresses] == [404, 404]
    assert not Review.objects.exists()
