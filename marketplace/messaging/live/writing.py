"""Where the windows of a process hand in what they say: whatever waits is written together (services/together.py).

While one lot is being committed the next one gathers, so that a quiet portal writes each message at once and a busy one many with
one commit.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from weakref import WeakKeyDictionary

from marketplace.messaging.live.threads import in_thread_of
from marketplace.messaging.models import Message
from marketplace.messaging.services.together import Draft, send_together

logger = logging.getLogger(__name__)

AT_ONCE = 50
GATHER_SECONDS = 0.004

# A thread of its own, with a connection of its own: what is said does not queue behind what is looked up.
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live-writing")
_desks: "WeakKeyDictionary[asyncio.AbstractEventLoop, Desk]" = WeakKeyDictionary()


class LotFailed(Exception):
    """Nobody can tell whether it was written, and it bears no name by which to ask."""


def desk() -> "Desk":
    """The desk of this process (of this event loop)."""
    loop = asyncio.get_running_loop()
    if loop not in _desks:
        _desks[loop] = Desk()
    return _desks[loop]


class Desk:
    """Takes drafts, and writes them one lot after the other."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Draft, asyncio.Future[Message | None]]] = []
        self._work: asyncio.Task[None] | None = None

    async def write(self, draft: Draft) -> Message | None:
        """The message, once it is committed and told; None when `send_message` is to be asked. Raises LotFailed."""
        answer: asyncio.Future[Message | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((draft, answer))
        if self._work is None:
            self._work = asyncio.create_task(self._write_all())
        return await answer

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                lot, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
                await self._write_lot(lot)
                if len(lot) > 1:  # busy: the answers to these are on their way
                    await asyncio.sleep(GATHER_SECONDS)
        finally:
            self._work = None

    async def _write_lot(self, lot: list[tuple[Draft, "asyncio.Future[Message | None]"]]) -> None:
        try:
            written = await in_thread_of(_thread, partial(send_together, [draft for draft, _answer in lot]))
        except Exception:
            logger.exception("Messages that could not be written together")
            for draft, answer in lot:
                if answer.done():
                    continue
                if draft.client_id is not None:
                    answer.set_result(None)  # its name finds what was written after all
                else:
                    answer.set_exception(LotFailed())
            return

        for (_draft, answer), message in zip(lot, written, strict=True):
            if not answer.done():
                answer.set_result(message)
