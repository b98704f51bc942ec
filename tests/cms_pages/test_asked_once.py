"""A page that is made asks the cache for nothing twice, and begins no client of its own for it."""

import pytest
import redis
from django.core.cache import caches
from django.urls import reverse

from cms_pages.models import CategoryPage, HelpPage, HomePage, LandingPage
from marketplace.discovery.services import rebuild_index
from marketplace.gigs.models import Gig
from tests.asked_keys import keys_asked

# All that the last two pages of an address asked for (core/prefetching.py), and what only this one does.
MOST_QUESTIONS = 2


@pytest.fixture
def asked(monkeypatch):
    """How often each key was read."""
    return keys_asked(monkeypatch)


def addresses() -> dict[str, str]:
    gig = Gig.objects.filter(status="live").first()
    found = {kind.__name__: kind.objects.live().filter(locale__language_code="zh-hans").first().url
             for kind in (HomePage, CategoryPage, HelpPage, LandingPage)}  # fmt: skip
    found["service"] = reverse("gigs:detail", args=[gig.pk, gig.slug])
    found["seller"] = gig.seller.profile.get_absolute_url()
    found["list"] = f"{reverse('discovery:search')}?category={gig.category.parent.slug}"
    return found


def test_no_page_asks_for_anything_twice(committed_tree, asked, client):
    rebuild_index()
    for name, address in addresses().items():
        for _warm in range(3):  # what the first reads anew, the second asks whether it changed
            assert client.get(address).status_code == 200
        asked.clear()
        client.get(address)
        # The limit of searches is counted as it is looked at.
        questions = asked.pop("")
        twice = {key for key, number in asked.items() if number > 1 and ":rl:" not in key}
        assert (name, twice) == (name, set())
        assert len(asked) > 2
        assert questions <= MOST_QUESTIONS + sum(":rl:" in key for key in asked), name


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
