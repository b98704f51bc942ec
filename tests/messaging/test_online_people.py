"""Who has a window open anywhere, for rooms that have no windows: the search's "online now"."""

import asyncio
import time

import pytest
import redis.asyncio

from marketplace.core import live
from marketplace.messaging.live.presence import Presence


class Window:
    """As much of a socket as is counted."""

    def __init__(self, person_id):
        self.person_id, self.number = person_id, f"window-{person_id}"


@pytest.fixture
def channel(settings):
    settings.LIVE = settings.LIVE | {"channel": f"test-online-{time.time_ns()}"}
    yield settings.LIVE["channel"]
    live.client(settings.LIVE["url"]).delete(live.online_key(settings.LIVE["channel"]))


def with_presence(settings, work):
    async def run():
        client = redis.asyncio.Redis.from_url(settings.LIVE["url"])
        try:
            await work(Presence(client, settings.LIVE["channel"]))
        finally:
            await client.aclose()

    asyncio.run(run())


def test_who_opens_a_window_is_online_until_a_minute_after_the_last_sign(channel, settings, monkeypatch):
    async def come(presence):
        await presence.came(Window(7), most=5)
        await presence.refresh([Window(7), Window(8)])

    assert live.online_people() == frozenset()
    with_presence(settings, come)
    assert live.online_people() == {7, 8}
    assert live.online_people(most=1) in ({7}, {8})
    monkeypatch.setattr(live, "LOST_AFTER_SECONDS", 0)
    assert live.online_people() == frozenset()


def test_nobody_is_online_while_valkey_is_away(settings):
    settings.LIVE = settings.LIVE | {"url": "redis://127.0.0.1:1/0"}
    assert live.online_people() == frozenset()
