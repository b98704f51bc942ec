"""The live side against bare Channels and bare Valkey. Rules: facts/performance.md, section 6.

`messages_vs_group_send`  messages a second in two-person conversations, from one window through our socket into PostgreSQL
                          and back to both windows, divided by those that bare Channels passes on with group_send and stores
                          nowhere. The same clients, two uvicorn workers each, one message in flight in each conversation
`T11`                     deliveries a second to 100 windows that follow one conversation, divided by those of Valkey itself
                          to 100 subscribers; one worker each side, eight messages in flight
`T12`                     99th percentile in milliseconds from publishing to a window, 10 messages a second to 100 windows
`T13`                     windows closed of 20 that nothing is said to for 60 seconds
`p95_ms`                  95th percentile in milliseconds from writing a message to the other person's window having it, in
                          two-person conversations at a tenth of the load of `messages_vs_group_send`
`lost`                    messages that were written and not delivered to both windows, exactly once and in order, in all of it
"""

import asyncio
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import redis.asyncio
from django.conf import settings

from marketplace.core import live
from portal.bench import machine
from portal.bench.chat_servers import Pair, Server, make_pairs
from portal.bench.websocket import Client, connect, until

CLEAN_ROUNDS_NEEDED = 3
CONVERSATIONS = 40
WINDOWS = 100
IN_FLIGHT = 8
PACED_PER_SECOND = 10
IDLE_WINDOWS, IDLE_SECONDS = 20, 60
TEXT = "您好，两家店的菜单都要双语，打印机型号我稍后发给您，周五前能出初稿吗? 字数不多。"  # facts/performance.md, 1d
PORTAL, BARE = "portal.asgi:application", "portal.bench.chat_bare:application"
WITHOUT_LIMITS = {"LIVE_MESSAGES_PER_MINUTE": "1000000", "LIVE_WINDOWS_PER_PERSON": "1000", "PYTHONWARNINGS": "ignore"}


@dataclass
class Result:
    """What was measured: one list of figures for each name, over the clean rounds."""

    rounds: list[dict[str, float]] = field(default_factory=list)
    dropped: int = 0
    closed: int = 0
    lost: int = 0

    def is_valid(self) -> bool:
        """Whether enough rounds were free of other people's work."""
        return len(self.rounds) >= CLEAN_ROUNDS_NEEDED

    def figures(self) -> dict[str, list[float]]:
        """Every published figure, per round."""
        return {
            "messages_vs_group_send": [row["messages"] / row["group_send"] for row in self.rounds],
            "T11": [row["deliveries"] / row["valkey"] for row in self.rounds],
            "T12": [row["paced_p99_ms"] for row in self.rounds],
            "p95_ms": [row["p95_ms"] for row in self.rounds],
        }

    def as_json(self) -> dict[str, Any]:
        """Medians, and what they were made of; None where no round was clean."""
        found = {
            name: round(statistics.median(values), 3) if values else None for name, values in self.figures().items()
        }
        absolute = {
            name: round(statistics.median(row[name] for row in self.rounds), 1)
            for name in ("messages", "group_send", "deliveries", "valkey", "calibration", "foreign")
            if self.rounds
        }
        counted = {"T13": self.closed, "lost": self.lost}
        rounds = {"clean_rounds": len(self.rounds), "dropped_rounds": self.dropped}
        return found | counted | rounds | {"per_second": absolute}

    def as_table(self) -> str:
        """The same for people: least, median, most."""
        lines = [f"{len(self.rounds)} clean rounds, {self.dropped} dropped (others used the machine)"]
        for name, values in self.figures().items():
            if values:
                lines.append(f"{name:<24}{min(values):>9.3f}{statistics.median(values):>9.3f}{max(values):>9.3f}")
        lines += [f"{'T13 (closed of 20)':<24}{self.closed:>9}", f"{'lost':<24}{self.lost:>9}"]
        lines += [f"{name:<24}{value:>18.2f}" for name, value in self.as_json()["per_second"].items()]
        return "\n".join(lines)


