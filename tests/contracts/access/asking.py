"""What each person is answered at each address. Nothing that is asked for stays done."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import Http404
from django.test import Client
from django.urls import resolve

from portal.sessions import SessionStore
from tests.contracts.access.world import World
from tests.logins import log_in

LOG_IN = ("/accounts/login/", "/accounts/login/code/")
HTMX = {"HTTP_HX_REQUEST": "true"}
# What two answers to the same question differ in.
NONCES = re.compile(
    r'(?<=name="csrfmiddlewaretoken" value=")\w+|(?<=X-CSRFToken": ")\w+|(?<=name="csrf-token" content=")\w+'
    r'|(?<=nonce=")[\w+/=-]+'
    r"|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)


@dataclass(frozen=True)
class Answer:
    """Its status, where it leads, and its body without the address that was asked for."""

    status: int
    target: str
    body: str

    @property
    def words(self) -> str:
        """As the table says it."""
        if self.target in LOG_IN:
            return "login"
        if not self.target:
            return str(self.status)
        try:
            return f"to {resolve(self.target).view_name}"
        except Http404:
            return "to nowhere"


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is rolled back."""
    block = transaction.atomic()
    block._from_testcase = True  # services that insist on the outermost transaction have it here
    with block:
        yield
        transaction.set_rollback(True)


def cookies(world: World) -> dict[str, str]:
    """The cookie of each person's session; nobody's for the stranger."""
    found = {"stranger": ""}
    for name, person in world.people.items():
        found[name] = log_in(person).cookies[settings.SESSION_COOKIE_NAME].value
    return found


class Asker:
    """Asks as one person, each time remembering nothing but the session.

    With one browser: a new one reads all static files first (WhiteNoise), which takes longer than most answers.
    """

    def __init__(self, cookie: str) -> None:
        self.cookie = cookie
        self.browser = Client(raise_request_exception=False)

    def ask(self, method: str, address: str, data: dict[str, str] | None = None, **headers: str) -> Answer:
        self.browser.cookies.clear()
        if self.cookie:
            self.browser.cookies[settings.SESSION_COOKIE_NAME] = self.cookie
        with undone():
            found = getattr(self.browser, method)(address, data, **headers)
            content = b"".join(found.streaming_content) if found.streaming else found.content
            target = found.headers.get("Location") or found.headers.get("HX-Redirect") or ""
        answer = Answer(found.status_code, urlsplit(target).path, _text(content, address))
        # What was written stands in the cache still: the session, and of what was done the limits and whatever else.
        if method not in ("get", "head") and answer.words not in ("404", "405", "login"):
            cache.clear()
        elif self.cookie:
            cache.delete(SessionStore(self.cookie).cache_key)
        return answer


def _text(content: bytes, address: str) -> str:
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"\n".join(archive.read(name) for name in archive.namelist())
    text = NONCES.sub("", content.decode(errors="replace"))
    return text.replace(address, "ADDRESS").replace(address.replace("/", "%2F"), "ADDRESS")
