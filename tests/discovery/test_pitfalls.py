"""What went wrong once with segmenters, folding and sounds (facts/search.md, sections 1 and 2), each as a test."""

import threading

import opencc
import pytest
import rjieba

from marketplace.discovery.language import Segmenter, fold, normalise
from marketplace.discovery.language.dictionary import make_dictionary
from marketplace.discovery.language.normalise import taiwan_wording
from marketplace.discovery.language.sounds import initial_keys, sound_keys
from marketplace.discovery.language.thesaurus import first_entries, make_thesaurus
from tests.discovery.words import lexicon_of


@pytest.mark.parametrize("word", ["公众号", "小程序", "短视频"])
def test_what_no_dictionary_knows_stays_whole_with_ours(word):
    assert rjieba.Jieba().cut(word, False) != [word]
    segmenter = make_dictionary(make_thesaurus(first_entries()).words).segmenter
    assert segmenter.cut(f"{word}制作")[0] == word


def test_a_word_of_ours_wins_against_the_shorter_ones_of_the_dictionary():
    # Without a frequency of its own the dictionary cuts 小程序开发 into 小/程序开发.
    assert Segmenter(["小程序"]).cut("小程序开发") == ["小程序", "开发"]


def test_words_in_another_order_are_the_same_dictionary():
    words = ["公众号", "小程序", "短视频", "b站", "公众号排版", "视频剪辑"]
    one, other = make_dictionary(words), make_dictionary(reversed(words))
    text = "公众号排版小程序短视频剪辑b站后期"
    assert one.version == other.version
    assert one.segmenter.cut(text) == other.segmenter.cut(text)
    assert make_dictionary(words[:-1]).version != one.version


def test_latin_words_of_ours_tear_no_pinyin_apart():
    assert Segmenter(["ai", "js", "ui"]).cut("paiban jsq aiui") == ["paiban", "jsq", "aiui"]


@pytest.mark.parametrize("word", ["b站", "t恤", "k歌"])
def test_words_of_both_scripts_stay_whole(word):
    assert Segmenter([word]).cut(f"{word}视频") == [word, "视频"]
    assert word not in Segmenter().cut(f"{word}视频")


@pytest.mark.parametrize("word", ["sdcard", "wordpress", "logo", "设计", "图"])
def test_no_parts_are_looked_for_in_latin_or_in_short_words(word):
    assert Segmenter(["sd", "word", "press"]).sub_words(word) == []


def test_a_long_word_of_ours_does_not_hide_its_parts():
    segmenter = Segmenter(["公众号", "排版", "公众号排版", "logo", "logo设计"])
    assert segmenter.cut("公众号排版") == ["公众号", "排版"]
    assert segmenter.compounds_in("公司logo设计 公众号排版") == ["logo设计", "公众号排版"]
    assert Segmenter(["人工智能"]).cut("人工智能") == ["人工智能"]  # no half of it is a word of ours


def test_a_word_of_four_characters_is_cut_in_two_known_ones_at_query_time():
    from marketplace.discovery.language.plan import understand

    plan = understand("视频剪辑", lexicon_of([("视频拍摄", ("视频",), "甲"), ("剪辑", ("剪辑",), "乙")]))
    assert [concept.text for concept in plan.concepts] == ["视频", "剪辑"]


def test_a_dictionary_in_use_cannot_be_added_to():
    # Why dictionaries are made whole and swapped: facts/search.md counts 1,249 of 1,252 calls that failed.
    cutter, faults = rjieba.Jieba(), []
    text = "微信小程序商城开发与公众号排版" * 2000
    go_on = threading.Event()

    def cut() -> None:
        while not go_on.is_set():
            cutter.cut(text, True)

    threads = [threading.Thread(target=cut) for _number in range(2)]
    for thread in threads:
        thread.start()
    for number in range(300):
        try:
            cutter.add_word(f"新词{number}", 50_000, None)
        except RuntimeError as fault:
            faults.append(str(fault))
    go_on.set()
    for thread in threads:
        thread.join()
    assert faults
    assert set(faults) == {"Already borrowed"}


def test_searching_while_dictionaries_are_swapped_raises_nothing():
    from marketplace.discovery.language.plan import understand

    lexicons, faults, done = [lexicon_of()], [], threading.Event()
    queries = ["公众浩排版", "xiaochengxu", "lgsj", "300元以内logo", "影片剪輯", "b站后期", "shopfiy独立站"]

    def search() -> None:
        try:
            while not done.is_set():
                for query in queries:
                    understand(query, lexicons[0])
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=search) for _number in range(4)]
    for thread in threads:
        thread.start()
    for _time in range(12):
        lexicons[0] = lexicon_of()
    done.set()
    for thread in threads:
        thread.join()
    assert faults == []


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("ＬＯＧＯ", "logo"),  # PostgreSQL's lower() makes ｌｏｇｏ of it
        ("ｅｘｃｅｌ　函数", "excel 函数"),  # the ideographic blank
        ("½", "1⁄2"),
        ("T恤", "t恤"),
    ],
)
def test_width_and_case_are_folded_before_the_script(typed, folded):
    assert fold(typed) == folded


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("頭髮", "头发"),
        ("乾隆", "乾隆"),
        ("皇后", "皇后"),
        ("著作權", "著作权"),
        ("麵條", "面条"),
        ("網站開發", "网站开发"),
    ],
)
def test_traditional_characters_become_the_right_ones(traditional, simplified):
    assert normalise(traditional) == simplified


def test_taiwans_wording_is_asked_for_beside_what_was_typed_and_never_of_simplified_text():
    from marketplace.discovery.language.plan import understand

    assert opencc.OpenCC("tw2sp").convert("程序开发") == "进程开发"  # why
    lexicon = lexicon_of(
        [("程序开发", ("程序",), "甲"), ("数据分析报告", ("数据",), "乙"), ("资料录入", ("资料",), "丙")]
    )
    plain = understand("程序开发", lexicon)
    assert all(one.term != "进程" for concept in plain.concepts for one in concept.alternatives)
    taiwan = understand("資料錄入", lexicon)
    terms = {one.term: one.weight for one in taiwan.concepts[0].alternatives}
    assert terms["资料"] == 1.0
    assert terms["数据"] < 1.0
    assert taiwan_wording("資料") == "数据"


@pytest.mark.parametrize(
    ("word", "sound"),
    [
        ("模板", "moban"),
        ("模板", "muban"),
        ("长图", "changtu"),
        ("降重", "jiangchong"),
        ("编曲", "bianqu"),
        ("绿色", "lvse"),
    ],
)
def test_a_word_is_found_by_every_sound_that_people_type(word, sound):
    assert sound in sound_keys(word)


def test_a_word_has_at_most_a_handful_of_sounds():
    assert len(sound_keys("长重行乐曲调")) <= 9


@pytest.mark.parametrize("typed", ["logosj", "lgsj", "lsj"])
def test_a_latin_word_has_three_ways_to_begin(typed):
    keys = {one + two for one in initial_keys("logo") for two in initial_keys("设计")}
    assert typed in keys
