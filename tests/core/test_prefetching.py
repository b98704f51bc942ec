"""A page is given at once what the last two pages of its address both asked for, and nothing that it may not hold."""

import pytest
from django.core.cache import cache, caches

from marketplace.core import one_page, page_cache, prefetching
from marketplace.core.forgiving import forgiving_cache
from marketplace.core.remembered import remember
from tests.asked_keys import keys_asked

ADDRESS = "/test-page/"


@pytest.fixture
def asked(monkeypatch):
    """How often each key was read, and under "" in how many questions."""
    prefetching.forget_all()
    for number in range(5):
        cache.set(f"test:{number}", number)
    return keys_asked(monkeypatch)


def page(*numbers: int, address: str = ADDRESS) -> list[int]:
    """A page that asks for these, one after the other."""
    with one_page.while_one_page_is_made(address):
        return [forgiving_cache.get(f"test:{number}") for number in numbers]


def questions_of(asked, *numbers: int) -> int:
    asked.clear()
    assert page(*numbers) == list(numbers)
    return asked[""]


def test_what_the_last_two_pages_asked_for_is_one_question_for_the_third(asked):
    assert [questions_of(asked, 0, 1, 2) for _page in range(3)] == [3, 3, 1]


def test_what_only_one_of_them_asked_for_is_not_prefetching(asked):
    page(0, 1)
    page(0, 2)
    assert questions_of(asked, 0, 3) == 2
    assert set(asked) == {"", cache.make_key("test:0"), cache.make_key("test:3")}


def test_another_address_has_its_own(asked):
    page(0, 1)
    page(0, 1)
    asked.clear()
    page(2, address="/another/")
    assert cache.make_key("test:0") not in asked


def test_the_same_is_asked_for_once_in_a_page_and_anew_in_the_next(asked):
    assert page(0, 0, 0) == [0, 0, 0]
    assert asked[cache.make_key("test:0")] == 1
    cache.set("test:0", 7)
    assert page(0) == [7]


def test_what_a_page_writes_it_reads_anew(asked):
    for _page in range(2):
        page(0, 1)
    with one_page.while_one_page_is_made(ADDRESS):
        assert forgiving_cache.get("test:0") == 0
        cache.set("test:0", "set")
        cache.set_many({"test:1": "set too"})
        assert [forgiving_cache.get("test:0"), forgiving_cache.get("test:1")] == ["set", "set too"]
        cache.delete("test:0")
        assert forgiving_cache.get("test:0") is None
        assert cache.add("test:0", "added")
        assert forgiving_cache.get("test:0") == "added"
        cache.delete_many(["test:0"])
        assert forgiving_cache.get("test:0", "away") == "away"


def test_a_limit_or_a_lock_asks_the_server_each_time(asked):
    with one_page.while_one_page_is_made(ADDRESS):
        assert forgiving_cache.get("test:0") == 0
        asked.clear()
        assert [cache.get("test:0"), cache.get("test:0")] == [0, 0]
        assert asked[""] == 2


def test_outside_of_a_page_nothing_is_held(asked):
    assert [forgiving_cache.get("test:0"), forgiving_cache.get("test:0")] == [0, 0]
    assert asked[""] == 2


def test_who_waits_for_what_another_reads_is_not_shown_what_was_there_before(asked, monkeypatch):
    """remembered.py looks again and again: held for the page, it would not see that it is there now."""
    with one_page.while_one_page_is_made(ADDRESS):
        assert forgiving_cache.get("test:waited") is None
        cache.add("test:waited:reading", "somebody else")
        sleeps = []

        def sleep(_seconds):
            sleeps.append(1)
            if len(sleeps) == 2:  # by another process, of which this page knows nothing
                with monkeypatch.context() as elsewhere:
                    elsewhere.setattr(prefetching, "drop", lambda _keys: None)
                    cache.delete("test:waited:reading")
                    token = one_page._held.set(None)
                    remember("test:waited", lambda: "theirs", seconds=60)
                    one_page._held.reset(token)

        monkeypatch.setattr("marketplace.core.remembered.time.sleep", sleep)
        monkeypatch.setattr("marketplace.core.remembered.connection", type("_None", (), {"in_atomic_block": False}))
        assert remember("test:waited", lambda: "ours", seconds=60) == "theirs"


def test_wagtails_picture_is_not_written_back_to_where_a_page_read_it(asked):
    renditions = caches["renditions"]
    renditions.set("test:picture", "a row")
    with one_page.while_one_page_is_made(ADDRESS):
        assert renditions.get_many(["test:picture"]) == {"test:picture": "a row"}
        renditions.set("test:picture", "the same row")
        renditions.set_many({"test:picture": "the same row", "test:third": "new too"})
        renditions.set("test:another", "a new one")
    assert renditions.get_many(["test:picture", "test:another"]) == {
        "test:picture": "a row",
        "test:another": "a new one",
    }


def test_so_many_addresses_are_known_and_no_page_of_a_thousand_keys(asked, monkeypatch):
    monkeypatch.setattr(prefetching, "_MOST_KNOWN", 3)
    monkeypatch.setattr(prefetching, "_MOST_KEYS", 4)
    for number in range(10):
        page(0, address=f"/{number}/")
        assert len(prefetching._known) <= 3
    page(0, 1, 2, 3, 4, address="/long/")
    assert "/long/" not in prefetching._known


def test_what_is_made_of_what_a_page_has_loaded_is_no_younger_than_that(asked):
    """A change between the two would else be taken for older than what knows nothing of it."""
    with one_page.while_one_page_is_made(ADDRESS):
        assert prefetching.age_seconds() == 0
        forgiving_cache.get("test:0")
        prefetching._page.get().loads_since -= 3.5
        began = page_cache.begins_at()
    assert page_cache.moment() - began == pytest.approx(3.5, abs=0.5)
