"""Template messages over HTTP, to who has logged in inside WeChat: against the identity sandbox in a process of its own."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.notifications import catalogue, choices, dispatching, spreading
from marketplace.notifications.models import Channel, Dispatch, NotificationKind, NotificationSettings
from marketplace.notifications.official_account import OfficialAccount
from tests.accounts.test_social_login import opened
from tests.notifications.people import send_all, tell, ways
from tests.payments.sandbox.conftest import fetch

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(in_wechat) -> User:
    """Somebody who came by the Official Account's log-in, which is how we know them there."""
    opened(in_wechat, "weixin_mp", f"读者{uuid4().hex[:8]}")
    return User.objects.get()


def arrived(identity, user) -> list[dict]:
    openids = user.socialaccount_set.get().extra_data["openids"]
    touser = openids["wx2026jiangji0001"]
    return json.loads(fetch(f"{identity.url}/weixin/messages?touser={touser}").text)


def test_what_is_told_arrives_in_wechat_once(identity, reader):
    line = tell(reader, about="青禾茶馆的品牌设计与全套物料，含门头、菜单和杯套")
    assert [send_all(), send_all()] == [1, 0]
    (message,) = arrived(identity, reader)
    values = {key: part["value"] for key, part in message["data"].items()}
    assert values["thing1"] == line.title
    assert values["thing2"].startswith("青禾茶馆")
    assert len(values["thing2"]) <= 20
    assert message["url"].endswith(f"/notifications/{line.pk}/")
    assert ways(line) == {"wechat": "sent"}


def test_a_worker_that_died_while_sending_is_followed_by_one_that_sends_no_copy(identity, reader):
    tell(reader)
    assert send_all() == 1
    Dispatch.objects.update(status="sending", tried_at=timezone.now() - timedelta(minutes=6))
    assert send_all() == 1
    assert len(arrived(identity, reader)) == 1


def test_what_a_worker_left_for_longer_than_wechat_knows_copies_is_on_staffs_list(identity, reader):
    tell(reader)
    assert send_all() == 1
    identity.fault(minutes_later=11)
    Dispatch.objects.update(status="sending", tried_at=timezone.now() - timedelta(minutes=11))
    assert send_all() == 0
    assert len(arrived(identity, reader)) == 1
    assert Dispatch.objects.get().problem.startswith("may have arrived")


def test_after_lost_answers_nothing_is_sent_that_wechat_would_no_longer_know(identity, reader):
    tell(reader)
    identity.fault(lost_answer=True)
    now = timezone.now()
    for minutes in (0, 2, 8, 40, 200, 800):
        identity.fault(minutes_later=minutes)
        with clock.moved_to(now + timedelta(minutes=minutes)):
            assert send_all() == 0
    assert len(arrived(identity, reader)) == 1
    row = Dispatch.objects.get()
    assert (row.status, row.problem) == ("dead", "may have arrived: WeChat: no usable answer")


def at_night(hour: int, minute: int, second: int = 0) -> datetime:
    """Of the night that follows, in China: the evening of today, the morning of tomorrow."""
    today = timezone.localtime(timezone.now()).replace(hour=hour, minute=minute, second=second, microsecond=0)
    return today + timedelta(days=1 if hour < 12 else 0)


def test_a_notice_in_doubt_does_not_wait_for_the_morning_and_arrive_twice(identity, reader):
    NotificationSettings.objects.create(user=reader, quiet_from=time(23), quiet_until=time(8))
    identity.fault(lost_answer=True)
    with clock.moved_to(at_night(22, 59, 30)):
        tell(reader)
        assert send_all() == 0
    identity.fault(lost_answer=False, minutes_later=600)
    for moment in (at_night(23, 0, 31), at_night(8, 0, 5)):
        with clock.moved_to(moment):
            assert send_all() == 0
    assert len(arrived(identity, reader)) == 1
    assert Dispatch.objects.get().problem == "may have arrived: WeChat: no usable answer"


def test_a_notice_in_doubt_that_nobody_came_to_in_time_is_on_staffs_list(identity, reader):
    """The way rested, the worker was down, the queue was long."""
    tell(reader)
    identity.fault(lost_answer=True)
    assert send_all() == 0
    identity.fault(lost_answer=False, minutes_later=20)
    with clock.moved_to(timezone.now() + timedelta(minutes=20)):
        assert send_all() == 0
    assert len(arrived(identity, reader)) == 1
    assert Dispatch.objects.get().status == "dead"


def test_the_same_number_after_ten_minutes_is_a_second_message_at_wechat(identity, reader):
    tell(reader)
    assert send_all() == 1
    identity.fault(minutes_later=11)
    Dispatch.objects.update(status="waiting")
    assert send_all() == 1
    assert len(arrived(identity, reader)) == 2


