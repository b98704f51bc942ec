"""What is asked again when a notice leaves: who is there, what they chose, what time it is; and who may hold up whom."""

import threading
from contextlib import ExitStack
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.db import connections
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.core.jobs import only_one
from marketplace.notifications import catalogue, choices, dispatching, spreading, tasks
from marketplace.notifications.models import (
    Channel,
    Dispatch,
    DispatchStatus,
    Notification,
    NotificationKind,
    NotificationSettings,
    Rhythm,
)
from marketplace.notifications.sms import SmsTemplate, send_sms
from tests.factories import make_user
from tests.notifications.people import reachable, send_all, tell, ways
from tests.payments.sandbox.conftest import eventually

CHINA = ZoneInfo("Asia/Shanghai")
NUMBER = "+8613800138000"


def china(hour, minute=0, day=27):
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


def suspend(person):
    person.is_active = False
    person.save()


def wants_texts(person, kind=NotificationKind.ORDER):
    choices.choose(user_id=person.pk, kinds=[kind], channel=Channel.SMS, is_on=True)


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["before", "between"])
def test_who_is_suspended_still_hears_what_cannot_be_muted_and_nothing_else(mailoutbox, moment):
    person = reachable(phone=NUMBER)
    if moment == "before":
        suspend(person)
    news, right = tell(person), tell(person, catalogue.disputes.DECIDED)
    if moment == "between":
        spreading.spread_lines()
        suspend(person)
    assert send_all() == 1
    assert ways(right) == {"email": "sent"}
    assert ways(news) == ({} if moment == "before" else {"email": "skipped"})
    assert [right.title in mail.subject for mail in mailoutbox] == [True]


@pytest.mark.django_db
def test_who_is_suspended_and_has_no_address_gets_it_as_a_text():
    person = make_user(phone=NUMBER)
    suspend(person)
    line = tell(person, catalogue.disputes.DECIDED)
    assert send_all() == 1
    assert ways(line) == {"sms": "sent"}


@pytest.mark.django_db
def test_after_a_long_stop_what_cannot_be_muted_is_told_all_the_same(mailoutbox):
    line = tell(reachable(), catalogue.disputes.DECISION_TAKES_EFFECT)
    with clock.moved_to(timezone.now() + spreading.STALE_AFTER + timedelta(minutes=1)):
        assert send_all() == 1
    assert ways(line) == {"email": "sent"}


@pytest.mark.django_db
def test_who_stops_mails_in_the_evening_gets_no_summary_in_the_morning(mailoutbox):
    person = reachable()
    NotificationSettings.objects.create(user=person, mail_rhythm=Rhythm.DAILY, digest_at=time(9))
    with clock.moved_to(china(14)):
        first, second = tell(person), tell(person, catalogue.money.REFUND_PART)
        send_all()
    choices.choose(user_id=person.pk, kinds=[NotificationKind.ORDER], channel=Channel.EMAIL, is_on=False)
    with clock.moved_to(china(9, 1, day=28)):
        assert send_all() == 1
    assert (ways(first), ways(second)) == ({"email": "skipped"}, {"email": "sent"})
    assert first.title not in mailoutbox[0].body


@pytest.mark.django_db
def test_quiet_hours_hold_for_what_waits_already():
    person = reachable(phone=NUMBER)
    wants_texts(person)
    with clock.moved_to(china(22, 55)):
        line = tell(person, catalogue.orders.PLACED)
        spreading.spread_lines()
    NotificationSettings.objects.create(user=person, quiet_from=time(23), quiet_until=time(8))
    with clock.moved_to(china(2, day=28)):  # the queue stood still until then
        assert send_all() == 1
    assert ways(line) == {"email": "sent", "sms": "waiting"}
    with clock.moved_to(china(8, day=28)):
        assert send_all() == 1
    assert ways(line) == {"email": "sent", "sms": "sent"}


@pytest.mark.django_db
def test_at_night_what_cannot_be_muted_is_mailed_and_rings_only_where_the_morning_is_too_late():
    person = reachable(phone=NUMBER)
    wants_texts(person, NotificationKind.DISPUTE), wants_texts(person, NotificationKind.SECURITY)
    NotificationSettings.objects.create(user=person, quiet_from=time(22), quiet_until=time(8))
    with clock.moved_to(china(3)):
        decided, removed = (
            tell(person, catalogue.disputes.DECIDED),
            tell(person, catalogue.people.SECOND_FACTOR_REMOVED),
        )
        assert send_all() == 3
    assert ways(decided) == {"email": "sent", "sms": "waiting"}
    assert ways(removed) == {"email": "sent", "sms": "sent"}


