"""Connections for what a page can do without: a server that says nothing is asked once, not by every line of the page."""

import time
from collections.abc import Callable
from functools import cache, wraps
from threading import Lock
from typing import Any

import redis

# So long after a question that was not answered in time this process asks no other.
_LEFT_ALONE_NANOSECONDS = 3_000_000_000
_BESIDE_PAGES_MILLISECONDS = 500
_silent_until: dict[tuple[str, int, object], int] = {}


class _Brief(redis.Connection):
    """Of the cache (settings.CACHES) and of what is noted beside a request. Away at once is said as ever: ConnectionError.

    Who waits less gives up earlier, and is left alone by itself: that no visit could be noted in half a second is no reason to
    do without the cache.
    """

    def connect(self) -> None:
        """As redis-py's; raises ConnectionError without asking while the server is left alone."""
        self._require_words()
        try:
            super().connect()  # type: ignore[no-untyped-call]
        except redis.TimeoutError:
            self._leave_alone()
            raise

    def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        """As redis-py's; raises ConnectionError without asking while the server is left alone."""
        self._require_words()
        super().send_packed_command(command, check_health)  # type: ignore[no-untyped-call]

    def read_response(self, *args: Any, **kwargs: Any) -> Any:
        """As redis-py's; an answer that does not come in time is noted for all connections of the process."""
        try:
            return super().read_response(*args, **kwargs)
        except redis.TimeoutError:
            self._leave_alone()
            raise

    def _require_words(self) -> None:
        if time.monotonic_ns() < _silent_until.get(self._asked, 0):
            raise redis.ConnectionError(f"{self.host}:{self.port} did not answer a moment ago")

    def _leave_alone(self) -> None:
        _silent_until[self._asked] = time.monotonic_ns() + _LEFT_ALONE_NANOSECONDS

    @property
    def _asked(self) -> tuple[str, int, object]:
        return self.host, self.port, self.socket_timeout


class BriefConnection(_Brief):
    """In the clear, as on one machine or in one private network."""


class BriefSSLConnection(_Brief, redis.SSLConnection):
    """Over TLS."""


def brief_connection_for(url: str) -> type[redis.Connection]:
    """The class for this address: one that is named takes the place of what redis-py reads from `rediss:`."""
    return BriefSSLConnection if url.startswith("rediss:") else BriefConnection


def one_of_the_process(make: Callable[[str], redis.Redis]) -> Callable[[object], redis.Redis]:
    """`make`, called once for each address, whichever thread asks first.

    `functools.cache` alone lets two threads that come at the same time make one each, and redis-py's client that is left over
    closes its connections as it goes, under the pipeline that was made of it: a page of a process that has just begun failed.
    """
    making, made = Lock(), cache(make)

    @wraps(make)
    def given(url: object) -> redis.Redis:
        with making:
            return made(str(url))

    return given


@one_of_the_process
def client_beside_pages(url: str) -> redis.Redis:
    """The process's client for what is noted beside a page, in types that Django's cache lacks: half a second is its wait."""
    seconds = _BESIDE_PAGES_MILLISECONDS / 1000
    return redis.Redis.from_url(
        url, socket_timeout=seconds, socket_connect_timeout=seconds, connection_class=brief_connection_for(url)
    )
