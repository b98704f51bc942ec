"""Valkey is away, with all of it: the channel, presence, the cache with sessions, rates and the list of watched words."""

import asyncio
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.test import Client

from marketplace.messaging import services
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.models import Message
from marketplace.safety import words
from tests.messaging.live import live_window, session_cookie

pytestmark = pytest.mark.usefixtures("committed_db")

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def valkey_goes_down(settings, monkeypatch):
    """What to call once people are logged in."""
    monkeypatch.setattr("marketplace.messaging.live.hub.READY_SECONDS", 0.1)

    def goes_down():
        settings.LIVE = settings.LIVE | {"url": NOWHERE, "look_again_seconds": 0.3}
        settings.CACHES = {name: one | {"LOCATION": NOWHERE} for name, one in settings.CACHES.items()}

    return goes_down


def test_windows_open_write_and_hear_all_the_same(conversation, buyer, seller, valkey_goes_down):
    ours, theirs = session_cookie(buyer), session_cookie(seller)
    valkey_goes_down()

    async def story():
        async with (
            live_window(cookie=ours, follow=conversation.pk) as one,
            live_window(cookie=theirs, follow=conversation.pk) as other,
        ):
            words = {"type": "message", "conversation": conversation.pk, "client_id": str(uuid4())}
            await one.say(words | {"body": "还能写"})
            assert (await one.hear("message", "error"))["body"] == "还能写"
            assert (await other.hear("resumed", again=True))["sequence"] == 1

    asyncio.run(story())


def test_what_is_quoted_goes_the_whole_way_and_is_still_looked_at(conversation, buyer, valkey_goes_down, monkeypatch):
    services.send_message(conversation_id=conversation.pk, sender=buyer, body="一")
    valkey_goes_down()
    for finder in (words._finder, None):  # of a process that had the list, and of one that begins now
        monkeypatch.setattr(words, "_finder", finder)
        monkeypatch.setattr(words, "_holds_until", 0.0)
        assert (
            services.send_message(conversation_id=conversation.pk, sender=buyer, body="二", quoted=1).quoted.body
            == "一"
        )
        with pytest.raises(MessagingError) as refused:
            services.send_message(conversation_id=conversation.pk, sender=buyer, body="加我微信 moon_0413 聊")
        assert refused.value.code == MessagingErrorCode.CONTACT_WARNING


def test_the_form_sends_too(conversation, buyer, valkey_goes_down):
    client = Client()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = session_cookie(buyer).decode().partition("=")[2]
    valkey_goes_down()
    answer = client.post(conversation.get_absolute_url(), {"body": "表单也能"}, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["body"]) == (201, "表单也能")
    assert client.post(conversation.get_absolute_url(), {"body": "没有脚本"}).status_code == 302
    assert "没有脚本" in client.get(conversation.get_absolute_url()).content.decode()
    assert list(Message.objects.order_by("sequence").values_list("body", flat=True)) == ["表单也能", "没有脚本"]


def test_one_may_write_to_somebody_new(buyer, seller, valkey_goes_down):
    valkey_goes_down()
    assert services.open_conversation(user=buyer, other=seller).buyer == buyer
