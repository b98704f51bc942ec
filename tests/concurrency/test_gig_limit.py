"""A seller who begins two services at once, with room for one; with the lock, and without it."""

from functools import partial

import pytest

from marketplace.core.config import set_config
from marketplace.gigs import locks, services
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Gig
from marketplace.gigs.services import authoring
from marketplace.gigs.wizard import EMPTY
from tests.concurrency.conftest import MeetingPoint
from tests.databases import together
from tests.factories import make_seller

pytestmark = pytest.mark.usefixtures("committed_db")


def begin_two_with_room_for_one():
    set_config(key="gigs.limit_new", value=1, reason="test")
    return together(*[partial(services.start_draft, seller=make_seller(), content=EMPTY)] * 2)


def test_two_windows_cannot_both_take_the_last_place(meet_before):
    meet_before(locks, "lock_seller")
    results = begin_two_with_room_for_one()
    assert [result.code for result in results if isinstance(result, GigError)] == [GigErrorCode.TOO_MANY_GIGS]
    assert Gig.objects.count() == 1


def test_control_without_the_lock_both_do(monkeypatch):
    point, require_room = MeetingPoint(once=True), authoring.require_room

    def both_find_room(seller):
        require_room(seller)
        point.wait()

    monkeypatch.setattr(locks, "lock_seller", lambda _seller_id: None)
    monkeypatch.setattr(authoring, "require_room", both_find_room)
    begin_two_with_room_for_one()
    assert point.was_used
    assert Gig.objects.count() == 2
