"""Web processes that end, with windows open: what is noted of the people, and what others are shown."""

import asyncio
import threading

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async

from marketplace.messaging.live import presence as presence_module
from marketplace.messaging.models import Presence
from tests.messaging.live import OWN, LiveWindow, live_window, session_cookie

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(autouse=True)
def _look_often(settings):
    settings.LIVE = settings.LIVE | {"look_again_seconds": 0.3}


def test_a_process_that_is_stopped_notes_first_when_its_people_were_last_seen(buyer, seller):
    from portal.asgi import application

    async def story():
        server = ApplicationCommunicator(application, {"type": "lifespan", "asgi": {"version": "3.0"}})
        await server.send_input({"type": "lifespan.startup"})
        assert await server.receive_output() == {"type": "lifespan.startup.complete"}
        async with live_window(seller):
            async with live_window(buyer):
                pass  # as uvicorn does: first the windows, then the end
            await server.send_input({"type": "lifespan.shutdown"})
            assert await server.receive_output(5) == {"type": "lifespan.shutdown.complete"}
            return await database_sync_to_async(lambda: set(Presence.objects.values_list("user", flat=True)))()

    assert buyer.pk in asyncio.run(story())


def test_whose_process_was_killed_is_shown_as_gone_by_the_others(conversation, buyer, seller, monkeypatch):
    monkeypatch.setattr(presence_module, "FAREWELL_SECONDS", 0.2)
    monkeypatch.setattr(presence_module, "REFRESH_SECONDS", 0.5)
    monkeypatch.setattr(presence_module, "LOST_AFTER_SECONDS", 3)
    is_open, may_die = threading.Event(), threading.Event()
    cookie = session_cookie(seller)

    def other_process():
        """A hub of its own, which ends without a word: nothing closes the window."""

        async def live():
            window = LiveWindow([(b"host", b"localhost"), (b"origin", OWN), (b"cookie", cookie)], "zh-hans")
            await window.open()
            await window.hear("unread")
            is_open.set()
            await asyncio.to_thread(may_die.wait, 20)

        asyncio.run(live())

    other = threading.Thread(target=other_process)

    async def story():
        async with live_window(buyer, follow=conversation.pk) as ours:
            other.start()
            assert (await ours.hear("presence"))["online"]
            await asyncio.to_thread(is_open.wait, 20)
            may_die.set()
            await asyncio.to_thread(other.join, 20)
            gone = await ours.hear("presence", online=False)
            assert (gone["from"], bool(gone["last_seen"])) == ("seller", True)

    try:
        asyncio.run(story())
    finally:
        may_die.set()
        other.join(20)
    assert Presence.objects.filter(user=seller).exists()
