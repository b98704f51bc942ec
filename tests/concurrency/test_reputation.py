"""Figures are counted while reviews become public and leave the scores; with the locks, and without them."""

import threading
from functools import partial

import pytest

from marketplace.core import clock
from marketplace.reviews import reputation, services
from marketplace.reviews.models import Reputation, Review, ReviewSide
from marketplace.reviews.services import exclusion
from tests.concurrency.rig import until_waited_for
from tests.databases import together
from tests.factories import make_completed_order, make_public_review

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def seller(committed_db):
    """Somebody with one public review of five stars, counted."""
    seller = make_public_review(stars=5).subject
    reputation.recompute_reputation(seller.pk)
    return seller


def hidden_order(seller):
    """Four stars that wait for what the seller writes."""
    order = make_completed_order(gig=seller.gigs.get())
    services.write_review(order_id=order.pk, author=order.buyer, stars=4)
    return order


def publication(seller):
    return partial(services.write_review, order_id=hidden_order(seller).pk, author=seller, stars=5)


def leaving(seller):
    reviews = Review.objects.filter(subject=seller, side=ReviewSide.BUYER)
    return partial(services.exclude_reviews, review_ids=list(reviews.values_list("pk", flat=True)), at=clock.now())


def shown(seller):
    return Reputation.objects.values_list("rating_sum", "rating_count").get(user=seller)


def race_of(first, second, monkeypatch, module, name, *, before_it_goes_on=None, is_at_end=True):
    """`first` stops at a function (after it, or before it); `second` begins then, and is waited for in one way or the other."""
    stopped, is_over, function = threading.Event(), threading.Event(), getattr(module, name)

    def stop():
        if not stopped.is_set():
            stopped.set()
            if before_it_goes_on:
                before_it_goes_on()
            else:
                assert is_over.wait(60)

    def stopping(*args, **kwargs):
        if not is_at_end:
            stop()
        result = function(*args, **kwargs)
        if is_at_end:
            stop()
        return result

    def beside():
        assert stopped.wait(60)
        try:
            return second()
        finally:
            is_over.set()

    monkeypatch.setattr(module, name, stopping)
    results = together(first, beside)
    assert not [result for result in results if isinstance(result, Exception)], results


ACTS = pytest.mark.parametrize(("act_of", "right"), [(publication, (9, 2)), (leaving, (0, 0))])


@ACTS
def test_what_happens_while_a_seller_is_counted_is_not_lost(seller, monkeypatch, act_of, right):
    act, recount = act_of(seller), partial(reputation.recompute_reputation, seller.pk)
    # It has counted, and holds the seller's row: the other one has to wait.
    race_of(recount, act, monkeypatch, reputation, "count_figures", before_it_goes_on=until_waited_for)
    assert shown(seller) == right


@ACTS
def test_control_without_the_lock_the_recount_writes_over_it(seller, monkeypatch, act_of, right):
    act, recount = act_of(seller), partial(reputation.recompute_reputation, seller.pk)
    monkeypatch.setattr(
        reputation, "lock_reputations", lambda ids: list(Reputation.objects.filter(pk__in=ids).order_by("pk"))
    )
    race_of(recount, act, monkeypatch, reputation, "count_figures")
    assert shown(seller) == (5, 1)


def decided_while_it_is_published(seller, monkeypatch):
    """A decision takes both reviews out and is not committed when the hidden one becomes public."""
    publish = publication(seller)
    race_of(
        leaving(seller),
        publish,
        monkeypatch,
        exclusion.reputation,
        "recompute_reputation",
        before_it_goes_on=until_waited_for,
        is_at_end=False,
    )


def test_a_review_that_leaves_while_it_becomes_public_counts_nowhere(seller, monkeypatch):
    decided_while_it_is_published(seller, monkeypatch)
    assert not Review.objects.filter(side=ReviewSide.BUYER, published_at=None).exists()
    assert shown(seller) == (0, 0)


def test_control_when_it_is_not_read_again_it_is_counted(seller, monkeypatch):
    monkeypatch.setattr(Review, "refresh_from_db", lambda *_args, **_kwargs: None)
    decided_while_it_is_published(seller, monkeypatch)
    assert shown(seller) == (4, 1)


def test_two_decisions_about_the_same_reviews_do_not_wait_in_a_circle(seller, monkeypatch):
    hidden_order(seller)
    ids = list(Review.objects.filter(side=ReviewSide.BUYER).order_by("pk").values_list("pk", flat=True))
    acts = [partial(services.exclude_reviews, review_ids=keys, at=clock.now()) for keys in (ids, ids[::-1])]
    race_of(*acts, monkeypatch, exclusion.reputation, "recompute_reputation", before_it_goes_on=until_waited_for)
    assert shown(seller) == (0, 0)
