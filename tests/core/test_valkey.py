"""The process's clients of Valkey, asked for by many threads at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import redis
from django.conf import settings

from marketplace.core import live, valkey

THREADS = 8


@pytest.mark.parametrize("client", [valkey.client_beside_pages, live.client], ids=["beside pages", "live"])
def test_threads_that_come_at_once_share_one_client(client, monkeypatch):
    """A second one would close its connections as it goes, under the pipeline that somebody made of it."""
    made = []
    really = redis.Redis.from_url

    def slowly(url, **options):
        time.sleep(0.05)
        made.append(really(url, **options))
        return made[-1]

    monkeypatch.setattr(redis.Redis, "from_url", slowly)
    together = Barrier(THREADS)
    url = f"{settings.REDIS_URL}/15?client_name=threads-{client.__module__}"

    def ask(_number):
        together.wait()
        return client(url).pipeline(transaction=False).ping().execute()

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(ask, range(THREADS))) == [[True]] * THREADS
    assert len(made) == 1
