"""A page that is made asks the cache for nothing twice, and begins no client of its own for it."""

from collections import Counter

import pytest
import redis
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCacheClient
from django.urls import reverse

from cms_pages.models import CategoryPage, HelpPage, HomePage, LandingPage
from marketplace.discovery.services import rebuild_index
from marketplace.gigs.models import Gig

# Asked for once for each page that is linked and is none of ours by its type: Wagtail's own answer, kept by Wagtail.
OF_WAGTAIL = "wagtail_site_root_paths"


@pytest.fixture
def asked(monkeypatch):
    """How often each key was read, one by one."""
    keys, read = Counter(), RedisCacheClient.get

    def get(client, key, default):
        keys[key.rpartition(":")[2] if OF_WAGTAIL in key else key] += 1
        return read(client, key, default)

    monkeypatch.setattr(RedisCacheClient, "get", get)
    return keys


def addresses() -> dict[str, str]:
    gig = Gig.objects.filter(status="live").first()
    found = {kind.__name__: kind.objects.live().filter(locale__language_code="zh-hans").first().url
             for kind in (HomePage, CategoryPage, HelpPage, LandingPage)}  # fmt: skip
    found["service"] = reverse("gigs:detail", args=[gig.pk, gig.slug])
    found["seller"] = gig.seller.profile.get_absolute_url()
    found["list"] = f"{reverse('discovery:search')}?category={gig.category.parent.slug}"
    return found


def test_no_page_asks_for_anything_twice(tree, asked, client):
    rebuild_index()
    for name, address in addresses().items():
        for _warm in range(2):
            assert client.get(address).status_code == 200
        asked.clear()
        client.get(address)
        # The limit of searches is counted as it is looked at.
        twice = {key for key, number in asked.items() if number > 1 and key != OF_WAGTAIL and ":rl:" not in key}
        assert (name, twice) == (name, set())
        assert sum(asked.values()) > 2


def test_the_roots_of_the_site_are_asked_for_once_for_all_pages_of_ours(tree, asked, client):
    page = CategoryPage.objects.live().filter(locale__language_code="zh-hans").first()
    for _warm in range(2):
        client.get(page.url)
    asked.clear()
    client.get(page.url)
    assert asked[OF_WAGTAIL] <= 2


def test_a_question_begins_no_client(monkeypatch):
    cache = caches["default"]
    cache.get("test:begins")
    begun, begin = [], redis.Redis.__init__

    def init(client, *args, **kwargs):
        begun.append(client)
        begin(client, *args, **kwargs)

    monkeypatch.setattr(redis.Redis, "__init__", init)
    for _time in range(3):
        cache.set("test:kept", 1)
        assert cache.get("test:kept") == 1
    assert begun == []
