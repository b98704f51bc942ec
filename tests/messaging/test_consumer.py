"""The live side, through the project's own ASGI application: origin check, session, route, consumer."""

import asyncio
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from channels.db import database_sync_to_async
from django.conf import settings as django_settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from marketplace.accounts import services as accounts
from marketplace.accounts.services import suspend_person
from marketplace.core import clock
from marketplace.messaging import consumers, services
from marketplace.messaging.models import Conversation, Message
from tests.factories import PASSWORD, make_moderator
from tests.logins import log_in
from tests.messaging.websocket import PATIENCE_SECONDS, window

# Transactional: the socket's threads see only what is committed, and pushes leave on commit.
pytestmark = pytest.mark.usefixtures("committed_db")

REAL_LAYERS = django_settings.CHANNEL_LAYERS


@pytest.mark.parametrize("layers", ["in memory", "valkey"])
def test_a_message_reaches_both_windows(settings, conversation, buyer, seller, layers):
    if layers == "valkey":
        settings.CHANNEL_LAYERS = REAL_LAYERS

    async def story():
        async with window(conversation.pk, buyer) as ours, window(conversation.pk, seller) as theirs:
            await ours.say({"type": "message", "body": "两家店，要接打印机。"})
            mine, other = await ours.hear(), await theirs.hear()
            assert (mine["type"], mine["body"], mine["mine"]) == ("message", "两家店，要接打印机。", True)
            assert (other["id"], other["name"], other["mine"]) == (mine["id"], "林小满", False)
            assert (mine["from"], mine["sequence"], mine["conversation"]) == ("buyer", 1, conversation.pk)
            assert str(buyer.pk) not in str({key: other[key] for key in ("from", "name", "avatar_url", "files")})

    asyncio.run(story())
    assert Message.objects.get().sender == buyer


def test_a_message_sent_by_a_form_appears_in_open_windows(conversation, buyer, seller):
    def post():
        client = Client()
        client.force_login(buyer, backend="django.contrib.auth.backends.ModelBackend")
        client.post(conversation.get_absolute_url(), {"body": "好"})

    async def story():
        async with window(conversation.pk, seller) as theirs:
            await database_sync_to_async(post)()
            assert (await theirs.hear())["body"] == "好"

    asyncio.run(story())


def test_an_open_window_does_not_outlive_the_sessions_of_its_person(conversation, buyer, seller):
    def suspend():
        ends_at = clock.now() + timedelta(days=1)
        suspend_person(user_id=buyer.pk, staff=make_moderator(), reason="私下交易", ends_at=ends_at)

    async def story():
        async with window(conversation.pk, buyer) as ours, window(conversation.pk, seller) as theirs:
            await database_sync_to_async(suspend)()
            answer = await ours.application.receive_output(PATIENCE_SECONDS)
            assert (answer["type"], answer["code"]) == ("websocket.close", 4401)
            await theirs.say({"type": "message", "body": "还在吗"})  # the other side's stays open
            assert (await theirs.hear())["body"] == "还在吗"

    asyncio.run(story())


def _session_key_of(user):
    (key,) = [kept.pk for kept in Session.objects.all() if kept.get_decoded().get(SESSION_KEY) == str(user.pk)]
    return key


def _end_device(buyer, client, key):
    device = UserSession.objects.create(user=buyer, ip="127.0.0.1", session_key=key)
    accounts.end_device(user=buyer, device_id=device.pk)


def _end_others(buyer, client, key):
    UserSession.objects.create(user=buyer, ip="127.0.0.1", session_key=key)
    accounts.end_other_devices(user=buyer, session_key=client.session.session_key)


def _change_password(buyer, client, key):
    new = {"oldpassword": PASSWORD, "password1": "西湖边的桂花开了", "password2": "西湖边的桂花开了"}
    client.post(reverse("account_change_password"), new)
    buyer.refresh_from_db()
    assert buyer.check_password("西湖边的桂花开了")


def _log_out(buyer, client, key):
    client.cookies[django_settings.SESSION_COOKIE_NAME] = key
    client.post(reverse("account_logout"))


