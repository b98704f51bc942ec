import pytest

from marketplace.discovery.engines.base import GigWords
from marketplace.discovery.engines.postgres import query_literal, vector_literal
from marketplace.discovery.language import Segmenter, normalise
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


def test_literals_cannot_be_broken_out_of():
    words = GigWords(1, ("it's", "a\\b"), (), (), (), (), (), "", "")
    assert vector_literal(words) == "'it''s':1A 'a\\\\b':2A"
    assert query_literal(["it's", "c++"]) == "'it''s' | 'c++'"
