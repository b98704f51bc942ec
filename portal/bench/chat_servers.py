"""What `bin/bench chat` talks to: the portal's ASGI workers as production runs them, and people with conversations."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from marketplace.accounts.models import User
from marketplace.core.config import DEFINITIONS, set_config
from marketplace.messaging.services import start_conversation
from portal.embedded.valkey import free_port
from portal.sessions import SessionStore

START_SECONDS = 240  # on a machine that does other things, too
# As README has it for production.
UVICORN = (
    "--ws",
    "portal.live_protocol:LiveProtocol",
    "--ws-max-size",
    "65536",
    "--ws-per-message-deflate",
    "false",
    "--log-level",
    "warning",
    "--no-access-log",
)


@dataclass(frozen=True)
class Pair:
    """Two people, their conversation and the cookies of their browsers."""

    conversation_id: int
    buyer_cookie: str
    seller_cookie: str


class Server:
    """uvicorn with some workers, on a free port."""

    def __init__(
        self, application: str, *, workers: int, path: str, port: int = 0, environment: Mapping[str, str] | None = None
    ) -> None:
        self.port = port or free_port()
        self._application, self._workers, self._path = application, workers, path
        self._environment = {"DEBUG": "0", "DATABASE_CONN_MAX_AGE": "600", **(environment or {})}

    def __enter__(self) -> "Server":
        self.log = tempfile.NamedTemporaryFile("w+", suffix=".log")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-W", "ignore", "-m", "uvicorn", self._application),
                *("--host", "127.0.0.1", "--port", str(self.port), "--workers", str(self._workers), *UVICORN),
            ],
            env=os.environ | self._environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        ends = time.monotonic() + START_SECONDS
        while time.monotonic() < ends and self.process.poll() is None:
            if self._answers():
                return self
            time.sleep(0.1)
        self.__exit__(None, None, None)
        raise RuntimeError(f"{self._application} did not start:\n{self.said}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=20)
        self.said = Path(self.log.name).read_text()
        self.log.close()

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}{self._path}", timeout=2).close()
        except urllib.error.HTTPError:
            return True
        except (OSError, ValueError):
            return False
        return True


def make_pairs(number: int) -> list[Pair]:
    """Two-person conversations of people of the bench, as many as asked for; those of an earlier run are used again.

    People of the bench write without pause: so much is allowed that nobody is refused, and all is counted as in production.
    """
    most = DEFINITIONS["messaging.per_minute"].maximum
    set_config(key="messaging.per_minute", value=most, reason="measured with every message counted")
    return [_make_pair(index) for index in range(number)]


def _make_pair(index: int) -> Pair:
    buyer, seller = _person(f"chat-buyer-{index}"), _person(f"chat-seller-{index}")
    conversation = start_conversation(buyer=buyer, seller=seller)
    return Pair(conversation.pk, cookie_of(buyer), cookie_of(seller))


def _person(name: str) -> User:
    person = User.objects.filter(username=name).first()
    return person or User.objects.create_user(username=name, email=f"{name}@bench.example")


def cookie_of(user: User, extra: Mapping[str, Any] | None = None) -> str:
    """A browser that is logged in already; `extra` stands in its session too."""
    session = SessionStore()
    session.update(dict(extra or {}))
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
