"""Many people talk while the servers under them die: nothing is lost, nothing comes twice, the order holds.

SOAK_SOCKETS (500), SOAK_SECONDS (20) and SOAK_RATE (50 messages a second) make it longer or harder.
"""

import asyncio
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from marketplace.messaging.models import Message
from portal.bench.chat_servers import Server, make_pairs
from tests.faults.valkey import OwnValkey
from tests.kills.conftest import database_url
from tests.kills.windows import TalkingWindow, windows_of

SOCKETS = int(os.environ.get("SOAK_SOCKETS", "500"))
SECONDS = float(os.environ.get("SOAK_SECONDS", "20"))
MESSAGES_PER_SECOND = float(os.environ.get("SOAK_RATE", "50"))
OPEN_SECONDS = 120
STUCK_SECONDS = 60  # as long as anything still arrives it is waited for: this is about what, not about when
DOWN_SECONDS = 1.5


@pytest.fixture
def valkey(tmp_path) -> Iterator[OwnValkey]:
    server = OwnValkey(tmp_path)
    yield server
    server.die()


def workers_of(server: Server) -> list[int]:
    """The processes that serve, under the one that watches over them."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    names = {int(pid): Path(f"/proc/{pid}/cmdline").read_text() for pid in children}
    return [pid for pid, name in names.items() if "resource_tracker" not in name]


def test_nothing_is_lost_or_doubled_while_valkey_and_a_web_process_die(committed_db, valkey):
    pairs = make_pairs(SOCKETS // 2)
    environment = {
        "DATABASE_URL": database_url(),
        "REDIS_URL": valkey.url,
        "PYTHONWARNINGS": "ignore",
        "DATABASE_CONN_MAX_AGE": "600",
    }
    with Server("portal.asgi:application", workers=2, path="/robots.txt", environment=environment) as server:
        windows = asyncio.run(_soak(server, valkey, windows_of(server.port, pairs)))
    said = server.said
    assert "Traceback" not in said, said[said.index("Traceback") - 500 :][
        :5000
    ]  # a Valkey that is away is a line, no fault

    assert [len(window.unsent) for window in windows if window.unsent] == [], "never came back to who wrote it"
    sent = {client_id for window in windows for client_id in window.sent}
    assert len(sent) > SECONDS * MESSAGES_PER_SECOND * 0.5
    assert [window.refused for window in windows if window.refused] == []
    stored: dict[int, list[tuple[int, str, str]]] = {}
    for conversation, sequence, client_id, body in Message.objects.order_by("conversation", "sequence").values_list(
        "conversation_id", "sequence", "client_id", "body"
    ):
        stored.setdefault(conversation, []).append((sequence, str(client_id), body))

    names = [client_id for rows in stored.values() for _sequence, client_id, _body in rows]
    assert len(names) == len(set(names)), "stored twice"
    assert set(names) == sent, "lost before it was stored"
    for window in windows:
        rows = stored.get(window.conversation_id, [])
        assert [sequence for sequence, _client_id, _body in rows] == list(range(1, len(rows) + 1))
        shown = [(sequence, *window.shown[sequence]) for sequence in sorted(window.shown)]
        assert shown == rows, "a window shows something else than what is stored"
    # Each sender's words stand in the order in which they were written.
    for window in windows:
        order = [
            client_id
            for _sequence, client_id, _body in stored.get(window.conversation_id, [])
            if client_id in window.sent
        ]
        assert order == window.sent
    assert sum(window.connections > 1 for window in windows) > 0, "no window lost its web process: nothing was tried"


async def _soak(server: Server, valkey: OwnValkey, windows: list[TalkingWindow]) -> list[TalkingWindow]:
    stop = asyncio.Event()
    running = []
    for window in windows:
        running.append(asyncio.create_task(window.run(stop)))
        await asyncio.sleep(0.01)
    await _until(lambda: all(window.is_ready for window in windows), OPEN_SECONDS, "not all windows opened")

    began = time.monotonic()
    chance = random.Random(7)
    faults = [(SECONDS / 3, "valkey"), (SECONDS * 2 / 3, "worker")]
    number = 0
    while time.monotonic() - began < SECONDS:
        if faults and time.monotonic() - began > faults[0][0]:
            if faults.pop(0)[1] == "valkey":
                valkey.die()
                asyncio.get_running_loop().call_later(DOWN_SECONDS, lambda: asyncio.ensure_future(_start(valkey)))
            else:
                os.kill(chance.choice(workers_of(server)), signal.SIGKILL)
        chance.choice(windows).write(f"第 {number} 句：两家店的菜单都要双语")
        number += 1
        await asyncio.sleep(max(0.0, began + number / MESSAGES_PER_SECOND - time.monotonic()))

    said = {window.conversation_id: 0 for window in windows}
    for window in windows:
        said[window.conversation_id] += len(window.sent)

    def missing() -> int:
        shown = sum(said[window.conversation_id] - len(window.shown) for window in windows)
        return shown + sum(len(window.unsent) for window in windows)

    left, since = missing(), time.monotonic()
    while left and time.monotonic() - since < STUCK_SECONDS:
        await asyncio.sleep(0.2)
        if (now := missing()) != left:
            left, since = now, time.monotonic()
    stop.set()
    await asyncio.gather(*running)
    latencies = sorted(latency for window in windows for latency in window.latencies)
    print(
        f"\n{number} messages, {len(windows)} windows, {sum(w.connections for w in windows)} connections, "
        f"{sum(w.doubled for w in windows)} frames left out, p50 {latencies[len(latencies) // 2] * 1000:.0f} ms, "
        f"p95 {latencies[int(len(latencies) * 0.95)] * 1000:.0f} ms"
    )
    return windows


async def _start(valkey: OwnValkey) -> None:
    await asyncio.to_thread(valkey.start)


async def _until(condition: Callable[[], bool], seconds: float, problem: str) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, problem
        await asyncio.sleep(0.1)