@pytest.mark.parametrize("end", [_end_device, _end_others, _change_password, _log_out])
def test_whatever_ends_a_session_closes_its_windows_at_once(conversation, buyer, seller, end):
    def act():
        opened = _session_key_of(buyer)
        end(buyer, log_in(buyer), opened)

    async def story():
        async with window(conversation.pk, buyer) as ours, window(conversation.pk, seller) as theirs:
            await database_sync_to_async(act)()
            answer = await ours.application.receive_output(PATIENCE_SECONDS)
            assert (answer["type"], answer["code"]) == ("websocket.close", 4401)
            await theirs.say({"type": "message", "body": "还在吗"})
            assert (await theirs.hear())["body"] == "还在吗"

    asyncio.run(story())


def test_the_window_of_the_session_that_stays_stays_open(conversation, buyer):
    def end_others():
        key = _session_key_of(buyer)
        UserSession.objects.create(user=buyer, ip="127.0.0.1", session_key=log_in(buyer).session.session_key)
        assert accounts.end_other_devices(user=buyer, session_key=key) == 1

    async def story():
        async with window(conversation.pk, buyer) as ours:
            await database_sync_to_async(end_others)()
            await ours.say({"type": "message", "body": "我还在"})
            assert (await ours.hear())["body"] == "我还在"

    asyncio.run(story())


@pytest.mark.parametrize("kind", ["message", "typing"])
def test_a_window_whose_session_ended_unheard_says_nothing_more(conversation, buyer, seller, monkeypatch, kind):
    """A push may be lost, and a session may run out by itself."""
    monkeypatch.setattr(consumers, "TRUST_SECONDS", 0)

    async def story():
        async with window(conversation.pk, buyer) as ours:
            await database_sync_to_async(lambda: SessionStore(_session_key_of(buyer)).delete())()
            await ours.say({"type": kind, "body": "在吗"})
            answer = await ours.application.receive_output(PATIENCE_SECONDS)
            assert (answer["type"], answer["code"]) == ("websocket.close", 4401)

    asyncio.run(story())
    assert not Message.objects.exists()


def test_who_is_not_signed_in_is_turned_away(conversation):
    async def story():
        async with window(conversation.pk) as refused:
            assert refused.close_code == 4401

    asyncio.run(story())


def test_a_stranger_learns_no_more_than_of_a_conversation_that_is_not(conversation, stranger):
    async def story():
        async with window(conversation.pk, stranger) as refused, window(conversation.pk + 1000, stranger) as missing:
            assert refused.close_code == missing.close_code == 4404

    asyncio.run(story())
    assert not Message.objects.exists()


def test_a_page_of_another_site_is_turned_away(conversation, buyer):
    async def story():
        async with window(conversation.pk, buyer, origin=b"https://elsewhere.example") as refused:
            assert not refused.is_open

    asyncio.run(story())


def test_a_refusal_is_a_sentence_and_the_window_stays_open(conversation, buyer):
    async def story():
        async with window(conversation.pk, buyer, language="en") as ours:
            await ours.say({"type": "message", "body": "  "})
            refusal = await ours.hear()
            assert (refusal["type"], refusal["code"]) == ("error", "empty")
            assert refusal["message"] == "Please write something or attach a file."
            for nonsense in ("not json", '["a list"]', {"type": "nonsense"}, {}):
                await ours.say(nonsense)
            await ours.say({"type": "message", "body": "好"})
            assert (await ours.hear())["body"] == "好"

    asyncio.run(story())
    assert Message.objects.count() == 1


def test_typing_and_reading_show_on_the_other_side_only(conversation, buyer, seller):
    services.send_message(conversation_id=conversation.pk, sender=buyer, body="在吗")

    async def story():
        async with window(conversation.pk, buyer) as ours, window(conversation.pk, seller) as theirs:
            await theirs.say({"type": "typing"})
            about = {"conversation": conversation.pk, "from": "seller", "mine": False}
            assert await ours.hear() == {"type": "typing", **about}
            await theirs.say({"type": "read"})
            assert await ours.hear() == {"type": "read", "sequence": 1, **about}
            assert await theirs.hears_nothing()

    asyncio.run(story())
    assert Conversation.objects.get().seller_read_at is not None


def test_conversations_do_not_hear_each_other(conversation, seller, stranger):
    elsewhere = services.start_conversation(buyer=stranger, seller=seller)

    async def story():
        async with window(conversation.pk, seller) as here, window(elsewhere.pk, stranger) as there:
            await there.say({"type": "message", "body": "只在这里"})
            assert (await there.hear())["body"] == "只在这里"
            assert await here.hears_nothing()

    asyncio.run(story())
