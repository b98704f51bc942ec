"""The cache as what a page can do without, on the real server, on none, and beside another release."""

import pytest
from django.core.cache import cache, caches
from redis.exceptions import RedisError

from marketplace.core import forgiving
from marketplace.core.forgiving import forgiving_cache


@pytest.fixture
def away(settings) -> None:
    settings.CACHES = {name: one | {"LOCATION": "redis://127.0.0.1:9/1"} for name, one in settings.CACHES.items()}


def test_both_ways_lead_to_the_same_keys():
    forgiving_cache.set("tea", "oolong", 60)
    assert cache.get("tea") == "oolong"
    cache.delete("tea")
    assert forgiving_cache.get("tea") is None
    assert forgiving_cache.add("tea", "green", 60)
    assert not forgiving_cache.add("tea", "black", 60)
    forgiving_cache.set_many({"tea": "white", "cake": "moon"}, 60)
    assert forgiving_cache.get_many(["tea", "cake"]) == {"tea": "white", "cake": "moon"}
    assert forgiving_cache.delete("tea")
    forgiving_cache.delete_many(["cake"])
    assert cache.get_many(["tea", "cake"]) == {}


@pytest.mark.usefixtures("away")
def test_while_the_server_is_away_it_is_empty():
    forgiving_cache.set("tea", "oolong", 60)
    assert forgiving_cache.get("tea", "nothing") == "nothing"
    assert forgiving_cache.get_many(["tea"]) == {}
    assert forgiving_cache.set_many({"tea": "white"}) == ["tea"]
    assert forgiving_cache.add("tea", "oolong")
    assert forgiving_cache.get_or_set("tea", lambda: "made", 60) == "made"
    assert not forgiving_cache.delete("tea")
    forgiving_cache.delete_many(["tea"])


@pytest.mark.usefixtures("away")
def test_who_counts_is_told_that_it_is_away():
    with pytest.raises(RedisError):
        cache.get("tries")
    with pytest.raises(RedisError):
        cache.add("tries", 0)
    with pytest.raises(RedisError):
        forgiving_cache.incr("tries")


@pytest.mark.usefixtures("away")
def test_a_page_that_asks_twenty_times_is_one_line_in_the_log(caplog, monkeypatch):
    monkeypatch.setattr(forgiving, "_quiet_until", 0)
    for number in range(20):
        forgiving_cache.get(f"key:{number}")
    assert len(caplog.records) == 1


def test_what_another_release_kept_is_not_there():
    """A class that has gone or moved: unpickling it fails."""
    server = caches["default"]._cache.get_client()
    server.set(forgiving_cache.make_and_validate_key("plan"), b"\x80\x05cmarketplace.core.forgiving\nAnOlderClass\n.")
    assert forgiving_cache.get("plan", "anew") == "anew"
    forgiving_cache.set("readable", 1)
    assert forgiving_cache.get_many(["plan", "readable"]) == {"readable": 1}
    with pytest.raises(AttributeError):
        cache.get("plan")
