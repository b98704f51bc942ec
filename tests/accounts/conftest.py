"""The identity sandbox as a process of its own, and browsers that go there and come back."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings as django_settings
from django.test import Client

from portal.embedded.paths import PROJECT
from portal.embedded.valkey import free_port
from tests.payments.sandbox.conftest import Reply, eventually, fetch

IN_WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Mobile MicroMessenger/8.0.49(0x18003137) NetType/WIFI"
ON_A_PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148"


@dataclass(frozen=True)
class Identity:
    """The running sandbox, and what one does there."""

    url: str

    def fault(self, **faults: Any) -> None:
        """Misbehave from now on, until the test ends."""
        import json

        assert fetch(f"{self.url}/control/faults", json.dumps(faults).encode()).status == 200

    def answer(self, authorize_url: str, name: str, *, agrees: bool = True, user_agent: str = "") -> Reply:
        """Somebody of this name sees the screen and agrees, or does not; returns the way back."""
        address = authorize_url.partition("#")[0]
        headers = {"User_Agent": user_agent} if user_agent else {}
        page = fetch(address, **headers)
        assert page.status == 200, page.text
        form = {"nickname": name, "answer": "agree" if agrees else "refuse"}
        return fetch(address, urlencode(form).encode(), **headers)


@pytest.fixture(scope="session")
def identity_process() -> Iterator[str]:
    """One process for all tests: identities follow from names, and each test makes its own codes."""
    port = free_port()
    environment = os.environ | {"IDENTITY_REDIRECT_HOSTS": "testserver", "IDENTITY_CODE_SECONDS": "600"}
    command = [sys.executable, "-m", "uvicorn", "marketplace.accounts.sandbox.asgi:application"]
    command += ["--port", str(port), "--log-level", "warning"]
    process = subprocess.Popen(command, cwd=PROJECT, env=environment)
    url = f"http://127.0.0.1:{port}/identity"

    def answers() -> bool:
        assert process.poll() is None, "the identity sandbox ended at once"
        try:
            return fetch(f"{url}/healthz").status == 200
        except OSError:
            return False

    eventually(answers, within=30)
    yield url
    process.terminate()
    process.wait(10)


@pytest.fixture
def identity(identity_process: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Identity]:
    """The sandbox, with the portal's addresses pointing there and nothing misbehaving."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    placed = django_settings.IDENTITY_SANDBOX_URL
    settings.SOCIALACCOUNT_PROVIDERS = {
        provider: {
            key: value.replace(placed, identity_process) if isinstance(value, str) else value
            for key, value in values.items()
        }
        for provider, values in django_settings.SOCIALACCOUNT_PROVIDERS.items()
    }
    yield Identity(identity_process)
    assert fetch(f"{identity_process}/control/faults", method="DELETE").status == 200


@dataclass
class Traveller:
    """A browser of the portal's whose person has accounts elsewhere."""

    identity: Identity
    client: Client
    user_agent: str = ""

    def leave(self, provider: str, *, path: str = "", **fields: str) -> str:
        """Press the button; returns where it leads."""
        form = {"process": "login"} | fields
        response = self.client.post(path or f"/accounts/{provider}/login/", form, headers=self._headers)
        assert response.status_code == 302, response.content.decode()
        return response.headers["Location"]

    def come_back(self, way_back: str) -> Any:
        """Follow the way back to the portal."""
        parts = urlsplit(way_back)
        return self.client.get(f"{parts.path}?{parts.query}", headers=self._headers)

    def come_by(self, provider: str, name: str, *, agrees: bool = True, path: str = "", **fields: str) -> Any:
        """The whole way there and back."""
        reply = self.identity.answer(
            self.leave(provider, path=path, **fields), name, agrees=agrees, user_agent=self.user_agent
        )
        assert reply.status == 302, reply.text
        return self.come_back(reply.location)

    @property
    def _headers(self) -> dict[str, str]:
        return {"User-Agent": self.user_agent} if self.user_agent else {}

    @property
    def user_id(self) -> str | None:
        """Who is logged in here."""
        return self.client.session.get("_auth_user_id")


@pytest.fixture
def traveller(identity: Identity) -> Traveller:
    """A browser on a computer."""
    return Traveller(identity, Client())


@pytest.fixture
def in_wechat(identity: Identity) -> Traveller:
    """WeChat's own browser."""
    return Traveller(identity, Client(), IN_WECHAT)
