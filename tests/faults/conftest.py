"""What is taken away from a site that runs."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from marketplace.core import valkey
from tests.faults.valkey import AWAY, take_away


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes every connection and says nothing."""
    kept: list[socket.socket] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(200)

        def accept() -> None:
            while True:
                try:
                    kept.append(listener.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
    for one in kept:
        one.close()


@pytest.fixture(params=["away", "silent"])
def goes(request, settings, silent) -> Iterator[Callable[[], None]]:
    """What to call once people are logged in."""
    yield lambda: take_away(settings, silent if request.param == "silent" else AWAY)
    valkey._silent_until.clear()


@pytest.fixture
def unused_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
