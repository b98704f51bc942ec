"""What leaves the house because of a line: by which ways, when, and only once."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core import clock
from marketplace.notifications import catalogue, choices, services, spreading
from marketplace.notifications.models import (
    Channel,
    Dispatch,
    DispatchStatus,
    Notification,
    NotificationKind,
    NotificationSettings,
    Rhythm,
)
from marketplace.notifications.reach import Reach, next_at
from tests.factories import make_user
from tests.notifications.people import reachable, send_all, tell, ways

CHINA = ZoneInfo("Asia/Shanghai")
CLOCK = st.integers(0, 24 * 60 - 1).map(lambda minutes: time(minutes // 60, minutes % 60))
MINUTE = st.integers(0, 400 * 24 * 60)


def china(hour, minute=0, day=27):
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


def say(person, words):
    services.notify_latest(
        recipient_id=person.pk,
        notice=catalogue.talk.MESSAGE,
        words={"name": "青禾品牌"},
        about=words,
        url="/messages/1/",
    )


@pytest.mark.django_db
def test_a_line_leaves_by_mail_unless_somebody_chose_otherwise():
    told, quiet = reachable(), reachable(email="quiet@example.com")
    choices.choose(user_id=quiet.pk, kinds=[NotificationKind.ORDER], channel=Channel.EMAIL, is_on=False)
    lines = [tell(told), tell(quiet)]
    spreading.spread_lines()
    assert [ways(line) for line in lines] == [{"email": "waiting"}, {}]


@pytest.mark.django_db
def test_a_text_message_leaves_only_for_who_asks_for_it():
    person = reachable(phone="+8613800138000")
    before = tell(person)
    spreading.spread_lines()
    choices.choose(user_id=person.pk, kinds=[NotificationKind.ORDER], channel=Channel.SMS, is_on=True)
    after = tell(person)
    spreading.spread_lines()
    assert (set(ways(before)), set(ways(after))) == ({"email"}, {"email", "sms"})


@pytest.mark.django_db
def test_what_cannot_be_muted_reaches_who_muted_everything():
    muted = reachable()
    without_address = make_user(phone="+8613800138001")
    for person in (muted, without_address):
        for channel in Channel:
            choices.choose(user_id=person.pk, kinds=NotificationKind, channel=channel, is_on=False)
    lines = [tell(person, catalogue.disputes.OPENED) for person in (muted, without_address)]
    spreading.spread_lines()
    assert [set(ways(line)) for line in lines] == [{"email"}, {"sms"}]


@pytest.mark.django_db
def test_an_address_that_nobody_proved_is_not_written_to():
    line = tell(make_user(email="typed@example.com"))
    spreading.spread_lines()
    assert ways(line) == {}


@pytest.mark.django_db
@pytest.mark.parametrize("notice", [catalogue.orders.PROPOSAL_TAKEN_BACK, catalogue.people.PAPERS_WITH_US])
def test_small_news_stays_at_the_bell(notice):
    line = tell(reachable(), notice)
    assert line.spread_due_at is None


@pytest.mark.django_db
def test_what_a_room_writes_itself_is_not_mailed_a_second_time():
    line = tell(
        reachable(phone="+8613800138000"), catalogue.people.NEW_DEVICE, words={"device": "Safari", "address": "1.2.*"}
    )
    spreading.spread_lines()
    assert ways(line) == {}


@pytest.mark.django_db
def test_what_is_rolled_back_never_leaves(mailoutbox):
    person = reachable()
    with transaction.atomic():
        tell(person)
        transaction.set_rollback(True)
    assert send_all() == 0
    assert mailoutbox == []


@pytest.mark.django_db
def test_a_line_is_spread_once_however_often_the_job_runs(mailoutbox):
    tell(reachable())
    assert [send_all() for _run in range(3)] == [1, 0, 0]
    assert len(mailoutbox) == 1


@pytest.mark.django_db
def test_ten_messages_are_one_mail_and_only_if_they_stay_unread(mailoutbox):
    person = reachable()
    for number in range(10):
        say(person, f"第{number}条")
        send_all()
    assert mailoutbox == []  # it may still be read at the bell
    with clock.moved_to(timezone.now() + timedelta(minutes=6)):
        assert send_all() == 1
        say(person, "第11条")
    with clock.moved_to(timezone.now() + timedelta(minutes=20)):
        assert send_all() == 0  # told already, and not read yet
    assert ["第9条" in mail.body for mail in mailoutbox] == [True]


@pytest.mark.django_db
def test_who_was_written_to_and_has_not_looked_is_written_to_again_after_a_day(mailoutbox):
    person = reachable()
    say(person, "第一条")
    spreading.spread_lines()
    with clock.moved_to(timezone.now() + timedelta(minutes=6)):
        assert send_all() == 1
    with clock.moved_to(timezone.now() + timedelta(days=2)):
        say(person, "第二条")
        send_all()
    with clock.moved_to(timezone.now() + timedelta(days=2, minutes=10)):
        send_all()
    assert ["第二条" in mail.body for mail in mailoutbox] == [False, True]


@pytest.mark.django_db
@pytest.mark.parametrize("status", [DispatchStatus.DEAD, DispatchStatus.SKIPPED])
def test_a_mail_that_was_given_up_does_not_silence_the_next_message(mailoutbox, status):
    person = reachable()
    say(person, "第一条")
    spreading.spread_lines()
    Dispatch.objects.update(status=status, ended_at=clock.now())
    say(person, "第二条")
    send_all()
    with clock.moved_to(timezone.now() + timedelta(minutes=6)):
        assert send_all() == 1
    assert "第二条" in mailoutbox[0].body


@pytest.mark.django_db
@pytest.mark.parametrize("is_spread", [True, False])
def test_what_is_called_off_does_not_leave_and_stays_at_the_bell(mailoutbox, is_spread):
    line = tell(reachable(), catalogue.offers.CUSTOM_OFFER, url="/offers/1/")
    if is_spread:
        spreading.spread_lines()
    services.call_off(recipient_id=line.recipient_id, url="/offers/1/", notices=[catalogue.offers.CUSTOM_OFFER])
    with clock.moved_to(timezone.now() + timedelta(days=2)):
        assert send_all() == 0
    assert mailoutbox == []
    assert Notification.objects.filter(pk=line.pk, read_at=None).exists()


@pytest.mark.django_db
def test_what_was_read_meanwhile_is_not_mailed(mailoutbox):
    line = tell(reachable(), catalogue.talk.MESSAGE, words={"name": "青禾品牌"})
    spreading.spread_lines()
    services.mark_read(notification=line)
    with clock.moved_to(timezone.now() + timedelta(minutes=6)):
        assert send_all() == 0
    assert ways(line) == {"email": "skipped"}
    assert mailoutbox == []


@pytest.mark.django_db
def test_a_suspended_person_is_not_written_to(mailoutbox):
    person = reachable()
    line = tell(person)
    person.is_active = False
    person.save()
    assert send_all() == 0
    assert ways(line) == {}


@pytest.mark.django_db
def test_after_a_long_stop_of_the_jobs_nobody_gets_old_news():
    line = tell(reachable())
    with clock.moved_to(timezone.now() + spreading.STALE_AFTER + timedelta(minutes=1)):
        spreading.spread_lines()
    line.refresh_from_db()
    assert (ways(line), line.spread_due_at) == ({}, None)


@pytest.mark.django_db
def test_the_summary_holds_a_day_in_one_mail_and_what_cannot_wait_does_not(mailoutbox):
    person = reachable()
    NotificationSettings.objects.create(user=person, mail_rhythm=Rhythm.DAILY, digest_at=time(9))
    with clock.moved_to(china(14)):
        tell(person, about="第一单"), tell(person, about="第二单")
        tell(person, catalogue.disputes.OPENED, about="第三单")
        assert send_all() == 1
    with clock.moved_to(china(8, 59, day=28)):
        assert send_all() == 0
    with clock.moved_to(china(9, 1, day=28)):
        assert send_all() == 1
        assert send_all() == 0
    urgent, summary = mailoutbox
    assert ("第三单" in urgent.body, "第一单" in urgent.body) == (True, False)
    assert "第一单" in summary.body
    assert "第二单" in summary.body
    assert "第三单" not in summary.body
    assert summary.subject == "通知汇总：2条"
    assert set(Dispatch.objects.values_list("status", flat=True)) == {"sent"}


@pytest.mark.django_db
def test_a_person_is_asked_about_in_a_handful_of_queries(django_assert_max_num_queries):
    people = [reachable(email=f"p{number}@example.com") for number in range(20)]
    for person in people:
        tell(person), tell(person)
    with django_assert_max_num_queries(13):
        assert spreading.spread_lines() == 40
    assert Dispatch.objects.count() == 40


def reach(**changes):
    values = {"user_id": 1, "is_active": True, "email": "a@b.cn", "phone": "+8613800138000", "wechat_openid": "o1"}
    return Reach(**(values | {"browsers": (1,), "quiet_from": time(22), "quiet_until": time(8)} | changes))


@pytest.mark.parametrize(
    ("channel", "at", "due"),
    [
        (Channel.PUSH, china(21, 59), china(21, 59)),
        (Channel.PUSH, china(22), china(8, day=28)),
        (Channel.SMS, china(23, 30), china(8, day=28)),
        (Channel.WECHAT, china(3), china(8)),
        (Channel.PUSH, china(8), china(8)),
        (Channel.EMAIL, china(23), china(23)),
    ],
)
def test_nothing_rings_in_the_quiet_hours(channel, at, due):
    assert reach().due_at(catalogue.orders.DELIVERED, channel, now=at) == due


def test_quiet_hours_by_day_and_none_at_all():
    by_day = reach(quiet_from=time(12), quiet_until=time(14))
    assert by_day.after_quiet(china(13)) == china(14)
    assert by_day.after_quiet(china(23)) == china(23)
    assert reach(quiet_from=None, quiet_until=None).after_quiet(china(3)) == china(3)


def test_what_cannot_be_muted_waits_until_morning_where_it_rings_unless_that_is_too_late():
    opened, removed = catalogue.disputes.OPENED, catalogue.people.SECOND_FACTOR_REMOVED
    assert [reach().due_at(opened, way, now=china(3)) for way in (Channel.EMAIL, Channel.SMS)] == [china(3), china(8)]
    assert reach().due_at(removed, Channel.SMS, now=china(3)) == china(3)


@given(start=CLOCK, end=CLOCK, at=MINUTE)
def test_quiet_hours_put_off_by_less_than_a_day_and_never_into_themselves(start, end, at):
    moment = china(0) + timedelta(minutes=at)
    person = reach(quiet_from=start, quiet_until=end)
    due = person.after_quiet(moment)
    assert moment <= due < moment + timedelta(days=1)
    assert person.after_quiet(due) == due


@given(at=CLOCK, now=MINUTE)
def test_the_next_moment_of_a_clock_time_lies_within_a_day(at, now):
    moment = china(0) + timedelta(minutes=now)
    found = next_at(at, after=moment)
    assert moment < found <= moment + timedelta(days=1)
    assert timezone.localtime(found).time() == at


@pytest.mark.django_db
def test_two_workers_share_the_lines_and_none_is_spread_twice():
    """The unique key: a second worker with the same line in its hand writes nothing."""
    line = tell(reachable())
    copy = Notification.objects.get(pk=line.pk)
    spreading.spread_lines()
    Notification.objects.filter(pk=line.pk).update(spread_due_at=copy.spread_due_at)
    spreading.spread_lines()
    assert Dispatch.objects.filter(notification=line).count() == 1
