"""Who may open a window, and on what: through the project's own ASGI application (Origin, session, route, consumer)."""

import asyncio
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from channels.db import database_sync_to_async
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from marketplace.accounts import services as accounts
from marketplace.accounts.models import User
from marketplace.core import clock, live
from marketplace.messaging import consumers, push, services
from marketplace.messaging.models import Message, Participant
from marketplace.messaging.services import start_conversation
from portal.routing import websocket_urlpatterns
from tests.factories import make_moderator
from tests.messaging.live import live_window, session_cookie

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(autouse=True)
def _look_often(settings):
    settings.LIVE = settings.LIVE | {"look_again_seconds": 0.3}


@pytest.fixture
def _lost_notices(monkeypatch):
    """What is told of sessions and rights never arrives: only the look remains."""
    told = live.publish_all
    quiet = {live.CHECK, live.ACCESS}
    monkeypatch.setattr(live, "publish_all", lambda notices: told([one for one in notices if one[0] not in quiet]))


# Origins


@pytest.mark.parametrize(
    "origin",
    [
        None,
        b"null",
        b"http://elsewhere.example",
        b"http://localhost.elsewhere.example",
        b"http://elsewhere-localhost",
        b"http://localhost:81",
        b"https://localhost",
        b"http://localhost:99999",
        b"",
    ],
)
def test_a_page_that_is_not_ours_opens_no_window(buyer, origin):
    async def story():
        async with live_window(buyer, origin=origin) as refused:
            assert not refused.was_accepted

    asyncio.run(story())


def test_the_page_that_the_request_was_sent_to_does(buyer):
    async def story():
        async with live_window(buyer, origin=b"http://127.0.0.1:8123", host=b"127.0.0.1:8123") as opened:
            assert opened.was_accepted
        async with live_window(buyer, origin=b"http://evil.example", host=b"evil.example") as refused:
            assert not refused.was_accepted

    asyncio.run(story())


@pytest.mark.parametrize(
    ("origin", "opens"),
    [
        (b"https://jiangji.example", True),
        (b"https://app.jiangji.example", True),
        (b"http://jiangji.example", False),
        (b"https://jiangji.example:8443", False),
        (b"https://www.jiangji.example", False),
        (b"http://localhost", False),
    ],
)
def test_in_production_only_the_sites_own_addresses_count(buyer, settings, monkeypatch, origin, opens):
    monkeypatch.setattr("portal.origins.PRODUCTION", True)
    settings.SITE_URL, settings.CSRF_TRUSTED_ORIGINS = "https://jiangji.example", ["https://app.jiangji.example"]

    async def story():
        async with live_window(buyer, origin=origin) as window:
            assert window.was_accepted is opens

    asyncio.run(story())


# Sessions


def test_who_is_not_signed_in_is_turned_away():
    async def story():
        async with live_window() as refused:
            assert await refused.is_closed() == 4401

    asyncio.run(story())


def _suspend(user, client):
    accounts.suspend_person(
        user_id=user.pk, staff=make_moderator(), reason="私下交易", ends_at=clock.now() + timedelta(days=1)
    )


def _sign_out_everywhere(user, client):
    accounts.sign_out_by_staff(user_id=user.pk, staff=make_moderator())


def _log_out(user, client):
    client.post(reverse("account_logout"))


def _end_device(user, client):
    device = UserSession.objects.create(user=user, ip="127.0.0.1", session_key=client.session.session_key)
    accounts.end_device(user=user, device_id=device.pk)


def _take_a_role(user, client):
    user.groups.add(Group.objects.get_or_create(name="Support")[0])


def _make_staff(user, client):
    User.objects.filter(pk=user.pk).update(is_staff=True)


ENDS = [(_suspend, 4401), (_sign_out_everywhere, 4401), (_log_out, 4401), (_end_device, 4401)]


@pytest.mark.parametrize(("end", "code"), ENDS)
def test_whatever_ends_a_session_closes_its_windows_at_once_and_nobody_elses(
    conversation, buyer, seller, settings, end, code
):
    settings.LIVE = settings.LIVE | {"look_again_seconds": 60}
    assert asyncio.run(_windows_after(end, conversation, buyer, seller)) == code


@pytest.mark.usefixtures("_lost_notices")
@pytest.mark.parametrize(("end", "code"), [*ENDS, (_take_a_role, 4409), (_make_staff, 4409)])
def test_they_close_within_seconds_when_the_notice_is_lost(conversation, buyer, seller, end, code):
    assert asyncio.run(_windows_after(end, conversation, buyer, seller)) == code


