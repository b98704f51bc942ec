"""What is closed against abuse is closed in a live window too, which no middleware stands before."""

import asyncio
from datetime import timedelta

import pytest

from marketplace.accounts import blocks
from marketplace.accounts.models import BlockKind, BlockScope
from marketplace.accounts.services.abuse import add_block
from marketplace.core import clock
from marketplace.messaging.live.socket import NOT_SIGNED_IN
from marketplace.messaging.models import Message
from tests.factories import make_moderator
from tests.messaging.live import live_window

pytestmark = pytest.mark.usefixtures("committed_db")
INSIDE = "203.0.113.7"


@pytest.fixture(autouse=True)
def _from_inside(monkeypatch):
    """Windows of tests come from no address."""
    monkeypatch.setattr(blocks, "address_of", lambda _request: INSIDE)


def block(scope: BlockScope) -> None:
    add_block(
        kind=BlockKind.ADDRESS,
        value="203.0.113.0/24",
        scope=scope,
        reason="刷屏",
        ends_at=clock.now() + timedelta(days=7),
        staff=make_moderator(),
    )
    blocks.forget_blocks()


def test_from_a_blocked_address_nobody_writes_and_reads_all_the_same(conversation, buyer):
    block(BlockScope.WRITING)

    async def story():
        async with live_window(buyer, follow=conversation.pk) as ours:
            await ours.say({"type": "message", "conversation": conversation.pk, "body": "您好"})
            assert (await ours.hear("error"))["code"] == "blocked"

    asyncio.run(story())
    assert not Message.objects.exists()


def test_where_everything_is_blocked_no_window_stays_open(conversation, buyer):
    block(BlockScope.EVERYTHING)

    async def story():
        async with live_window(buyer) as ours:
            assert await ours.is_closed() == NOT_SIGNED_IN

    asyncio.run(story())