def test_wechat_that_is_busy_is_asked_again(identity, reader):
    tell(reader)
    identity.fault(refuse=45009)
    assert send_all() == 0
    identity.fault(refuse=0, garbage=True)  # when it is asked for a token, too
    cache.clear()
    with clock.moved_to(timezone.now() + timedelta(minutes=2)):
        assert send_all() == 0
    identity.fault(garbage=False)
    with clock.moved_to(timezone.now() + timedelta(minutes=10)):
        assert send_all() == 1
    assert len(arrived(identity, reader)) == 1


def test_who_no_longer_follows_us_is_nobodys_fault(identity, reader):
    line = tell(reader)
    OfficialAccount().fetch_access_token()
    identity.fault(refuse=43004)
    assert send_all() == 0
    assert ways(line) == {"wechat": "skipped"}


def test_a_template_that_wechat_does_not_know_is_on_staffs_list(identity, reader, settings):
    settings.WECHAT_TEMPLATES = {"all": "unknown-template"}
    line = tell(reader)
    assert send_all() == 0
    assert ways(line) == {"wechat": "dead"}
    assert Dispatch.objects.get().problem == "WeChat: 40037"


def test_a_kind_may_have_a_template_of_its_own(identity, reader, settings):
    settings.WECHAT_TEMPLATES = {"all": "sandbox-notice", "money": "sandbox-money"}
    tell(reader), tell(reader, catalogue.money.REFUND_PART)
    assert send_all() == 2
    assert [message["template_id"] for message in arrived(identity, reader)] == ["sandbox-notice", "sandbox-money"]


def test_who_wants_none_gets_none(identity, reader):
    choices.choose(user_id=reader.pk, kinds=[NotificationKind.ORDER], channel=Channel.WECHAT, is_on=False)
    tell(reader)
    assert send_all() == 0
    assert arrived(identity, reader) == []


def test_the_token_that_no_longer_holds_is_replaced(identity, reader):
    tell(reader)
    assert send_all() == 1
    app = "appid=wx2026jiangji0001&secret=sandbox-weixin-mp&grant_type=client_credential"
    assert "access_token" in fetch(f"{identity.url}/weixin/cgi-bin/token?{app}").text  # which ends ours
    tell(reader)
    assert send_all() == 1
    assert len(arrived(identity, reader)) == 2


def test_two_processes_that_need_a_token_at_once_share_one(identity, reader):
    """Each token that WeChat gives ends the one before: who fetched first would be left with a dead one."""
    with ThreadPoolExecutor(4) as threads:
        tokens = set(threads.map(lambda _number: OfficialAccount().access_token, range(4)))
    assert len(tokens) == 1
    tell(reader)
    assert send_all() == 1
    assert cache.get("accounts:wechat:wx2026jiangji0001_access_token") in tokens


def test_who_has_a_dead_token_takes_the_one_that_another_process_fetched(identity, reader):
    late = OfficialAccount()
    dead = late.access_token
    cache.clear()
    fresh = OfficialAccount().access_token
    late.fetch_access_token()
    assert fresh not in ("", dead)
    assert late.access_token == fresh


@pytest.mark.parametrize("code", [40164, 40125, 40013, 50004])
def test_a_token_that_wechat_does_not_give_kills_no_notice(identity, reader, caplog, code):
    """A new server whose address is not on the list, a secret that was changed: the notices wait, and staff hear of it once."""
    identity.fault(refuse=code)
    tell(reader), tell(reader, catalogue.money.REFUND_PART)
    spreading.spread_lines()
    cache.clear()
    assert dispatching.send_due(channel=Channel.WECHAT) == 0
    assert sorted(Dispatch.objects.values_list("status", "attempts")) == [("waiting", 0), ("waiting", 1)]
    assert dispatching.due_channels() == []
    cache.delete(dispatching._resting(Channel.WECHAT))
    assert dispatching.send_due(channel=Channel.WECHAT) == 0
    assert [record.levelname for record in caplog.records if "access token (" in record.message] == ["ERROR"]
    identity.fault(refuse=0)
    cache.clear()
    with clock.moved_to(timezone.now() + timedelta(minutes=2)):
        assert dispatching.send_due(channel=Channel.WECHAT) == 2
    assert len(arrived(identity, reader)) == 2


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_token_that_is_refused_again_is_not_fetched_for_ever_and_kills_no_notice(identity, reader, code):
    OfficialAccount().fetch_access_token()
    identity.fault(refuse=code)
    line = tell(reader)
    assert send_all() == 0
    assert ways(line) == {"wechat": "waiting"}
    assert Dispatch.objects.get().doubtful_since is None
    identity.fault(refuse=0)
    with clock.moved_to(timezone.now() + timedelta(minutes=2)):
        assert send_all() == 1
