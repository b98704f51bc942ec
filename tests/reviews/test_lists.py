"""Lists of reviews: what counts and what is only listed, filters, orders, and what several say alike."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import gettext, ngettext, pgettext

from marketplace.core import clock
from marketplace.gigs.models import Gig
from marketplace.reviews import selectors
from marketplace.reviews.figures.windows import windows_now
from marketplace.reviews.models import Review, ReviewPicture
from marketplace.reviews.selectors import ReviewOrder, review_filter
from marketplace.reviews.templatetags.reviews import answer_time
from tests.factories import make_completed_order
from tests.reviews.situations import public_review, published_on

pytestmark = pytest.mark.django_db
RENDITIONS = [{"width": 4, "height": 3, "webp": "reviews/2026/11/a.webp"}]


def shown(gig, query=""):
    request = RequestFactory().get(f"/gigs/1/{query}")
    page = Template("{% load reviews %}{% gig_reviews gig %}")
    return unescape(page.render(Context({"request": request, "gig": Gig.objects.get(pk=gig.pk)})))


def said(words):
    return pgettext("said in reviews", words)


def old():
    return ngettext("More than %(years)s year old, not counted", "More than %(years)s years old, not counted", 2) % {
        "years": 2
    }


def bodies(gig, **query):
    wanted = review_filter(QueryDict("&".join(f"{name}={value}" for name, value in query.items())))
    return [review.body for review in selectors.reviews_of_gig(gig, wanted=wanted).reviews]


@pytest.fixture
def reviews(gig):
    """From the oldest to the newest: 五星 with a picture, 四星, 二星."""
    told = {"五星": (5, {"communication": 5}), "四星": (4, {"communication": 4}), "二星": (2, {"as_described": 2})}
    made = {
        body: public_review(make_completed_order(gig=gig), stars=stars, body=body, aspects=aspects)
        for body, (stars, aspects) in told.items()
    }
    ReviewPicture.objects.create(
        review=made["五星"], picture="reviews/2026/11/a.webp", width=4, height=3, renditions=RENDITIONS
    )
    return made


def test_the_score_is_the_bayesian_mean_with_its_count_and_says_how_it_is_made(gig, reviews):
    section = selectors.reviews_of_gig(gig)
    assert (str(section.rating), section.rated, section.count) == ("4.4", 3, 3)
    assert [(share.stars, share.count) for share in section.shares if share.count] == [(5, 1), (4, 1), (2, 1)]
    page = shown(gig)
    assert '<b class="num">4.4</b>' in page
    assert "4.6" in page
    assert "<details" in page


def test_old_and_excluded_reviews_are_listed_and_say_that_they_do_not_count(gig, reviews):
    published_on(reviews["五星"], windows_now().ratings_from - timedelta(hours=1))
    Review.objects.filter(pk=reviews["四星"].pk).update(excluded_at=clock.now())
    section = selectors.reviews_of_gig(gig)
    assert (section.rated, section.count, str(section.rating)) == (1, 3, "4.4")
    assert [(share.stars, share.count) for share in section.shares if share.count] == [(2, 1)]
    assert {review.body: (review.is_counted, review.is_old) for review in section.reviews} == {
        "二星": (True, False),
        "四星": (False, False),
        "五星": (False, True),
    }
    page = shown(gig)
    assert page.count(old()) == 1
    assert page.count(gettext("Not counted in any score")) == 1
    # A filter finds everything that is listed.
    assert bodies(gig, review_stars=5) == ["五星"]


def test_without_a_review_that_counts_there_is_no_score_and_the_list_stays(gig, reviews):
    Review.objects.update(published_at=windows_now().ratings_from - timedelta(days=9))
    page = shown(gig)
    assert 'class="score"' not in page
    assert page.count(old()) == 3


def test_those_with_pictures_alone(gig, reviews):
    assert bodies(gig, review_pictures=1) == ["五星"]
    assert gettext("With pictures") in shown(gig)
    ReviewPicture.objects.update(masked_at=clock.now())
    assert bodies(gig, review_pictures=1) == []
    assert gettext("With pictures") not in shown(gig)


def test_the_most_helpful_first_page_by_page(gig, monkeypatch):
    monkeypatch.setattr("marketplace.reviews.selectors.lists.PAGE_LENGTH", 2)
    for body, votes in (("甲", 3), ("乙", 0), ("丙", 7), ("丁", 3), ("戊", 0)):
        review = public_review(make_completed_order(gig=gig), body=body)
        Review.objects.filter(pk=review.pk).update(helpful_count=votes)
    assert bodies(gig) == ["戊", "丁"]
    read, after = [], ""
    for _page in range(3):
        wanted = review_filter(QueryDict(f"review_order=helpful&reviews_after={after}"))
        assert wanted.order == ReviewOrder.HELPFUL
        section = selectors.reviews_of_gig(gig, wanted=wanted)
        read += [review.body for review in section.reviews]
        after = section.next_key
    assert read == ["丙", "丁", "甲", "戊", "乙"]
    assert after == ""


@pytest.mark.parametrize("after", ["x", "1-2-3-4", "9999999999999999999-1", "1--2", "-1-2", "999999999999999999-5"])
def test_a_place_that_is_none_is_the_beginning_or_nothing(gig, reviews, after):
    assert len(bodies(gig, reviews_after=after)) in (0, 3)
    assert len(bodies(gig, reviews_after=after, review_order="helpful")) in (0, 3)


def test_an_order_that_is_none_is_newest_first(gig, reviews):
    assert bodies(gig, review_order="worst") == ["二星", "四星", "五星"]


def test_tags_count_what_sub_scores_say_praise_and_fault_alike(gig, reviews):
    public_review(make_completed_order(gig=gig), stars=3, aspects={"communication": 3, "as_described": 1})
    page = shown(gig)
    easy, hard, not_as_described = (said(words) for words in ("Easy to talk to", "Hard to talk to", "Not as described"))
    for words in (easy, not_as_described):
        assert re.search(rf'</svg>\s*{words} <small class="muted">\s*2\D', page), words
    assert hard not in page  # three stars are neither
    assert page.index(easy) < page.index(not_as_described)


def test_tags_count_no_review_that_does_not_count(gig, reviews):
    Review.objects.filter(pk=reviews["二星"].pk).update(excluded_at=clock.now())
    assert said("Not as described") not in shown(gig)


def test_three_queries_with_every_filter_and_order(gig, reviews, django_assert_num_queries):
    windows_now()  # settings are kept
    wanted = review_filter(QueryDict("review_stars=5&review_pictures=1&review_order=helpful&review_package=basic"))
    with django_assert_num_queries(3):
        assert [review.body for review in selectors.reviews_of_gig(gig, wanted=wanted).reviews] == ["五星"]


@pytest.mark.parametrize(
    ("minutes", "number"), [(0, "0"), (59, "59"), (60, "1"), (200, "3"), (2879, "48"), (2880, "2")]
)
def test_the_time_to_an_answer_is_said_in_the_unit_that_people_use(minutes, number):
    assert answer_time(minutes).startswith(number)
