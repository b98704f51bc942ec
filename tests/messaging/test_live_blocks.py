"""What is closed against abuse is closed in a live window too, which no middleware stands before."""

import asyncio
from datetime import timedelta

import pytest
from channels.db import database_sync_to_async
from django.test import Client
from django.urls import reverse

from marketplace.accounts import blocks
from marketplace.accounts.models import BlockKind, BlockScope, BrowserUse
from marketplace.accounts.services.abuse import add_block, lift_block
from marketplace.core import clock, live
from marketplace.messaging.live.socket import NOT_SIGNED_IN
from marketplace.messaging.models import Message
from tests.factories import PASSWORD, make_moderator, make_user
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


# Windows that were open before


def _cookies_after_log_in(phone: str) -> bytes:
    """A browser in which somebody has logged in by the form: its session, and the number by which it is known."""
    client = Client()
    client.post(reverse("account_login"), {"login": phone, "password": PASSWORD})
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()).encode()


def _set_block(kind: BlockKind, value: str, scope: BlockScope):
    """As the desk does, and nothing beside it: what is told is told after the commit."""
    ends_at = clock.now() + timedelta(days=7)
    return add_block(kind=kind, value=value, scope=scope, reason="刷单", ends_at=ends_at, staff=make_moderator())


@pytest.fixture(params=["told", "the notice is lost"])
def _told_or_not(request, settings, monkeypatch) -> None:
    """Either the notice alone ends windows, or the look alone."""
    if request.param == "told":
        settings.LIVE = settings.LIVE | {"look_again_seconds": 60}
        return
    settings.LIVE = settings.LIVE | {"look_again_seconds": 0.3}
    told = live.publish_all
    monkeypatch.setattr(live, "publish_all", lambda notices: told([one for one in notices if one[0] != live.BLOCKS]))


@pytest.mark.usefixtures("_told_or_not")
@pytest.mark.parametrize("kind", list(BlockKind))
def test_a_block_of_everything_ends_what_was_open_within_five_seconds_and_nobody_elses(conversation, seller, kind):
    person = make_user(phone="+8613800138000")
    cookie = _cookies_after_log_in("13800138000")
    values = {
        BlockKind.ACCOUNT: str(person.pk),
        BlockKind.DEVICE: BrowserUse.objects.get(user=person).browser,
        BlockKind.ADDRESS: "203.0.113.0/24",
    }

    async def story():
        async with live_window(cookie=cookie) as theirs, live_window(seller, follow=conversation.pk) as other:
            await theirs.hear("unread")
            await database_sync_to_async(_set_block)(kind, values[kind], BlockScope.EVERYTHING)
            assert await theirs.is_closed(within=5) == NOT_SIGNED_IN
            if kind is not BlockKind.ADDRESS:  # windows of tests all come from one
                await other.say({"type": "message", "conversation": conversation.pk, "body": "还在"})
                assert (await other.hear("message"))["body"] == "还在"

    asyncio.run(story())


def test_a_block_of_less_leaves_windows_open_and_one_that_is_lifted_lets_people_in(conversation, buyer, settings):
    settings.LIVE = settings.LIVE | {"look_again_seconds": 0.3}

    def block_and_lift():
        row = _set_block(BlockKind.ACCOUNT, str(buyer.pk), BlockScope.EVERYTHING)
        lift_block(block_id=row.pk, staff=make_moderator(), reason="弄错了")

    async def story():
        async with live_window(buyer) as ours:
            await ours.hear("unread")
            await database_sync_to_async(_set_block)(BlockKind.ACCOUNT, str(buyer.pk), BlockScope.BUYING)
            await asyncio.sleep(1)
            await ours.say({"type": "ping"})
            await ours.hear("pong")
            await database_sync_to_async(block_and_lift)()
            await asyncio.sleep(1)  # the look between the two may have ended it, which is right; another one opens
            async with live_window(buyer) as again:
                await again.say({"type": "ping"})
                await again.hear("pong")

    asyncio.run(story())


def test_windows_of_staff_stay_whatever_is_blocked(conversation):
    moderator = make_moderator()

    async def story():
        async with live_window(moderator) as ours:
            await ours.hear("unread")
            await database_sync_to_async(block)(BlockScope.EVERYTHING)
            await asyncio.sleep(1)
            await ours.say({"type": "ping"})
            await ours.hear("pong")

    asyncio.run(story())
