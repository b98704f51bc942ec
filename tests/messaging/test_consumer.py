"""The address of the release before: what its scripts say and hear while a release is rolled out."""

import asyncio

import pytest

from marketplace.messaging.models import Message, Participant
from tests.messaging.websocket import window

# Transactional: the socket's threads see only what is committed, and pushes leave on commit.
pytestmark = pytest.mark.usefixtures("committed_db")


def test_an_old_window_hears_whose_a_message_is(conversation, buyer, seller):
    async def story():
        async with window(conversation.pk, buyer) as ours, window(conversation.pk, seller) as theirs:
            await ours.say({"type": "message", "body": "两家店，要接打印机。"})
            mine, other = await ours.hear(), await theirs.hear()
            assert (mine["type"], mine["body"], mine["mine"]) == ("message", "两家店，要接打印机。", True)
            assert (other["id"], other["name"], other["mine"]) == (mine["id"], "林小满", False)
            await theirs.say({"type": "typing"})
            assert (await ours.hear())["type"] == "typing"
            await theirs.say({"type": "read"})
            assert (await ours.hear())["type"] == "read"
            assert await theirs.hears_nothing()

    asyncio.run(story())
    assert Participant.objects.get(user=seller).read_sequence == 1


def test_an_old_window_of_a_stranger_is_turned_away(conversation, stranger):
    async def story():
        async with (
            window(conversation.pk, stranger, is_theirs=False) as refused,
            window(conversation.pk + 1000, stranger, is_theirs=False) as missing,
        ):
            assert await refused.is_closed() == await missing.is_closed() == 4404
        async with window(conversation.pk) as unknown:
            assert await unknown.is_closed() == 4401

    asyncio.run(story())
    assert not Message.objects.exists()


def test_a_refusal_is_a_sentence_and_the_old_window_stays_open(conversation, buyer):
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
