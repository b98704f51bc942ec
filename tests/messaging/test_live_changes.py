"""Windows and what was changed while they could not hear it, and what fails after a commit."""

import asyncio
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from channels.db import database_sync_to_async
from django.db import OperationalError
from django.test import Client

from marketplace.core import clock
from marketplace.messaging import push, services
from marketplace.messaging.models import Message, Participant
from marketplace.messaging.services.together import Draft, send_together
from tests.messaging.live import live_window
from tests.messaging.test_live import say

pytestmark = pytest.mark.usefixtures("committed_db")


def test_a_window_that_slept_for_days_is_told_what_was_withdrawn_when_it_fell_asleep(conversation, buyer, seller):
    say(conversation, buyer, "一")
    services.withdraw_message(conversation_id=conversation.pk, sequence=1, user=buyer)
    asleep_since = clock.now() - timedelta(days=3)
    Message.objects.update(withdrawn_at=asleep_since + timedelta(minutes=1))

    async def story():
        async with live_window(seller) as theirs:
            resume = {"type": "resume", "conversation": conversation.pk, "after": 1}
            await theirs.say(resume | {"since": asleep_since.isoformat()})
            assert (await theirs.hear("withdrawn", "resumed"))["type"] == "withdrawn"

    asyncio.run(story())


def test_a_page_names_the_moment_up_to_which_it_has_heard_everything(conversation, buyer, seller):
    say(conversation, buyer, "一")
    client = Client()
    client.force_login(seller, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(conversation.get_absolute_url()).content.decode()
    since = re.search(r'data-chat-since="([^"]+)"', page)[1]
    services.withdraw_message(conversation_id=conversation.pk, sequence=1, user=buyer)

    async def story():
        async with live_window(seller) as theirs:
            await theirs.say({"type": "resume", "conversation": conversation.pk, "after": 1, "since": since})
            assert (await theirs.hear("withdrawn", "resumed"))["type"] == "withdrawn"

    asyncio.run(story())


@pytest.mark.parametrize("change", ["edit", "withdraw"])
def test_lists_that_quote_a_message_hear_on_any_page_that_it_has_changed(change, conversation, buyer, seller):
    """`unread` is what lists of conversations refresh themselves by (static/js/live/badges.js)."""
    say(conversation, buyer, "一")
    services.mark_read(conversation_id=conversation.pk, reader=seller)

    def changes():
        if change == "edit":
            services.edit_message(conversation_id=conversation.pk, sequence=1, editor=buyer, body="壹")
        else:
            services.withdraw_message(conversation_id=conversation.pk, sequence=1, user=buyer)

    async def story():
        async with live_window(buyer) as ours, live_window(seller) as theirs:
            for window in (ours, theirs):
                await window.hear("unread", messages=0)
            await database_sync_to_async(changes)()
            for window in (ours, theirs):
                await window.hear("unread", messages=0)

    asyncio.run(story())


def test_what_fails_after_the_commit_is_no_failure_of_a_message_that_stands_there(conversation, buyer, monkeypatch):
    def fails(*_given, **_named):
        raise OperationalError("the connection was lost")

    for name in ("message_sent", "message_edited", "message_withdrawn", "messages_sent", "conversation_read"):
        monkeypatch.setattr(push, name, fails)
    [message] = say(conversation, buyer, "一")
    services.edit_message(conversation_id=conversation.pk, sequence=1, editor=buyer, body="壹")
    services.withdraw_message(conversation_id=conversation.pk, sequence=1, user=buyer)
    assert send_together([Draft(conversation.pk, buyer.pk, "二", uuid4())])
    Participant.objects.update(read_sequence=0)
    services.mark_read(conversation_id=conversation.pk, reader=buyer)
    message.refresh_from_db()
    assert message.is_withdrawn
