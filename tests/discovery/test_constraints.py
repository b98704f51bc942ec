import pytest

from marketplace.discovery.language.constraints import read_constraints
from marketplace.discovery.language.plan import understand
from tests.discovery.words import lexicon_of

LEXICON = lexicon_of()


@pytest.mark.parametrize(
    ("text", "rest", "expected"),
    [
        ("300元以内logo", "logo", {"price_max_fen": 30_000}),
        ("logo 预算2千", "logo", {"price_max_fen": 200_000}),
        ("三百元以内的海报", "海报", {"price_max_fen": 30_000}),
        ("五千以内的小程序", "小程序", {"price_max_fen": 500_000}),
        ("1000元以下网站", "网站", {"price_max_fen": 100_000}),
        ("不超过500 修图", "修图", {"price_max_fen": 50_000}),
        ("预算两千 官网", "官网", {"price_max_fen": 200_000}),
        ("1.5万以下 app", "app", {"price_max_fen": 1_500_000}),
        ("网站 5000元以上", "网站", {"price_min_fen": 500_000}),
        ("200-500元的海报", "海报", {"price_min_fen": 20_000, "price_max_fen": 50_000}),
        ("100到300元的logo", "logo", {"price_min_fen": 10_000, "price_max_fen": 30_000}),
        ("1k-3k 网站", "网站", {"price_min_fen": 100_000, "price_max_fen": 300_000}),
        ("2-5千 网站", "网站", {"price_min_fen": 200_000, "price_max_fen": 500_000}),
        ("100块 头像", "头像", {"price_max_fen": 12_000}),  # about so much
        ("一天出图 名片", "名片", {"max_days": 1}),
        ("7天内ppt", "ppt", {"max_days": 7}),
        ("24小时出图 海报", "海报", {"max_days": 1}),
        ("一周内 网站", "网站", {"max_days": 7}),
        ("十五天 小程序", "小程序", {"max_days": 15}),
        ("3个工作日 画册", "画册", {"max_days": 3}),
        ("当天交付的ppt", "ppt", {"max_days": 1}),
        ("加急 名片", "名片", {"prefer": "speed"}),
        ("急需翻译", "翻译", {"prefer": "speed"}),
        ("便宜的ppt", "ppt", {"prefer": "price"}),
        ("性价比高的网站", "网站", {"prefer": "price"}),
        ("好评 配音", "配音", {"prefer": "rating"}),
        ("评分高 翻译", "翻译", {"prefer": "rating"}),
        ("销量高的配音", "配音", {"prefer": "orders"}),
        ("便宜 300元以内 三天内 logo", "logo", {"prefer": "price", "price_max_fen": 30_000, "max_days": 3}),
    ],
)
def test_conditions_are_read_out_of_the_words(text, rest, expected):
    left, constraints = read_constraints(text)
    assert left == rest
    assert {one.field: one.value for one in constraints} == expected


def test_each_wish_about_the_order_is_one_of_its_own_and_said_twice_it_is_one():
    left, constraints = read_constraints("便宜 好评 加急 急需 logo")
    assert [(one.text, one.value) for one in constraints] == [("便宜", "price"), ("好评", "rating"), ("加急", "speed")]
    assert left == "急需 logo"


@pytest.mark.parametrize(
    "text",
    [
        "c4d建模 3d logo",
        "h5",
        "急救培训",
        "经济学辅导",
        "日语翻译",
        "早安日签",
        "365",
        "2d动画",
        "月饼礼盒",
        "一图读懂",
        "三维",
    ],
)
def test_plain_words_hold_no_condition(text):
    assert read_constraints(text) == (text, ())


def test_a_sum_beyond_all_measure_is_cut_to_the_most_there_is():
    _left, constraints = read_constraints("9999999万元以内 logo")
    assert constraints[0].value == 100_000_000


@pytest.mark.parametrize(
    "query",
    [
        "三日月 插画",
        "3月 海报",
        "6月活动海报",
        "百元店 海报",
        "20元店logo",
        "五星酒店 摄影",
        "五星级酒店画册",
        "快速排序 辅导",
    ],
)
def test_words_that_look_like_a_condition_and_are_none(query):
    assert understand(query, LEXICON).constraints == ()


@pytest.mark.parametrize(("query", "days"), [("海报 三日内", 3), ("两个月 小程序", 60), ("一月内 网站", 30)])
def test_times_are_conditions_still(query, days):
    assert [one.value for one in understand(query, LEXICON).constraints] == [days]