def measure(*, rounds: int, seconds: float, foreign_limit: float, idle_seconds: float = IDLE_SECONDS) -> Result:
    """All figures of `bin/bench chat`. Interleaved: every round measures everything once."""
    pairs = make_pairs(CONVERSATIONS)
    with (
        Server(PORTAL, workers=2, path="/healthz", environment=WITHOUT_LIMITS) as portal,
        Server(PORTAL, workers=1, path="/healthz", environment=WITHOUT_LIMITS) as single,
        Server(BARE, workers=2, path="/") as bare,
    ):
        return asyncio.run(_measure(pairs, portal, single, bare, rounds, seconds, foreign_limit, idle_seconds))


async def _measure(
    pairs: list[Pair],
    portal: Server,
    single: Server,
    bare: Server,
    rounds: int,
    seconds: float,
    foreign_limit: float,
    idle_seconds: float,
) -> Result:
    result = Result()
    for _ in range(rounds + 2):
        if len(result.rounds) == rounds:
            break
        row = {"calibration": machine.calibrate()}
        with machine.ForeignLoad() as load:
            row["valkey"] = await deliveries_of_valkey(seconds)
            row["deliveries"] = await deliveries(single.port, pairs[0], seconds)
            row["paced_p99_ms"] = await paced_p99(single.port, pairs[0], seconds)
            row["group_send"] = (await talk(bare.port, pairs, seconds, is_bare=True)).per_second
            ours = await talk(portal.port, pairs, seconds)
            row["messages"] = ours.per_second
            calm = await talk(portal.port, pairs[: CONVERSATIONS // 10], seconds, pause=0.05)
            row["p95_ms"] = calm.p95_ms
            result.lost += ours.lost + calm.lost
        row["foreign"] = load.share
        if load.share > foreign_limit:
            result.dropped += 1
        else:
            result.rounds.append(row)
    result.closed = await closed_when_idle(portal.port, pairs, idle_seconds)
    return result


# Two people talk


@dataclass
class Talk:
    """What came of it."""

    per_second: float
    p95_ms: float
    lost: int


class _Side:
    """One window of a conversation: what it heard, in order. Of what it was not told it asks, as a browser does."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.newest = 0
        self.client: Client | None = None
        self.news = asyncio.Event()
        self.is_ready = asyncio.Event()

    def on_text(self, payload: bytes) -> None:
        event = json.loads(payload)
        if event["type"] == "message":
            if 0 < event.get("sequence", 0) <= self.newest:  # it came by both ways
                return
            self.newest = event.get("sequence", 0)
            self.heard.append(event["client_id"])
            self.news.set()
        elif event["type"] == "resumed":
            if event.get("again") and self.client is not None and event["sequence"] > self.newest:
                asked = {"type": "resume", "conversation": event["conversation"], "after": self.newest}
                self.client.say(asked)
            self.newest = self.newest or event["sequence"]
            self.is_ready.set()
        elif event["type"] == "error":
            raise RuntimeError(event)


async def talk(port: int, pairs: list[Pair], seconds: float, *, is_bare: bool = False, pause: float = 0.0) -> Talk:
    """Each pair talks for so long, turn by turn; the next message leaves when the last one stands in both windows."""
    talks = [await _open(port, pair, is_bare) for pair in pairs]
    started = time.perf_counter()
    outcomes = await asyncio.gather(*(_take_turns(*opened, seconds, pause) for opened in talks))
    elapsed = time.perf_counter() - started
    for _pair, sides, clients in talks:
        del sides
        for client in clients:
            client.close()
    latencies = sorted(latency for one, _lost in outcomes for latency in one)
    p95 = latencies[int(len(latencies) * 0.95)] * 1000 if latencies else 0.0
    return Talk(len(latencies) / elapsed, p95, sum(lost for _one, lost in outcomes))


async def _open(port: int, pair: Pair, is_bare: bool) -> tuple[Pair, list[_Side], list[Client]]:
    sides, clients = [_Side(), _Side()], []
    for side, cookie in zip(sides, (pair.buyer_cookie, pair.seller_cookie), strict=True):
        path = f"/ws/bare/{pair.conversation_id}/" if is_bare else "/ws/live/"
        client = await connect(port, path, cookie=cookie, on_text=side.on_text)
        if not is_bare:
            side.client = client
            client.say({"type": "follow", "conversation": pair.conversation_id})
            await asyncio.wait_for(side.is_ready.wait(), 20)
        clients.append(client)
    return pair, sides, clients


async def _take_turns(
    pair: Pair, sides: list[_Side], clients: list[Client], seconds: float, pause: float
) -> tuple[list[float], int]:
    sent: list[str] = []
    latencies: list[float] = []
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        turn = len(sent) % 2
        client_id = str(uuid4())
        content = {"type": "message", "conversation": pair.conversation_id, "client_id": client_id, "body": TEXT}
        began = time.perf_counter()
        clients[turn].say(content)
        sent.append(client_id)
        if not await _heard(sides[1 - turn], client_id):
            break
        latencies.append(time.perf_counter() - began)
        if not await _heard(sides[turn], client_id):
            break
        if pause:
            await asyncio.sleep(pause)
    return latencies, sum(_faults(sent, side.heard) for side in sides)


async def _heard(side: _Side, client_id: str) -> bool:
    try:
        while client_id not in side.heard[-2:]:
            side.news.clear()
            await asyncio.wait_for(side.news.wait(), 10)
    except TimeoutError:
        return False
    return True


def _faults(sent: list[str], heard: list[str]) -> int:
    """How many were lost, doubled or out of their order."""
    if heard == sent:
        return 0
    missing = len(set(sent) - set(heard))
    doubled = len(heard) - len(set(heard))
    return missing + doubled or 1


# One conversation, many windows


async def _windows(port: int, pair: Pair) -> list[Client]:
    opened = []
    for number in range(WINDOWS):
        side = _Side()
        cookie = pair.buyer_cookie if number % 2 else pair.seller_cookie
        client = await connect(port, "/ws/live/", cookie=cookie, on_text=side.on_text)
        client.say({"type": "follow", "conversation": pair.conversation_id})
        await asyncio.wait_for(side.is_ready.wait(), 20)
        opened.append(client)
    await asyncio.sleep(1)  # the counts that each was sent
    return opened


def _notice(pair: Pair, number: int) -> bytes:
    event = {"type": "message", "conversation": pair.conversation_id, "sequence": number, "by": "buyer", "body": TEXT}
    return live.notice(live.CONVERSATION, pair.conversation_id, live.frame_of(event))


async def _closed_loop(
    channel: str, data: Callable[[int], bytes], count: Callable[[], float], seconds: float, *, receivers: int = WINDOWS
) -> float:
    """Deliveries a second with IN_FLIGHT messages on their way at any moment. `count()` is what has been delivered so far."""
    publisher = redis.asyncio.Redis.from_url(settings.LIVE["url"])
    base, sent = count(), 0
    started = time.perf_counter()
    ends = started + seconds
    while time.perf_counter() < ends:
        room = IN_FLIGHT - (sent - int((count() - base) / receivers))
        if room > 0:
            async with publisher.pipeline(transaction=False) as pipe:
                for number in range(sent, sent + room):
                    pipe.publish(channel, data(number))
                await pipe.execute()
            sent += room
        await asyncio.sleep(0)
    await until(lambda: count() - base >= sent * receivers, 10)
    elapsed = time.perf_counter() - started
    await publisher.aclose()
    return (count() - base) / elapsed


async def deliveries(port: int, pair: Pair, seconds: float) -> float:
    """Through the hub and the portal's own consumer; sessions and permission were asked when the windows opened."""
    clients = await _windows(port, pair)
    size = 0
    for client in clients:
        client.data_received = _counter(client)  # type: ignore[method-assign]  # bytes alone: the client is not what is measured
        client.received_bytes = 0
    publisher = redis.asyncio.Redis.from_url(settings.LIVE["url"])
    first = 10**6  # numbers of one width, so that each frame is as long as the next
    await publisher.publish(settings.LIVE["channel"], _notice(pair, first))
    await until(lambda: all(client.received_bytes for client in clients), 10)
    size = clients[0].received_bytes
    speed = await _closed_loop(
        settings.LIVE["channel"],
        lambda number: _notice(pair, first + 1 + number),
        lambda: sum(client.received_bytes for client in clients) / size,
        seconds,
    )
    await publisher.aclose()
    for client in clients:
        client.close()
    return speed


def _counter(client: Client) -> Any:
    def count(data: bytes) -> None:
        client.received_bytes += len(data)

    return count


class _Subscriber(asyncio.Protocol):
    """A connection to Valkey that has subscribed and counts bytes."""

    def __init__(self) -> None:
        self.received_bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.transport.write(b"SUBSCRIBE bench:raw\r\n")

    def data_received(self, data: bytes) -> None:
        self.received_bytes += len(data)


async def deliveries_of_valkey(seconds: float) -> float:
    """The yardstick: Valkey's own PUBLISH to as many subscribed connections."""
    address = urlsplit(settings.LIVE["url"])
    loop = asyncio.get_running_loop()
    subscribers: list[_Subscriber] = []
    for _ in range(WINDOWS):
        _transport, subscriber = await loop.create_connection(_Subscriber, address.hostname, address.port)
        subscribers.append(subscriber)
    await until(lambda: all(subscriber.received_bytes for subscriber in subscribers), 10)
    publisher = redis.asyncio.Redis.from_url(settings.LIVE["url"])
    for subscriber in subscribers:
        subscriber.received_bytes = 0
    await publisher.publish("bench:raw", TEXT.encode())
    await until(lambda: all(subscriber.received_bytes for subscriber in subscribers), 10)
    size = subscribers[0].received_bytes
    speed = await _closed_loop(
        "bench:raw",
        lambda _number: TEXT.encode(),
        lambda: sum(subscriber.received_bytes for subscriber in subscribers) / size,
        seconds,
    )
    await publisher.aclose()
    for subscriber in subscribers:
        subscriber.transport.close()
    return speed


async def paced_p99(port: int, pair: Pair, seconds: float) -> float:
    """Ten messages a second to all windows: how long each of them waited."""
    clients = await _windows(port, pair)
    latencies: list[float] = []

    def on_text(payload: bytes) -> None:
        event = json.loads(payload)
        if event["type"] == "message":
            latencies.append(time.perf_counter() - event["at"])

    for client in clients:
        client.on_text = on_text
    publisher = redis.asyncio.Redis.from_url(settings.LIVE["url"])
    total = max(20, round(seconds * PACED_PER_SECOND))
    for number in range(total):
        event = {"type": "message", "conversation": pair.conversation_id, "sequence": 10**7 + number, "body": TEXT}
        frame = live.frame_of(event | {"at": time.perf_counter()})
        await publisher.publish(settings.LIVE["channel"], live.notice(live.CONVERSATION, pair.conversation_id, frame))
        await asyncio.sleep(1 / PACED_PER_SECOND)
    await until(lambda: len(latencies) >= total * WINDOWS, 10)
    await publisher.aclose()
    for client in clients:
        client.close()
    latencies.sort()
    return latencies[int(len(latencies) * 0.99)] * 1000


async def closed_when_idle(port: int, pairs: list[Pair], seconds: float) -> int:
    """How many of a few windows are closed although nobody wanted it."""
    closed: list[int] = []
    clients = [
        await connect(port, "/ws/live/", cookie=pair.buyer_cookie, on_text=lambda _text: None, on_close=closed.append)
        for pair in pairs[:IDLE_WINDOWS]
    ]
    await asyncio.sleep(seconds)
    count = len(closed)
    for client in clients:
        client.on_close = None
        client.close()
    return count