async def _windows_after(end, conversation, buyer, seller) -> int:
    client = Client()
    cookie = await database_sync_to_async(session_cookie)(buyer)
    client.cookies[django_settings.SESSION_COOKIE_NAME] = cookie.decode().partition("=")[2]
    async with live_window(seller, follow=conversation.pk) as theirs:
        async with live_window(cookie=cookie, follow=conversation.pk) as ours:
            await database_sync_to_async(end)(buyer, client)
            code = await ours.is_closed()
        await theirs.say({"type": "message", "conversation": conversation.pk, "body": "还在吗"})
        assert (await theirs.hear("message"))["body"] == "还在吗"
    return code


def test_a_window_of_a_session_that_ended_hears_nothing_that_is_said_afterwards(conversation, buyer, seller):
    async def story():
        async with (
            live_window(buyer, follow=conversation.pk) as ours,
            live_window(seller, follow=conversation.pk) as theirs,
        ):
            await database_sync_to_async(_sign_out_everywhere)(buyer, None)
            await ours.is_closed()
            await theirs.say({"type": "message", "conversation": conversation.pk, "body": "秘密"})
            await theirs.hear("message")
            assert await ours.hears_nothing("message")

    asyncio.run(story())


# Conversations

EVERY_KIND = [
    {"type": "follow"},
    {"type": "resume", "after": 0},
    {"type": "message", "body": "放我进来"},
    {"type": "delivered", "sequence": 1},
    {"type": "read", "sequence": 1},
    {"type": "typing"},
]

# What concerns the window itself and no conversation.
OWN_KIND = {"ping", "unfollow"}


def test_every_address_and_every_kind_of_message_is_asked_for():
    """A new one fails here until somebody without a part in the conversation has tried it, below or in test_consumer.py."""
    addresses = [str(route.pattern) for route in websocket_urlpatterns]
    assert addresses == ["ws/live/", "ws/conversations/<int:conversation_id>/"]
    assert {content["type"] for content in EVERY_KIND} | OWN_KIND == set(consumers._HANDLERS)


@pytest.mark.parametrize("content", EVERY_KIND, ids=lambda content: content["type"])
@pytest.mark.parametrize("who", ["stranger", "moderator", "participant who left"])
def test_who_takes_no_part_is_told_no_more_than_of_a_conversation_that_is_not(
    conversation, buyer, seller, stranger, content, who
):
    services.send_message(conversation_id=conversation.pk, sender=buyer, body="只给你看")
    if who == "participant who left":
        Participant.objects.filter(user=seller).update(left_at=clock.now())
    person = {"stranger": stranger, "moderator": make_moderator(), "participant who left": seller}[who]

    async def story():
        async with live_window(person) as theirs, live_window(buyer, follow=conversation.pk) as ours:
            await theirs.say(content | {"conversation": conversation.pk})
            refused = await theirs.hear("error")
            await theirs.say(content | {"conversation": conversation.pk + 1000})
            missing = await theirs.hear("error")
            assert refused.pop("conversation") == missing.pop("conversation") - 1000
            assert refused == missing == {"type": "error", "code": "not_participant", "message": ""}
            assert await ours.hears_nothing("message", "typing", "read", "delivered")
            await ours.say({"type": "message", "conversation": conversation.pk, "body": "继续"})
            await ours.hear("message")
            assert await theirs.hears_nothing("message", "resumed")

    asyncio.run(story())
    assert Message.objects.count() == 2
    assert set(Participant.objects.exclude(user=buyer).values_list("read_sequence", "delivered_sequence")) == {(0, 0)}


@pytest.mark.parametrize("content", EVERY_KIND[2:3] + EVERY_KIND[4:], ids=lambda content: content["type"])
def test_a_window_writes_only_where_it_follows(conversation, buyer, content):
    async def story():
        async with live_window(buyer) as ours:
            await ours.say(content | {"conversation": conversation.pk})
            assert (await ours.hear("error"))["code"] == "not_participant"

    asyncio.run(story())
    assert not Message.objects.exists()


@pytest.mark.parametrize("is_told", [True, False])
def test_whose_part_has_ended_hears_no_more(conversation, buyer, seller, is_told):
    def leave():
        Participant.objects.filter(conversation=conversation, user=seller).update(left_at=clock.now())
        if is_told:
            push.people_changed(conversation_id=conversation.pk)

    async def story():
        async with (
            live_window(buyer, follow=conversation.pk) as ours,
            live_window(seller, follow=conversation.pk) as theirs,
        ):
            await database_sync_to_async(leave)()
            assert (await theirs.hear("error"))["code"] == "not_participant"
            await ours.say({"type": "message", "conversation": conversation.pk, "body": "只剩我们"})
            await ours.hear("message")
            assert await theirs.hears_nothing("message")

    asyncio.run(story())


