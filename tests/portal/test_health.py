"""What load balancers and people learn from /healthz."""

import pytest
from django.core.cache import cache
from django.test import Client

from portal import health

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """How often the workers were really asked."""
    times: list[str] = []

    def ping() -> str:
        times.append("ping")
        return "up"

    monkeypatch.setattr(health, "_ask_worker", ping)
    return times


def test_every_part_is_named(asked):
    response = Client().get("/healthz")
    assert (response.status_code, set(response.json()["parts"])) == (200, {"database", "cache", "worker", "search"})


def test_the_workers_are_asked_once_in_five_seconds(asked):
    for _again in range(3):
        Client().get("/healthz")
    assert asked == ["ping"]
    cache.delete(health.WORKER_ANSWER)  # five seconds later
    Client().get("/healthz")
    assert asked == ["ping", "ping"]


def test_a_load_balancer_asks_for_what_pages_need_and_nobody_asks_the_workers(asked, monkeypatch):
    monkeypatch.setitem(health.PARTS, "worker", lambda: "down")
    response = Client().get("/healthz?for=web")
    assert (response.status_code, response.json()["parts"]) == (200, {"database": "up", "cache": "up"})
    assert asked == []
    assert Client().get("/healthz").status_code == 503


def test_plain_http_gets_an_answer_there_and_a_redirect_elsewhere(asked, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/healthz?for=web").status_code == 200
    assert Client().get("/accounts/login/").status_code == 301
    assert Client().get("/healthz/elsewhere").status_code == 301