@pytest.mark.django_db
def test_a_line_that_cannot_be_spread_stops_no_other(mailoutbox, monkeypatch, caplog):
    poisoned, sound = tell(reachable()), tell(reachable(email="other@example.com"))
    real = spreading.reach_of
    monkeypatch.setattr(
        spreading, "reach_of", lambda people: {} if poisoned.recipient_id in set(people) else real(people)
    )
    assert send_all() == 1
    assert (ways(poisoned), ways(sound)) == ({}, {"email": "sent"})
    assert "cannot be spread" in caplog.text
    assert spreading.spread_lines() == 0
    monkeypatch.undo()
    with clock.moved_to(timezone.now() + spreading.SET_BACK_BY + timedelta(seconds=1)):
        assert send_all() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("openids", [None, [], "o1", {"another": "o2"}])
def test_whatever_an_account_of_wechat_says_its_owner_is_told(mailoutbox, openids):
    person = reachable()
    SocialAccount.objects.create(user=person, provider="weixin", uid="u1", extra_data={"openids": openids})
    tell(person)
    assert send_all() == 1


@pytest.mark.django_db
def test_a_second_wechat_account_does_not_blank_the_first():
    from marketplace.notifications.reach import reach_of

    person = reachable()
    for uid, openids in (("u1", {"wx2026jiangji0001": "o1"}), ("u2", {})):
        SocialAccount.objects.create(user=person, provider="weixin", uid=uid, extra_data={"openids": openids})
    assert reach_of([person.pk])[person.pk].wechat_openid == "o1"


