"""What is the same for a whole page is read once for it, and never longer."""

import pytest
from django.core.cache.backends.redis import RedisCacheClient
from django.urls import reverse

from marketplace.core import one_page, page_cache
from marketplace.core.config import DEFINITIONS, get_config, set_config
from marketplace.core.remembered import remember
from tests.factories import make_gig


@pytest.fixture
def asked(monkeypatch):
    """The keys that were read from the cache, one by one."""
    keys, read = [], RedisCacheClient.get

    def get(client, key, default):
        keys.append(key.rpartition(":")[2])
        return read(client, key, default)

    monkeypatch.setattr(RedisCacheClient, "get", get)
    return keys


def test_a_page_asks_for_the_constants_once_however_many_of_its_parts_do(client, db, asked):
    gig = make_gig()
    address = reverse("gigs:detail", args=[gig.pk, gig.slug])
    client.get(address)
    asked.clear()
    assert client.get(address).status_code == 200
    assert asked.count("system_config") == 1


def test_a_change_is_seen_by_the_next_part_and_nothing_is_held_outside_a_page(db, asked):
    key = "messaging.per_minute"
    before = get_config(key)
    get_config(key)
    assert asked.count("system_config") == 2
    with one_page.while_one_page_is_made():
        assert get_config(key) == get_config(key) == before
        assert asked.count("system_config") == 3
        set_config(key=key, value=before + 1, reason="test")
        assert get_config(key) == before + 1 <= DEFINITIONS[key].maximum
    assert get_config(key) == before + 1
    assert one_page.once("test:key", lambda: 1) == 1
    assert one_page.once("test:key", lambda: 2) == 2


def test_what_shows_nothing_that_changes_costs_one_question(db, monkeypatch):
    many = []
    read = RedisCacheClient.get_many
    monkeypatch.setattr(RedisCacheClient, "get_many", lambda client, keys: many.append(keys) or read(client, keys))
    for _time in range(2):
        assert remember("test:nothing", lambda: 7, seconds=60) == 7
    assert many == []
    remember("test:tagged", lambda: page_cache.shows("seller:1"), seconds=60)
    remember("test:tagged", lambda: page_cache.shows("seller:1"), seconds=60)
    assert len(many) == 1
