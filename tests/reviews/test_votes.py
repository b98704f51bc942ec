"""Readers find a review helpful: each once, never in their own matter, and the number is that of the rows."""

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.reviews import services
from marketplace.reviews.errors import ReviewError, ReviewErrorCode
from marketplace.reviews.models import HelpfulVote, Review, ReviewSide
from tests.factories import make_public_review, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(order):
    return make_public_review(order, body="很快")


def count(review):
    review.refresh_from_db()
    assert review.helpful_count == review.helpful_votes.count()
    return review.helpful_count


def test_a_vote_counts_once_and_can_be_taken_back(review, stranger):
    for _click in range(2):
        assert services.vote_helpful(review_id=review.pk, user=stranger).helpful_count == 1
    services.vote_helpful(review_id=review.pk, user=make_user())
    assert count(review) == 2
    for _click in range(2):
        assert services.unvote(review_id=review.pk, user=stranger).helpful_count == 1
    assert count(review) == 1


def test_neither_the_author_nor_who_is_reviewed_votes(review, buyer, seller):
    for user in (buyer, seller):
        for vote in (services.vote_helpful, services.unvote):
            with pytest.raises(ReviewError) as refusal:
                vote(review_id=review.pk, user=user)
            assert refusal.value.code == ReviewErrorCode.OWN_MATTER
    assert count(review) == 0


def test_only_a_buyers_public_review_is_voted_on(order, buyer, stranger):
    hidden = services.write_review(order_id=order.pk, author=buyer, stars=5)
    services_of_seller = make_public_review()
    others = Review.objects.get(order=services_of_seller.order, side=ReviewSide.SELLER)
    for key in (hidden.pk, others.pk, 987_654_321):
        with pytest.raises(ReviewError) as refusal:
            services.vote_helpful(review_id=key, user=stranger)
        assert refusal.value.code == ReviewErrorCode.NOT_TO_VOTE_ON
    assert not HelpfulVote.objects.exists()


# The button


def log_in(user):
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_the_button_works_with_a_plain_form_and_says_what_was_chosen(review, stranger, gig):
    browser, address = log_in(stranger), reverse("reviews:helpful", args=[review.pk])
    page = browser.get(gig.get_absolute_url()).content.decode()
    assert f'formaction="{address}" name="helpful" value="yes"' in page
    origin = f"http://testserver{gig.get_absolute_url()}?review_stars=5"
    answer = browser.post(address, {"helpful": "yes"}, headers={"Referer": origin})
    assert answer.url == f"{origin}#review-{review.pk}"
    page = browser.get(gig.get_absolute_url()).content.decode()
    assert f'formaction="{address}" name="helpful" value="no"' in page
    assert '<span class="num">1</span>' in page
    assert browser.post(address, {"helpful": "no"}, headers={"Referer": "https://evil.example/"}).url == (
        f"{gig.get_absolute_url()}#reviews"
    )
    assert count(review) == 0


def test_htmx_gets_the_button_alone(review, stranger):
    address = reverse("reviews:helpful", args=[review.pk])
    part = log_in(stranger).post(address, {"helpful": "yes"}, headers={"HX-Request": "true"}).content.decode()
    assert 'aria-pressed="true"' in part
    assert "<html" not in part
    assert count(review) == 1


def test_a_guest_votes_by_logging_in_and_comes_back_to_the_review(review, gig, stranger, client):
    address = reverse("reviews:helpful", args=[review.pk])
    origin = f"http://testserver{gig.get_absolute_url()}?review_stars=5"
    assert f'href="{address}"' in client.get(gig.get_absolute_url()).content.decode()
    login = client.get(address, headers={"Referer": origin}).url
    assert login == f"{reverse('account_login')}?next={address}"
    assert count(review) == 0
    client.force_login(
        stranger, backend="django.contrib.auth.backends.ModelBackend"
    )  # tests/e2e/test_reviews.py: by the form
    assert client.get(address).url == f"{origin}#review-{review.pk}"
    assert count(review) == 1
    services.unvote(review_id=review.pk, user=stranger)
    client.get(address)  # once
    assert count(review) == 0


def test_a_session_that_ran_out_leads_back_and_votes(review, stranger, client):
    address = reverse("reviews:helpful", args=[review.pk])
    assert client.post(address, {"helpful": "yes"}).url == f"{reverse('account_login')}?next={address}"
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address).url.endswith("#reviews")
    assert count(review) == 1


def test_a_session_that_ran_out_while_taking_it_back_leads_back_and_votes_for_nothing(review, stranger, client):
    address = reverse("reviews:helpful", args=[review.pk])
    assert address not in client.post(address, {"helpful": "no"}).url
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    client.get(address)
    assert count(review) == 0


def test_a_link_alone_gives_no_vote(review, stranger):
    assert log_in(stranger).get(reverse("reviews:helpful", args=[review.pk])).status_code == 302
    assert count(review) == 0


def test_whose_matter_it_is_comes_back_without_a_vote(review, seller, client):
    address = reverse("reviews:helpful", args=[review.pk])
    client.get(address)
    client.force_login(seller, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address).url.endswith("#reviews")
    assert count(review) == 0


def test_whose_matter_it_is_sees_the_number_and_no_button(review, buyer, stranger, gig):
    services.vote_helpful(review_id=review.pk, user=stranger)
    page = log_in(buyer).get(gig.get_absolute_url()).content.decode()
    assert reverse("reviews:helpful", args=[review.pk]) not in page
    assert "1位读者觉得有用" in page or "1 reader" in page
    assert log_in(buyer).post(reverse("reviews:helpful", args=[review.pk])).status_code == 409


def test_a_hidden_review_is_not_there_to_vote_on(order, buyer, stranger):
    hidden = services.write_review(order_id=order.pk, author=buyer, stars=5)
    assert log_in(stranger).post(reverse("reviews:helpful", args=[hidden.pk])).status_code == 404
