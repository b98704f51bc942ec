"""Valkey, elsewhere: where nobody listens or nobody answers, or where one of a test's own forgets."""

import subprocess
import time
from pathlib import Path
from typing import Any

import redis

from portal.embedded.valkey import free_port, valkey_command

AWAY = "redis://127.0.0.1:9"


def take_away(settings: Any, url: str = AWAY) -> None:
    """From now on everything that asks Valkey asks it there: both ways to the cache, live notices, the broker."""
    settings.REDIS_URL = url
    settings.CACHES = {name: one | {"LOCATION": f"{url}/1"} for name, one in settings.CACHES.items()}
    settings.LIVE = settings.LIVE | {"url": f"{url}/0"}
    settings.CELERY_BROKER_URL = f"{url}/2"


class OwnValkey:
    """A server that nobody else needs."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.directory = directory
        self.url = f"redis://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = subprocess.Popen(valkey_command(self.directory, self.port), stdout=subprocess.DEVNULL)
        ends = time.monotonic() + 10
        while time.monotonic() < ends:
            try:
                with redis.Redis.from_url(self.url) as client:
                    client.ping()
                    return
            except redis.RedisError:
                time.sleep(0.05)
        raise RuntimeError("Valkey did not start")

    def client(self, database: int = 0) -> redis.Redis:
        """A connection to one of its databases: 1 is the cache, 2 the broker."""
        return redis.Redis.from_url(f"{self.url}/{database}")

    def forget(self) -> None:
        """All of it, at once (FLUSHALL)."""
        with self.client() as client:
            client.flushall()

    def keep(self) -> None:
        """What it has now outlives it; what comes after does not."""
        with self.client() as client:
            client.save()

    def fall_back(self) -> None:
        """It dies and comes back with what it had kept: its last moments are lost."""
        self.die()
        self.start()

    def die(self) -> None:
        """End at once."""
        self.process.kill()
        self.process.wait(10)
