"""The demo's moderation queue: cases of several kinds that wait, and decided ones to compare with."""

import pytest

from marketplace.core import clock
from marketplace.gigs.models import Gig
from marketplace.moderation.models import ModerationDecision, ModerationQueue, QueueKind
from marketplace.moderation.roles import ensure_roles
from portal.demo.moderation import fill_queue
from portal.demo.people import People
from tests.factories import (
    make_completed_order,
    make_gig,
    make_moderator,
    make_public_review,
    make_user,
    make_verified_seller,
)

pytestmark = pytest.mark.django_db


def test_the_queue_is_filled_by_the_services():
    ensure_roles()
    sellers = [make_verified_seller(name=f"服务商{place}") for place in range(24)]
    buyers = [make_user() for _place in range(70)]
    for seller in sellers:
        make_gig(seller=seller)
    for place in range(5):
        make_public_review(make_completed_order(), body=f"第{place}次合作，都按时。")
    staff = {"moderator": make_moderator(), "mediator": make_moderator()}
    fill_queue(People(sellers, buyers, staff), list(Gig.objects.all()), clock.now())
    waiting = ModerationQueue.objects.filter(decided_at=None)
    assert {QueueKind.REPORT, QueueKind.MESSAGE, QueueKind.REVIEW} <= set(waiting.values_list("kind", flat=True))
    assert waiting.filter(kind__in=["report", "message", "review"]).count() >= 18
    assert ModerationDecision.objects.count() == 10
