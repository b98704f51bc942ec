"""A window of the release before on a conversation, spoken to as its scripts did."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from channels.db import database_sync_to_async

from marketplace.accounts.models import User
from tests.messaging.live import OWN, LiveWindow, session_cookie


@asynccontextmanager
async def window(
    conversation_id: int, user: User | None = None, *, language: str = "zh-hans", is_theirs: bool = True
) -> AsyncIterator[LiveWindow]:
    """A window of `user` on a conversation; it is closed in the end, come what may."""
    headers = [(b"host", b"localhost"), (b"origin", OWN)]
    if user is not None:
        headers.append((b"cookie", await database_sync_to_async(session_cookie)(user)))
    opened = LiveWindow(headers, language, path=f"/ws/conversations/{conversation_id}/")
    await opened.open()
    if user is not None and is_theirs:
        await opened.say({"type": "ping"})
        await opened.hear("pong")  # from here on the conversation is followed
    try:
        yield opened
    finally:
        await opened.close()
