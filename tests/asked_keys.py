"""Which keys of the cache the server was asked for."""

from collections import Counter

import redis


def keys_asked(monkeypatch) -> Counter[str]:
    """How often each key is read from now on, one by one or with others; and under "" how many questions that were."""
    keys, get, mget = Counter(), redis.Redis.get, redis.Redis.mget

    def one(client, name):
        keys.update([name, ""])
        return get(client, name)

    def many(client, names, *args):
        keys.update([*names, *args, ""])
        return mget(client, names, *args)

    monkeypatch.setattr(redis.Redis, "get", one)
    monkeypatch.setattr(redis.Redis, "mget", many)
    return keys