def test_conversations_do_not_hear_each_other(conversation, seller, stranger):
    elsewhere = start_conversation(buyer=stranger, seller=seller)

    async def story():
        async with (
            live_window(seller, follow=conversation.pk) as here,
            live_window(stranger, follow=elsewhere.pk) as there,
        ):
            await there.say({"type": "message", "conversation": elsewhere.pk, "body": "只在这里"})
            assert (await there.hear("message"))["body"] == "只在这里"
            assert await here.hears_nothing("message")

    asyncio.run(story())


def test_a_person_blocked_meanwhile_is_refused_with_a_sentence(conversation, buyer, seller):
    async def story():
        async with live_window(buyer, follow=conversation.pk, language="en") as ours:
            await database_sync_to_async(accounts.block_person)(owner=seller, person=buyer)
            await ours.say({"type": "message", "conversation": conversation.pk, "body": "在吗"})
            refused = await ours.hear("error")
            assert (refused["code"], refused["message"]) == (
                "not_taken",
                "This person does not take messages at the moment. Nothing was sent.",
            )

    asyncio.run(story())
    assert not Message.objects.exists()


# Limits


def test_a_frame_above_64_kib_ends_the_window(conversation, buyer):
    async def story():
        async with live_window(buyer, follow=conversation.pk) as ours:
            await ours.say({"type": "message", "conversation": conversation.pk, "body": "字" * 30_000})
            assert await ours.is_closed() == 1009

    asyncio.run(story())
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "nonsense",
    [
        "not json",
        '["a list"]',
        "{}",
        '{"type": "nonsense"}',
        '{"type": ["message"]}',
        '{"type": "message"}',
        '{"type": "follow", "conversation": "1"}',
        '{"type": "follow", "conversation": true}',
        '{"type": "resume", "conversation": 1, "after": -1}',
        '{"type": "delivered", "conversation": 99999999999999999999, "sequence": 1}',
    ],
)
def test_what_no_window_says_is_ignored_or_refused_and_the_window_stays(conversation, buyer, nonsense):
    async def story():
        async with live_window(buyer, follow=conversation.pk) as ours:
            await ours.say(nonsense)
            await ours.say({"type": "message", "conversation": conversation.pk, "client_id": "no-uuid", "body": "好"})
            assert (await ours.hear("error", code="malformed", client_id="no-uuid"))["conversation"] == conversation.pk
            await ours.say({"type": "message", "conversation": conversation.pk, "body": "好"})
            assert (await ours.hear("message"))["body"] == "好"

    asyncio.run(story())
    assert Message.objects.count() == 1


def test_who_writes_too_fast_is_asked_to_wait_and_nothing_is_lost_of_it(conversation, buyer, settings):
    settings.LIVE = settings.LIVE | {"messages_per_minute": 4}

    async def story():
        async with live_window(buyer, follow=conversation.pk) as ours:
            for number in range(3):
                await ours.say({"type": "message", "conversation": conversation.pk, "body": f"第 {number} 句"})
            refused = await ours.hear("error")
            assert refused["code"] == "too_fast"
            assert 0 < refused["retry_after"] < 20

    asyncio.run(story())
    assert Message.objects.count() == 2


def test_a_flood_of_frames_ends_the_window(conversation, buyer, monkeypatch):
    monkeypatch.setattr(consumers, "FRAMES_REFUSED", 5)

    async def story():
        async with live_window(buyer, follow=conversation.pk) as ours:
            for _ in range(consumers.FRAMES_AT_ONCE + 20):
                await ours.say({"type": "nonsense"})
            assert await ours.is_closed() == 1008

    asyncio.run(story())


def test_of_too_many_windows_the_oldest_closes(buyer, settings):
    settings.LIVE = settings.LIVE | {"windows_per_person": 2}

    async def story():
        async with live_window(buyer) as first, live_window(buyer) as second:
            await second.hear("unread")
            async with live_window(buyer) as third:
                assert await first.is_closed() == 4429
                await third.say({"type": "ping"})
                await third.hear("pong")
                await second.say({"type": "ping"})
                await second.hear("pong")

    asyncio.run(story())


def test_a_window_follows_only_so_many_conversations(conversation, buyer, monkeypatch):
    monkeypatch.setattr(consumers, "CONVERSATIONS_PER_WINDOW", 1)

    async def story():
        async with live_window(buyer, follow=conversation.pk) as ours:
            await ours.say({"type": "follow", "conversation": conversation.pk + 1})
            assert (await ours.hear("error"))["code"] == "malformed"

    asyncio.run(story())
