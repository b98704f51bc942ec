"""Two evaluations of one seller at once; with the locks, and without them."""

from functools import partial

import pytest

from marketplace.reviews import locks
from marketplace.reviews.levels import evaluate_level, evaluation
from marketplace.reviews.models import LevelChange, Reputation, SellerLevel
from tests.concurrency.conftest import MeetingPoint
from tests.databases import together
from tests.factories import make_seller
from tests.reviews.level_situations import make_reputation

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def seller(committed_db):
    """Somebody who meets the gates of level 1 since the last evaluation. The row is there: a unique index guards its making."""
    seller = make_seller()
    evaluate_level(user_id=seller.pk)
    make_reputation(seller, "level_1")
    return seller


def evaluate_twice_at_once(seller):
    together(*[partial(evaluate_level, user_id=seller.pk)] * 2)
    assert SellerLevel.objects.get(user=seller).level == "level_1"
    return LevelChange.objects.filter(user=seller).count()


def test_two_evaluations_at_once_write_one_change(seller, meet_before):
    meet_before(locks, "lock_reputation")
    assert evaluate_twice_at_once(seller) == 1


def test_control_without_the_locks_both_write_one(seller, monkeypatch):
    point, move = MeetingPoint(once=True), evaluation.move

    def both_decide(row, *args, **kwargs):
        point.wait()
        move(row, *args, **kwargs)

    monkeypatch.setattr(locks, "lock_reputation", lambda user_id: Reputation.objects.get(user_id=user_id))
    monkeypatch.setattr(locks, "lock_level", lambda user_id: SellerLevel.objects.get(user_id=user_id))
    monkeypatch.setattr(evaluation, "move", both_decide)
    assert evaluate_twice_at_once(seller) == 2
    assert point.was_used
