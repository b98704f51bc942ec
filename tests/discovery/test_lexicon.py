import threading

import pytest

from marketplace.discovery.language import lexicon
from marketplace.discovery.language.lexicon import current_lexicon, lexicon_changed
from tests.databases import together
from tests.discovery.words import lexicon_of


@pytest.fixture
def builds(monkeypatch):
    """Each build waits for `go_on` and is a lexicon of its own."""
    go_on, made = threading.Event(), []

    def build():
        assert go_on.wait(30)
        made.append(lexicon_of([(f"海报{len(made)}", (), "甲")]))
        return made[-1]

    monkeypatch.setattr(lexicon, "build_lexicon", build)
    monkeypatch.setattr(lexicon, "_lock", threading.Lock())
    return go_on, made


def test_a_short_build_is_waited_for(db, builds):
    go_on, made = builds
    go_on.set()
    first = current_lexicon()
    assert current_lexicon() is first
    lexicon_changed()
    assert current_lexicon() is made[1]


def test_who_waited_for_a_short_build_takes_it(db, builds):
    go_on, made = builds
    results = together(
        current_lexicon, current_lexicon, current_lexicon, lambda: threading.Timer(0.3, go_on.set).start()
    )
    assert len(made) == 1
    assert all(result is made[0] for result in results[:3])


def test_a_long_build_goes_on_beside_and_the_old_lexicon_answers_meanwhile(db, builds, monkeypatch):
    go_on, made = builds
    go_on.set()
    first = current_lexicon()
    monkeypatch.setattr(lexicon, "SHORT_BUILD_SECONDS", -1)
    lexicon_changed()
    go_on.clear()
    assert current_lexicon() is current_lexicon() is first  # one build for both
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "lexicon":
            thread.join(30)
    assert current_lexicon() is made[1]
    assert len(made) == 2


def test_a_build_that_fails_leaves_the_old_lexicon_and_is_tried_again(db, builds, monkeypatch):
    go_on, _made = builds
    go_on.set()
    first = current_lexicon()
    monkeypatch.setattr(lexicon, "SHORT_BUILD_SECONDS", -1)
    tries = []

    def fail():
        tries.append(1)
        raise RuntimeError("no database")

    monkeypatch.setattr(lexicon, "build_lexicon", fail)
    for expected in (1, 2):
        lexicon_changed()
        assert current_lexicon() is first
        for thread in threading.enumerate():
            if thread.name == "lexicon":
                thread.join(30)
        assert len(tries) == expected


def test_words_of_the_catalogue_are_counted_where_they_stand():
    one = lexicon_of([("海报设计", ("海报",), "甲"), ("海报印刷", ("印刷",), "乙")])
    assert (one.frequency["海报"], one.document_count) == (2, 2)
    assert one.pairs["海报", "设计"] == 1
    assert one.seller_names == {"甲", "乙"}
    assert one.core["banner"] == 0  # stands nowhere, but 海报 is near it and can be found by its sound
