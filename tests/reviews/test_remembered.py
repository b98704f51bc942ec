"""The first page of a service's reviews is read once for all, but for their own votes, and anew when one of them changes."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.core import page_cache
from marketplace.reviews.forgetting import forget_review
from marketplace.reviews.models import Review
from marketplace.reviews.services import unvote, vote_helpful
from tests.factories import make_completed_order, make_user
from tests.reviews.situations import public_review

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def review():
    return public_review(make_completed_order(), body="一字一句")


def shown(review, client):
    return client.get(review.gig.get_absolute_url()).content.decode()


def statements_about_reviews(queries):
    return [one["sql"] for one in queries if "reviews_review" in one["sql"] and '"body"' in one["sql"]]


def test_reviews_are_read_once_for_all_who_are_not_signed_in(review, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0)  # the review has just been published
    assert "一字一句" in shown(review, Client())
    with django_assert_max_num_queries(50) as asked:
        assert "一字一句" in shown(review, Client())
    assert statements_about_reviews(asked.captured_queries) == []


def signed_in(user):
    reader = Client()
    reader.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return reader


def test_they_are_read_once_for_who_is_signed_in_too(review, monkeypatch):
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0)
    shown(review, Client())
    with CaptureQueriesContext(connection) as asked:
        assert "一字一句" in shown(review, signed_in(make_user()))
    assert statements_about_reviews(asked.captured_queries) == []


def button(review, client) -> tuple[bool, str]:
    """Whether the reader found it helpful, and how many did."""
    page = shown(review, client)
    found = re.search(
        r'value="(yes|no)"[^>]*aria-pressed="(true|false)">.*?有用(?: <span class="num">(\d+)</span>)?</button>', page
    )
    return (found[2] == "true", found[3] or "0")


def test_a_vote_is_seen_at_once_by_who_gave_it_and_its_number_by_whoever_is_signed_in(review):
    voter, other = signed_in(voted := make_user()), signed_in(make_user())
    assert button(review, voter) == button(review, other) == (False, "0")
    vote_helpful(review_id=review.pk, user=voted)
    assert button(review, voter) == (True, "1")
    assert button(review, other) == (False, "1")  # and nothing that others read had to be forgotten for it
    unvote(review_id=review.pk, user=voted)
    assert button(review, voter) == button(review, other) == (False, "0")


def test_whose_matter_it_is_has_no_button_on_what_others_read_before(review):
    vote_helpful(review_id=review.pk, user=make_user())
    assert button(review, signed_in(make_user())) == (False, "1")
    for party in (review.author, review.subject):
        page = shown(review, signed_in(party))
        assert "1位读者觉得有用" in page
        assert reverse("reviews:helpful", args=[review.pk]) not in page


def test_an_author_who_is_named_anew_is_read_by_that_name_at_once(review):
    assert review.author.display_name in shown(review, Client())
    review.author.profile.display_name = "换过的名字"
    review.author.profile.save()
    for client in (Client(), signed_in(make_user())):
        assert "换过的名字" in shown(review, client)


def test_what_is_hidden_is_gone_at_once(review):
    assert "一字一句" in shown(review, Client())
    Review.objects.filter(pk=review.pk).update(published_at=None)
    forget_review(review)
    assert "一字一句" not in shown(review, Client())


def figures_read(queries):
    return [one["sql"] for one in queries if 'FROM "reviews_reputation"' in one["sql"]]


def test_a_sellers_figures_are_read_once_a_minute_and_anew_after_a_review(review, monkeypatch):
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0)
    Client().get(
        reverse("discovery:search")
    )  # the first page of all makes the site's settings, and all begun before is old
    counts = []
    for _first_and_again in range(2):
        with CaptureQueriesContext(connection) as asked:
            shown(review, Client())
        counts.append(len(figures_read(asked.captured_queries)))
        page_cache.forget(f"gig:{review.gig_id}")  # the page itself is made again, for another reason
    assert counts == [1, 0]
    forget_review(review)
    with CaptureQueriesContext(connection) as asked:
        shown(review, Client())
    assert len(figures_read(asked.captured_queries)) == 1
