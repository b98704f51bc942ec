"""Watched words: found however they are spaced, in one pass, and read anew after a change."""

import time

import pytest
from django.core.cache import cache

from marketplace.safety import words
from marketplace.safety.models import Level, SensitiveWord, WordTopic
from marketplace.safety.words import WatchedWord, WordFinder, word_finder


def watched(word, *, spellings=(), exceptions=(), level=Level.FLAG):
    return WatchedWord(word, tuple(spellings), tuple(exceptions), WordTopic.OTHER, level)


FINDER = WordFinder(
    [
        watched("刷单", spellings=["刷信誉"], exceptions=["反刷单"]),
        watched("代开发票", exceptions=["不代开发票"]),
        watched("开发票", exceptions=["可开发票"]),
        watched("gun"),
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("找人刷 单，一天两百", ["刷 单"]),
        ("刷\u200b單和刷*信*誉", ["刷\u200b單", "刷*信*誉"]),
        ("代开发票吗", ["代开发票"]),
        ("我们做反刷单的系统", []),
        ("ＧＵＮ", ["ＧＵＮ"]),
        ("we have begun, the gun show", ["gun"]),
        ("刷牙单品", []),
    ],
)
def test_words_are_found_however_they_are_written_and_harmless_phrases_are_not(text, found):
    assert [hit.text for hit in FINDER.find(text)] == found


def test_an_empty_list_finds_nothing():
    assert WordFinder([]).find("刷单") == []


@pytest.mark.django_db
def test_the_list_in_force_is_kept_until_it_is_forgotten():
    words.forget_words()
    SensitiveWord.objects.create(word="测试词甲", level=Level.HOLD)
    assert [hit.word.level for hit in word_finder().find("这里有测试词甲。")] == [Level.HOLD]
    first = word_finder()
    SensitiveWord.objects.filter(word="测试词甲").update(is_active=False)
    assert word_finder() is first
    words.forget_words()
    assert word_finder().find("这里有测试词甲。") == []


@pytest.mark.django_db
def test_another_process_has_the_new_list_a_second_later(monkeypatch):
    word_finder()
    SensitiveWord.objects.create(word="测试词丙", level=Level.HOLD)
    cache.delete(words._VERSION_KEY)  # as `forget_words` of another process
    assert word_finder().find("测试词丙") == []
    later = time.monotonic() + 1.1
    monkeypatch.setattr(words.time, "monotonic", lambda: later)
    assert [hit.text for hit in word_finder().find("测试词丙")] == ["测试词丙"]


@pytest.mark.django_db
def test_what_is_kept_with_no_consequence_is_not_searched_for():
    words.forget_words()
    SensitiveWord.objects.create(word="测试词乙", level=Level.NOTHING)
    assert word_finder().find("测试词乙") == []
