"""Codes and tokens. In memory: both are gone after minutes anyway. One process of the sandbox holds them all."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass

from .config import App, IdentityConfig
from .people import Person


@dataclass
class Grant:
    """That a person agreed to tell one app who they are."""

    house: str
    app: App
    person: Person
    redirect_uri: str
    expires_at: float
    is_used: bool = False


class UnknownCode(Exception):
    """No such code, or not of this app, or too old."""


class UsedCode(Exception):
    """A code is good once."""


class Grants:
    """Hands out codes, changes each into a token once, knows whom a token is about."""

    def __init__(self, config: IdentityConfig) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, Grant] = {}

    def agree(self, house: str, app: App, person: Person, redirect_uri: str) -> str:
        """A code for the app, good for a while."""
        code = secrets.token_hex(16)
        grant = Grant(house, app, person, redirect_uri, time.monotonic() + self._config.code_seconds)
        with self._lock:
            self._codes[code] = grant
        return code

    def exchange(self, house: str, app: App, code: str, redirect_uri: str | None = None) -> tuple[str, Grant]:
        """A token for a code. Raises UnknownCode or UsedCode; `redirect_uri` has to be the one of before, if given."""
        with self._lock:
            grant = self._codes.get(code)
            if grant is None or (grant.house, grant.app) != (house, app) or grant.expires_at < time.monotonic():
                raise UnknownCode
            if redirect_uri is not None and redirect_uri != grant.redirect_uri:
                raise UnknownCode
            if grant.is_used:
                raise UsedCode
            grant.is_used = True
            token = secrets.token_hex(24)
            self._tokens[token] = grant
        return token, grant

    def behind(self, house: str, token: str) -> Grant | None:
        """Whom a token is about."""
        with self._lock:
            grant = self._tokens.get(token)
        return grant if grant is not None and grant.house == house else None
