"""The first page of a service's reviews is read once for all who are not signed in, and anew when one of them changes."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.core import page_cache
from marketplace.reviews.forgetting import forget_review
from marketplace.reviews.models import Review
from tests.factories import make_completed_order
from tests.reviews.situations import public_review

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def review():
    return public_review(make_completed_order(), body="一字一句")


def shown(review, client):
    return client.get(review.gig.get_absolute_url()).content.decode()


def statements_about_reviews(queries):
    return [one["sql"] for one in queries if "reviews_review" in one["sql"] and "helpful_count" in one["sql"]]


def test_reviews_are_read_once_for_all_who_are_not_signed_in(review, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0)  # the review has just been published
    assert "一字一句" in shown(review, Client())
    with django_assert_max_num_queries(50) as asked:
        assert "一字一句" in shown(review, Client())
    assert statements_about_reviews(asked.captured_queries) == []


def test_who_is_signed_in_reads_them_as_they_are(review):
    shown(review, Client())
    Review.objects.filter(pk=review.pk).update(helpful_count=17)
    reader = Client()
    reader.force_login(review.author, backend="django.contrib.auth.backends.ModelBackend")
    assert "17位读者觉得有用" in shown(review, reader)


def test_what_is_hidden_is_gone_at_once(review):
    assert "一字一句" in shown(review, Client())
    Review.objects.filter(pk=review.pk).update(published_at=None)
    forget_review(review)
    assert "一字一句" not in shown(review, Client())


def figures_read(queries):
    return [one["sql"] for one in queries if 'FROM "reviews_reputation"' in one["sql"]]


def test_a_sellers_figures_are_read_once_a_minute_and_anew_after_a_review(review, monkeypatch):
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0)
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
