"""The history of the status page is measured: a state holds from one measuring to the next, and no longer."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.notifications.models import OutboundChannel, OutboundMessage, OutboundStatus
from marketplace.operations import backlogs, measuring
from marketplace.operations.models import PartSpan, PartState
from marketplace.operations.public_parts import judged

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # in China
GOOD, PARTLY, DOWN = PartState.GOOD, PartState.PARTLY, PartState.DOWN


def measure(*states, part="payouts", begin=NOON, step=MINUTE):
    for number, state in enumerate(states):
        measuring.write_down({part: state}, at=begin + number * step)
    return begin + (len(states) - 1) * step


def spans(part="payouts"):
    rows = PartSpan.objects.filter(part=part).order_by("began_at", "pk")
    return [(row.state, round((row.ended_at - row.began_at) / MINUTE, 3)) for row in rows]


def test_what_is_measured_alike_is_one_row():
    measure(GOOD, GOOD, GOOD)
    assert spans() == [(GOOD, 2)]


def test_a_state_holds_until_the_measuring_that_finds_another():
    measure(GOOD, GOOD, DOWN, DOWN, GOOD)
    assert spans() == [(GOOD, 2), (DOWN, 2), (GOOD, 0)]


def test_time_in_which_nobody_measured_is_of_no_row():
    measure(GOOD, GOOD)
    measure(GOOD, GOOD, begin=NOON + 30 * MINUTE)
    assert spans() == [(GOOD, 1), (GOOD, 1)]


def test_a_day_of_china_ends_at_its_midnight():
    midnight = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    measure(GOOD, GOOD, DOWN, begin=midnight - MINUTE / 2)
    assert list(PartSpan.objects.order_by("began_at", "pk").values_list("day", "state")) == [
        (date(2026, 11, 20), GOOD), (date(2026, 11, 21), GOOD), (date(2026, 11, 21), DOWN),
    ]  # fmt: skip
    assert spans() == [(GOOD, 0.5), (GOOD, 1.5), (DOWN, 0)]


def test_the_same_measuring_again_changes_nothing():
    measure(GOOD, DOWN)
    before = spans()
    measuring.write_down({"payouts": GOOD}, at=NOON + MINUTE)
    measuring.write_down({"payouts": GOOD}, at=NOON)
    assert spans() == before


def test_days_and_percent_are_computed_from_the_rows():
    last = measure(*[GOOD] * 6, *[PARTLY] * 2, *[DOWN] * 2, GOOD)
    history = measuring.read(now=last).histories["payouts"]
    today = history.days[-1]
    assert (len(history.days), today.day) == (90, date(2026, 11, 20))
    assert {state: spent / MINUTE for state, spent in today.spent.items()} == {GOOD: 6, PARTLY: 2, DOWN: 2}
    assert (today.look, history.days[-2].look) == ("down", "none")
    assert history.usable_percent == 80.0


def test_what_nobody_measured_does_not_count_as_usable():
    measure(GOOD, GOOD)
    last = measure(GOOD, GOOD, begin=NOON + 19 * MINUTE)
    history = measuring.read(now=last).histories["payouts"]
    assert history.days[-1].unmeasured == 18 * MINUTE
    assert (history.days[-1].look, history.usable_percent) == ("gap", 10.0)


def test_a_measuring_that_stopped_counts_against_it_until_now():
    last = measure(GOOD, GOOD)
    assert measuring.read(now=last + 2 * MINUTE).histories["payouts"].usable_percent == 100.0
    assert measuring.read(now=last + 9 * MINUTE).histories["payouts"].usable_percent == 10.0


def test_the_percent_is_never_rounded_up_to_all_of_it():
    measure(*[GOOD, DOWN, GOOD], step=timedelta(seconds=1))
    last = measure(*[GOOD] * 500, begin=NOON + timedelta(seconds=2), step=3 * MINUTE)
    assert measuring.read(now=last).histories["payouts"].usable_percent == 99.99


def test_nothing_measured_says_nothing():
    found = measuring.read(now=NOON)
    assert found.at is None
    assert found.histories["payouts"].usable_percent is None


def test_old_measurements_go():
    measure(GOOD, GOOD, begin=NOON - timedelta(days=measuring.KEPT_DAYS + 1))
    measure(GOOD)
    assert [measuring.forget_old(now=NOON), measuring.forget_old(now=NOON)] == [1, 0]
    assert spans() == [(GOOD, 0)]


def test_one_message_that_hangs_is_no_disturbance_and_three_are():
    def late():
        row = OutboundMessage.objects.create(
            channel=OutboundChannel.SMS, recipient="13800138000", body="1", status=OutboundStatus.WAITING
        )
        OutboundMessage.objects.filter(pk=row.pk).update(created_at=clock.now() - timedelta(hours=1))

    late()
    late()
    assert backlogs.late_backlogs({"text_messages"}) == set()
    late()
    assert backlogs.late_backlogs({"text_messages"}) == {"text_messages"}
    assert judged(measuring.signs_of_worker())["letters"] == PARTLY


@pytest.mark.parametrize(
    "wrong", [{"state": "fine"}, {"ended_at": NOON - MINUTE}, {"part": "payouts"}], ids=["state", "backwards", "twice"]
)
def test_the_table_takes_no_nonsense(wrong):
    measure(GOOD)
    row = {"part": "orders", "day": date(2026, 11, 20), "state": GOOD, "began_at": NOON, "ended_at": NOON}
    with pytest.raises(IntegrityError), transaction.atomic():
        PartSpan.objects.create(**(row | wrong))
