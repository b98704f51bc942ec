import threading

import pytest

from marketplace.discovery.engines.base import GigWords
from marketplace.discovery.engines.postgres import query_literal, vector_literal
from marketplace.discovery.language import Segmenter, normalise
from marketplace.discovery.language.constraints import read_constraints
from marketplace.discovery.language.plan import one_slip_apart
from marketplace.discovery.language.sounds import initial_keys, sound_keys


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("ＬＯＧＯ　設計", "logo 设计"),
        ("  PPT  美化 ", "ppt 美化"),
        ("乾隆皇后", "乾隆皇后"),
        ("著作權", "著作权"),
        ("", ""),
    ],
)
def test_width_case_and_script_are_folded(typed, folded):
    assert normalise(typed) == folded


def test_the_order_of_the_dictionary_does_not_matter():
    words = ["公众号", "小程序", "短视频", "b站"]
    text = "公众号小程序短视频b站后期"
    assert (
        Segmenter(words).cut(text)
        == Segmenter(reversed(words)).cut(text)
        == ["公众号", "小程序", "短视频", "b站", "后期"]
    )


def test_names_keep_their_signs():
    assert Segmenter().cut("c++ c# node.js c4d建模") == ["c++", "c#", "node.js", "c4d", "建模"]


def test_a_long_word_is_found_by_its_parts():
    assert {"视频", "剪辑"} <= set(Segmenter(["视频剪辑"]).sub_words("视频剪辑"))


def test_people_type_the_reading_they_know():
    assert {"muban", "moban"} <= set(sound_keys("模板"))
    assert initial_keys("logo") == ("logo", "lg", "l")


@pytest.mark.parametrize(
    ("first", "second", "near"),
    [("shopfiy", "shopify", True), ("shopif", "shopify", True), ("abc", "abc", False), ("abcd", "badc", False)],
)
def test_one_slip_of_the_finger(first, second, near):
    assert one_slip_apart(first, second) is near
    assert one_slip_apart(second, first) is near


@pytest.mark.parametrize(
    ("text", "rest", "field", "value"),
    [
        ("300元以内logo", "logo", "price_max_fen", 30_000),
        ("logo 预算2千", "logo", "price_max_fen", 200_000),
        ("网站 5000元以上", "网站", "price_min_fen", 500_000),
        ("一天出图 名片", "名片", "max_days", 1),
        ("7天内ppt", "ppt", "max_days", 7),
        ("便宜的ppt", "ppt", "prefer", "price"),
        ("好评 配音", "配音", "prefer", "rating"),
    ],
)
def test_conditions_are_read_out_of_the_words(text, rest, field, value):
    left, constraints = read_constraints(text)
    assert left == rest
    assert [(one.field, one.value) for one in constraints] == [(field, value)]


def test_plain_words_hold_no_condition():
    assert read_constraints("c4d建模 3d logo") == ("c4d建模 3d logo", ())


def test_literals_cannot_be_broken_out_of():
    words = GigWords(1, ("it's", "a\\b"), (), (), (), (), (), "", "")
    assert vector_literal(words) == "'it''s':1A 'a\\\\b':2A"
    assert query_literal(["it's", "c++"]) == "'it''s' | 'c++'"


def test_cutting_in_many_threads_raises_nothing():
    segmenter = Segmenter(["小程序"])
    faults = []

    def work():
        try:
            for _time in range(200):
                segmenter.cut("微信小程序商城开发")
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
