"""Words that are hidden do not come back by a change that began before; with the order's lock, and without it."""

import threading
from functools import partial

import pytest

from marketplace.orders import locks
from marketplace.orders.models import Order
from marketplace.reviews import services
from marketplace.reviews.errors import MaskError, MaskErrorCode, ReviewError, ReviewErrorCode
from marketplace.reviews.models import MaskedPart, MaskGround, Review, ReviewMask
from marketplace.reviews.services import masking, writing
from tests.concurrency.rig import until_waited_for
from tests.databases import together
from tests.factories import make_completed_order, make_moderator, make_public_review

pytestmark = pytest.mark.usefixtures("committed_db")
SAYS = "这个人是骗子，住在幸福路8号。"


@pytest.fixture
def order(committed_db):
    order = make_completed_order()
    services.write_review(order_id=order.pk, author=order.buyer, stars=1, body=SAYS)
    return order


def hiding(review_id, part=MaskedPart.BODY):
    act = partial(services.mask_review, review_id=review_id, part=part, ground=MaskGround.INSULT, words="辱骂。")
    return partial(act, staff=make_moderator())


def race(order, monkeypatch, wait_for_the_other):
    """A change that has read the hidden review stops; meanwhile it is published and hidden, if the lock lets that be."""
    has_read, is_hidden, change_pictures = threading.Event(), threading.Event(), writing.change_pictures
    hide = hiding(Review.objects.get(order=order).pk)

    def stopping(*, review, **given):
        if review.author_id == order.buyer_id and not has_read.is_set():
            has_read.set()
            wait_for_the_other(is_hidden)
        return change_pictures(review=review, **given)

    def publish_and_hide():
        assert has_read.wait(60)
        try:
            services.write_review(order_id=order.pk, author=order.seller, stars=5)
            return hide()
        finally:
            is_hidden.set()

    monkeypatch.setattr(writing, "change_pictures", stopping)
    change = partial(services.edit_review, order_id=order.pk, author=order.buyer, stars=1, body=f"大{SAYS}")
    results = together(change, publish_and_hide)
    assert not [result for result in results if isinstance(result, Exception)], results
    return Review.objects.get(order=order, author=order.buyer), ReviewMask.objects.get()


def test_a_change_that_began_while_it_was_hidden_comes_before_publication_and_mask(order, monkeypatch):
    review, mask = race(order, monkeypatch, lambda _is_hidden: until_waited_for())
    assert (review.body, mask.original) == ("", f"大{SAYS}")


def test_control_without_the_lock_the_change_brings_the_words_back(order, monkeypatch):
    monkeypatch.setattr(locks, "lock_order", lambda order_id: Order.objects.get(pk=order_id))
    monkeypatch.setattr(masking, "lock_order", lambda order_id: Order.objects.get(pk=order_id))
    review, mask = race(order, monkeypatch, lambda is_hidden: is_hidden.wait(60))
    assert (review.body, mask.original, mask.lifted_at) == (f"大{SAYS}", SAYS, None)


def test_two_moderators_who_hide_the_same_words_hide_them_once(meet_before):
    review = make_public_review(stars=1, body=SAYS)
    meet_before(masking, "lock_order")
    results = together(hiding(review.pk), hiding(review.pk))
    assert [result.code for result in results if isinstance(result, MaskError)] == [MaskErrorCode.ALREADY_HIDDEN]
    assert ReviewMask.objects.get().original == SAYS


def test_a_change_after_the_other_side_has_written_is_refused(order, meet_before):
    meet_before(locks, "lock_order")
    answer = partial(services.write_review, order_id=order.pk, author=order.seller, stars=5, body="好买家")
    change = partial(services.edit_review, order_id=order.pk, author=order.buyer, stars=1, body="改过的话")
    results = together(answer, change)
    review = Review.objects.get(order=order, author=order.buyer)
    assert review.published_at is not None
    refused = [result.code for result in results if isinstance(result, ReviewError)]
    assert (review.body, refused) in (("改过的话", []), (SAYS, [ReviewErrorCode.PUBLIC_ALREADY]))