@pytest.mark.django_db
def test_a_mail_server_that_is_away_is_asked_once_and_the_way_rests(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    for number in range(3):
        tell(reachable(email=f"p{number}@example.com"))
    spreading.spread_lines()
    assert dispatching.due_channels() == [Channel.EMAIL]
    assert dispatching.send_due(channel=Channel.EMAIL) == 0
    assert sorted(Dispatch.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    assert dispatching.due_channels() == []
    assert dispatching.send_due(channel=Channel.EMAIL) == 0
    assert sorted(Dispatch.objects.values_list("attempts", flat=True)) == [0, 0, 1]


@pytest.mark.django_db
def test_one_process_at_a_time_sends_by_one_way_and_the_other_ways_go_on(mailoutbox):
    person = make_user(phone=NUMBER)
    mail, text = tell(reachable()), tell(person, catalogue.disputes.DECIDED)
    with only_one("notices:email", seconds=60) as is_ours:
        assert is_ours
        assert tasks.send_notices() == 2
        assert [tasks.send_by(channel) for channel in ("email", "sms")] == [0, 1]
    assert tasks.send_by("email") == 1
    assert (ways(mail), ways(text)) == ({"email": "sent"}, {"sms": "sent"})


def test_a_job_that_nobody_is_at_is_free_again():
    cache.clear()
    with only_one("sweep", seconds=60) as first, only_one("sweep", seconds=60) as second:
        assert (first, second) == (True, False)
    with only_one("sweep", seconds=60) as third:
        assert third


def test_who_took_longer_than_a_job_may_does_not_let_go_of_the_one_who_came_after(monkeypatch):
    """However late it runs out: looked at and let go in one step."""
    cache.clear()
    with ExitStack() as after:
        real, came_after = cache.get, []

        def runs_out_now(key, *arguments, **options):
            found = real(key, *arguments, **options)
            cache.clear()
            came_after.append(after.enter_context(only_one("sweep", seconds=60)))
            return found

        with only_one("sweep", seconds=60) as is_ours:
            assert is_ours
            monkeypatch.setattr(cache, "get", runs_out_now)
        monkeypatch.undo()
        with only_one("sweep", seconds=60) as is_free:
            assert is_free is not any(came_after)

        with only_one("slow", seconds=1) as is_ours:
            assert is_ours
            eventually(lambda: after.enter_context(only_one("slow", seconds=60)), within=5)
        with only_one("slow", seconds=60) as is_free:
            assert not is_free


@pytest.mark.django_db
def test_a_summary_that_did_not_leave_waits_as_one(settings, mailoutbox):
    person = reachable()
    NotificationSettings.objects.create(user=person, mail_rhythm=Rhythm.DAILY, digest_at=time(9))
    with clock.moved_to(china(14)):
        tell(person), tell(person), tell(person)
        spreading.spread_lines()
    Dispatch.objects.filter(pk=Dispatch.objects.earliest("pk").pk).update(attempts=2)
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with clock.moved_to(china(9, day=28)):
        assert send_all() == 0
    (due_at,) = set(Dispatch.objects.values_list("due_at", flat=True))
    settings.EMAIL_BACKEND = backend
    with clock.moved_to(due_at):
        assert send_all() == 1
    assert len(mailoutbox) == 1


def test_of_workers_that_begin_with_different_lines_one_sends_the_summary(committed_db, mailoutbox):
    person = reachable()
    NotificationSettings.objects.create(user=person, mail_rhythm=Rhythm.DAILY, digest_at=time(9))
    for _line in range(8):
        tell(person)
    spreading.spread_lines()
    Dispatch.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    barrier = threading.Barrier(8)

    def work(key):
        try:
            barrier.wait(10)
            dispatching.deliver(dispatch_id=key)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[key]) for key in dispatching.due_dispatches()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(mailoutbox) == 1
    assert set(Dispatch.objects.values_list("status", flat=True)) == {"sent"}


@pytest.mark.django_db
def test_a_slow_worker_does_not_overwrite_what_the_next_one_wrote(monkeypatch):
    line = tell(reachable(), catalogue.orders.DELIVERED)
    spreading.spread_lines()
    row = Dispatch.objects.get()

    def slow(*_arguments):
        Dispatch.objects.update(status=DispatchStatus.DEAD, problem="written by the next one")
        return dispatching.Outcome()

    monkeypatch.setattr(type(dispatching.CHANNELS[Channel.EMAIL]), "send", slow)
    dispatching.deliver(dispatch_id=row.pk)
    row.refresh_from_db()
    assert (row.status, row.problem) == (DispatchStatus.DEAD, "written by the next one")
    assert Notification.objects.get().pk == line.pk


@pytest.mark.django_db
@pytest.mark.parametrize("ceiling", ["sms.per_person_day", "sms.per_day"])
def test_above_the_ceiling_of_a_day_text_messages_wait_for_the_next_morning(ceiling, caplog):
    cache.clear()
    person = make_user(phone=NUMBER)
    set_config(key=ceiling, value=2, reason="test")
    lines = [tell(person, catalogue.orders.ASKS_TO_CANCEL) for _number in range(4)]
    assert send_all() == 2
    assert [ways(line)["sms"] for line in lines] == ["sent", "sent", "waiting", "waiting"]
    due_at = {row.due_at for row in Dispatch.objects.filter(status="waiting")}
    today = timezone.localtime(timezone.now())
    assert due_at == {today.replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=1)}
    assert set(Dispatch.objects.filter(status="waiting").values_list("attempts", flat=True)) == {0}
    told_staff = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(told_staff) == (1 if ceiling == "sms.per_day" else 0)
    with clock.moved_to(due_at.pop()):
        assert send_all() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("ceiling", ["sms.per_person_day", "sms.per_day"])
def test_codes_that_anybody_can_ask_for_hold_back_no_notice(ceiling):
    set_config(key=ceiling, value=2, reason="test")
    for _code in range(3):
        send_sms(recipient=NUMBER, template=SmsTemplate.CODE, code="482913")
    line = tell(make_user(phone=NUMBER), catalogue.disputes.DECIDED)
    assert send_all() == 1
    assert ways(line) == {"sms": "sent"}


@pytest.mark.django_db
def test_no_ceiling_holds_back_what_must_be_known_at_once():
    person = make_user(phone=NUMBER)
    set_config(key="sms.per_person_day", value=1, reason="test")
    tell(person, catalogue.disputes.DECIDED), tell(person, catalogue.people.SECOND_FACTOR_REMOVED)
    refund = tell(person, catalogue.disputes.OPENED)
    assert send_all() == 2
    assert ways(refund) == {"sms": "waiting"}
