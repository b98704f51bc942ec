"""Valkey, elsewhere: where nobody listens, or nobody answers."""

from typing import Any

AWAY = "redis://127.0.0.1:9"


def take_away(settings: Any, url: str = AWAY) -> None:
    """From now on everything that asks Valkey asks it there: both ways to the cache, live notices, the broker."""
    settings.REDIS_URL = url
    settings.CACHES = {name: one | {"LOCATION": f"{url}/1"} for name, one in settings.CACHES.items()}
    settings.LIVE = settings.LIVE | {"url": f"{url}/0"}
    settings.CELERY_BROKER_URL = f"{url}/2"
