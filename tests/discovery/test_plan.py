import pytest

from marketplace.discovery.language.plan import understand
from marketplace.discovery.language.thesaurus import Entry, ThesaurusKind, make_thesaurus
from tests.discovery.words import GIGS, lexicon_of


@pytest.fixture(scope="module")
def lexicon():
    return lexicon_of()


def words(plan):
    return [concept.text for concept in plan.concepts]


def terms(plan):
    return {one.term: one.weight for concept in plan.concepts for one in concept.alternatives}


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("xiaochengxu", ["小程序"]),
        ("logo sheji", ["logo", "设计"]),
        ("logosheji", ["logo", "设计"]),
        ("gongzhonghaopaiban", ["公众号", "排版"]),
        ("gongzonghao", ["公众号"]),  # zh heard as z
        ("jianli youhua", ["简历", "优化"]),
        ("bzhan", ["b站"]),
        ("moban", ["模板"]),
        ("lgsj", ["logo", "设计"]),
        ("gzhpb", ["公众号", "排版"]),
        ("pptmh", ["ppt", "美化"]),
        ("xcx", ["小程序"]),
        ("xcxsc", ["小程序", "商城"]),  # never side by side in the catalogue
        ("pythn", ["python"]),
        ("shopfiy独立站", ["shopify", "独立站"]),
        ("公众浩排版", ["公众号", "排版"]),  # the same sound
        ("小程续", ["小程序"]),
        ("简厉优化", ["简历", "优化"]),
        ("包庄设计", ["包装", "设计"]),
        ("小序程", ["小程序"]),  # another order
        ("独立战", ["独立站"]),
        ("名片社计", ["名片", "设计"]),
        ("C4D建模", ["c4d", "建模"]),
        ("b站后期", ["b站", "后期"]),
        ("c++", ["c++"]),
    ],
)
def test_what_was_meant_is_searched(lexicon, typed, searched):
    assert words(understand(typed, lexicon)) == searched


@pytest.mark.parametrize("typed", ["公众浩排版", "shopfiy独立站", "小程续", "pythn"])
def test_a_mended_slip_is_said_and_weighs_less_and_can_be_refused(lexicon, typed):
    plan = understand(typed, lexicon)
    assert plan.corrected
    assert any(kind == "slip" for _typed, _searched, kind in plan.guesses)
    assert max(one.weight for one in plan.concepts[0].alternatives) <= 0.9
    literal = understand(typed, lexicon, as_typed=True)
    assert literal.corrected == ""
    assert not any(kind == "slip" for _typed, _searched, kind in literal.guesses)


@pytest.mark.parametrize("typed", ["xiaochengxu", "lgsj", "公众号", "logo"])
def test_pinyin_and_first_letters_are_no_slips(lexicon, typed):
    assert understand(typed, lexicon).corrected == ""


@pytest.mark.parametrize("typed", [title for title, _tags, _seller in GIGS])
def test_what_stands_in_the_catalogue_is_never_mended(lexicon, typed):
    assert understand(typed, lexicon).corrected == ""


@pytest.mark.parametrize(
    "typed",
    ["航空母舰", "石油钻井", "螃蟹批发", "租房中介", "二手车", "hjklqwer", "xxyyzzqq", "zzzz", "123456", "哈哈哈"],
)
def test_nonsense_and_what_nobody_sells_is_known_as_such(lexicon, typed):
    assert understand(typed, lexicon).nothing_known


def test_words_that_sound_alike_are_all_searched():
    lexicon = lexicon_of([("价格监测", ("监测",), "甲"), ("图像检测", ("检测",), "乙"), ("检测报告", ("检测",), "丙")])
    found = terms(understand("jiance", lexicon))
    assert found["检测"] == 1.0
    assert 0 < found["监测"] < 1.0


def test_synonyms_weigh_less_than_what_was_typed_and_kinds_less_than_synonyms(lexicon):
    found = terms(understand("标识", lexicon))
    assert found["标志"] == found["logo"] == 0.8
    assert 0 < found["商标"] < 0.8


def test_words_together_mean_what_the_thesaurus_says_of_them(lexicon):
    together, alone = terms(understand("商标设计", lexicon)), terms(understand("商标", lexicon))
    assert together["logo"] > together["商标"]
    assert alone["商标"] == 1.0


def test_generic_words_weigh_a_quarter_unless_there_are_no_others(lexicon):
    core, generic = understand("海报设计", lexicon).concepts
    assert (core.is_generic, generic.is_generic) == (False, True)
    assert generic.idf < core.idf / 2
    assert not understand("设计", lexicon).concepts[0].is_generic


def test_a_sellers_name_is_known_whole_and_in_part(lexicon):
    whole, part = understand("白鹤设计", lexicon), understand("老王", lexicon)
    assert (whole.seller, whole.seller_share) == ("白鹤设计", 1.0)
    assert part.seller == "老王"
    assert part.seller_share < 1
    assert understand("翻译", lexicon).seller == ""  # a word of the catalogue is no name


def test_a_category_is_named_in_english_too(lexicon):
    plan = understand("Translation", lexicon)
    assert plan.is_category
    assert plan.category_slugs == {"translation"}
    assert not understand("translation of a letter", lexicon).is_category


@pytest.mark.parametrize(("typed", "searched"), [("logos", "logo"), ("website", "websites")])
def test_an_english_word_in_its_other_number_is_no_slip(typed, searched):
    lexicon = lexicon_of([*GIGS, ("Websites 英文网站", ("websites",), "甲")])
    plan = understand(typed, lexicon)
    assert searched in terms(plan)
    assert (plan.corrected, plan.guesses) == ("", ())


def test_a_category_is_named_by_its_whole_name_only(lexicon):
    assert understand("翻译", lexicon).category_slugs == {"translation"}
    assert understand("翻译", lexicon).is_category
    assert understand("海报设计", lexicon).category_slugs == frozenset()


@pytest.mark.parametrize(
    ("typed", "ours"), [("影片剪輯", "视频"), ("資料分析", "数据"), ("網站開發", "网站"), ("履歷優化", "简历")]
)
def test_taiwans_words_find_ours(lexicon, typed, ours):
    lexicon = lexicon_of([*GIGS, ("视频拍摄", ("视频",), "甲")])
    assert ours in terms(understand(typed, lexicon))


def test_conditions_and_names_are_taken_out_of_the_words(lexicon):
    plan = understand("便宜的 300元以内 logo", lexicon)
    assert words(plan) == ["logo"]
    assert {one.field for one in plan.constraints} == {"prefer", "price_max_fen"}


def test_a_long_text_is_cut_off_and_understood(lexicon):
    assert len(understand("小程序开发" * 200, lexicon).concepts) <= 12


def test_a_part_of_a_word_finds_the_words_it_is_in():
    lexicon = lexicon_of([("朋友圈文案", ("朋友圈",), "甲")])
    assert "朋友圈" in terms(understand("友圈", lexicon))


def test_weights_of_the_thesaurus_can_be_said_word_by_word():
    thesaurus = make_thesaurus([Entry(ThesaurusKind.SAME, ["翻译"], ["口译:70", "同传"], ["润色:20"])])
    assert thesaurus.of("翻译") == {"口译": 0.7, "同传": 0.75, "润色": 0.2}
    assert thesaurus.of("口译") == {"翻译": 0.4}
    assert thesaurus.of("润色") == {}
