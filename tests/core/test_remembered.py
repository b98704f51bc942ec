"""Small things kept each by itself, on the real server: read once, ended by their own tags, never within a transaction."""

from dataclasses import make_dataclass

import pytest
from django.db import transaction

from marketplace.core import page_cache
from marketplace.core.remembered import remember_each, shape_of

pytestmark = pytest.mark.usefixtures("committed_db")


class Shelf:
    """Reads teas, and says which it was asked for."""

    def __init__(self):
        self.asked = []
        self.teas = {"a": "oolong", "b": "green"}

    def read(self, keys):
        self.asked.append(sorted(keys))
        return {key: self.teas[key] for key in keys if key in self.teas}

    def remembered(self, *keys):
        names = {key: f"tea:{key}" for key in keys}
        return remember_each(names, self.read, tags_of=lambda key, _tea: (f"tea:{key}", "teas"))


@pytest.fixture
def shelf(monkeypatch):
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0)  # changes of these tests are less than a second old
    return Shelf()


def test_only_what_is_not_kept_is_read(shelf):
    assert shelf.remembered("a") == {"a": "oolong"}
    assert shelf.remembered("a", "b") == {"a": "oolong", "b": "green"}
    assert shelf.remembered("b", "a") == {"b": "green", "a": "oolong"}
    assert shelf.asked == [["a"], ["b"]]


def test_what_there_is_not_is_asked_for_again(shelf):
    assert shelf.remembered("a", "c") == {"a": "oolong"}
    shelf.teas["c"] = "white"
    assert shelf.remembered("a", "c") == {"a": "oolong", "c": "white"}
    assert shelf.asked == [["a", "c"], ["c"]]


def test_a_change_ends_what_shows_it_and_nothing_else(shelf):
    shelf.remembered("a", "b")
    shelf.teas["a"] = "black"
    page_cache.forget("tea:a")
    assert shelf.remembered("a", "b") == {"a": "black", "b": "green"}
    page_cache.forget("teas")
    shelf.remembered("a", "b")
    assert shelf.asked == [["a", "b"], ["a"], ["a", "b"]]


def test_a_change_within_the_second_before_the_reading_may_have_been_missed(shelf, monkeypatch):
    page_cache.forget("tea:a")
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 1)
    shelf.remembered("a")
    shelf.remembered("a")
    assert shelf.asked == [["a"], ["a"]]


def test_a_page_shows_what_is_kept_as_what_is_read(shelf):
    for _first_and_again in range(2):
        with page_cache.noting() as shown:
            shelf.remembered("a", "b")
        assert shown.tags == {"tea:a", "tea:b", "teas"}


def test_a_transaction_neither_keeps_what_it_reads_nor_reads_what_is_kept(shelf):
    shelf.remembered("a")
    with transaction.atomic(), page_cache.noting() as shown:
        shelf.teas["a"] = "a change that nobody else sees"
        assert shelf.remembered("a") == {"a": "a change that nobody else sees"}
        assert shown.tags == {"tea:a", "teas"}
    assert shelf.remembered("a") == {"a": "oolong"}


def test_without_the_server_everything_is_read(shelf, settings):
    settings.CACHES = {name: one | {"LOCATION": "redis://127.0.0.1:9/1"} for name, one in settings.CACHES.items()}
    assert shelf.remembered("a") == {"a": "oolong"}
    assert shelf.remembered("a") == {"a": "oolong"}
    assert shelf.asked == [["a"], ["a"]]


def test_the_name_changes_with_the_fields_of_what_is_kept():
    before = make_dataclass("Tea", ["name"])
    after = make_dataclass("Tea", ["name", "price"])
    assert shape_of(before) == shape_of(make_dataclass("Tea", ["name"]))
    assert len({shape_of(before), shape_of(after), shape_of(before, after)}) == 3
