"""The planned year: the same for the same moment, and possible at any hour. No database."""

from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from portal.demo.catalogue import published_moments
from portal.demo.offers import make_offers
from portal.demo.past import plan_past
from portal.demo.people import joined_moments
from portal.demo.plan import OrderPlan
from portal.demo.sources import read_sources


def plan(now: datetime) -> list[OrderPlan]:
    sources = read_sources()
    offers = make_offers(sources)
    published = published_moments(offers, joined_moments(sources, now), now)
    return plan_past(sources, offers, published, now=now, buyers=144)


def test_the_plan_is_the_same_for_the_same_moment():
    now = datetime(2026, 5, 20, 6, 30, tzinfo=UTC)
    assert [asdict(order) for order in plan(now)] == [asdict(order) for order in plan(now)]


@pytest.mark.parametrize("hour", [0, 5, 13, 19])
def test_a_plan_can_be_made_at_any_hour_of_the_day(hour: int):
    now = datetime(2026, 2, 28, hour, 10, tzinfo=UTC)
    planned = plan(now)
    assert max(order.last_at for order in planned) < now
    for order in planned:
        moments = [event.at for event in order.events if event.type != "reviewed"]
        assert moments == sorted(moments), order.number
