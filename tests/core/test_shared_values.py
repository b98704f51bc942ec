"""What nobody changes is made of its bytes once a process, and again as soon as other bytes are kept."""

import pytest
from django.core.cache import cache

from marketplace.core.cache import server_of
from marketplace.core.forgiving import forgiving_cache

pytestmark = pytest.mark.usefixtures("db")


def test_all_are_given_the_same_until_another_is_kept():
    forgiving_cache.set("test:shared", ("一", "二"), 60)
    first = forgiving_cache.get_shared("test:shared")
    assert first == ("一", "二")
    assert forgiving_cache.get_shared("test:shared") is first
    assert forgiving_cache.get("test:shared") is not first
    forgiving_cache.set("test:shared", ("三",), 60)
    assert forgiving_cache.get_shared("test:shared") == ("三",)
    forgiving_cache.delete("test:shared")
    assert forgiving_cache.get_shared("test:shared") is None


def test_what_another_release_kept_and_cannot_be_read_is_not_there():
    server_of(cache).client().set(cache.make_key("test:shared"), b"cmarketplace.core.gone\nGone\n.", ex=60)
    assert forgiving_cache.get_shared("test:shared") is None
