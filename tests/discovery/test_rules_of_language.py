"""The rules of language, each with words that stand in no judged set: what holds for these holds for others too."""

import json
from itertools import product
from pathlib import Path

import pytest

from marketplace.discovery.language.constraints import read_constraints
from marketplace.discovery.language.plan import understand
from tests.discovery.words import lexicon_of

GIGS = (
    ("情书代笔 手写信", ("情书",), "甲"),
    ("古筝独奏录制", ("古筝",), "乙"),
    ("族谱编修 排印", ("族谱",), "丙"),
    ("沙盘模型 楼盘微缩", ("沙盘",), "丁"),
    ("皮影戏偶绘样", ("皮影",), "戊"),
    ("漆器补绘", ("漆器",), "己"),
    ("谱曲填词 校歌队歌", ("谱曲", "校歌"), "庚"),
    ("龙舟涂装设计", ("龙舟",), "辛"),
    ("盆景装裱清洗", ("盆景", "清洗"), "壬"),
)
LEXICON = lexicon_of(GIGS)
THINGS = ("情书", "族谱编修", "沙盘模型", "皮影")


def plan_of(typed):
    return understand(typed, LEXICON)


def terms_of(typed, *gigs):
    lexicon = lexicon_of([(title, tuple(title.split()), "某") for title in gigs])
    return {one.term: one.weight for concept in understand(typed, lexicon).concepts for one in concept.alternatives}


def test_the_words_of_these_checks_stand_in_no_judged_set():
    data = Path(__file__).parent / "data"
    asked = {
        query["query"]
        for name in ("search_dev", "search_blind")
        for query in json.loads((data / f"{name}.json").read_text())["queries"]
    }
    assert not [(query, thing) for query in asked for thing in THINGS if thing in query]


OPENINGS = """
    帮我写 想找人做 哪里有 求推荐 请问有没有 谁会做 我想要一份 需要一个 麻烦帮忙找个
    有人会做 急求 找个会 在哪里找 能不能帮我做个 你好,我想要
"""
CLOSINGS = "求推荐 多少钱 哪家好 谁会做 有人做吗 怎么收费 在线等 的师傅 吗? 谢谢"


@pytest.mark.parametrize(("opening", "thing"), list(product(OPENINGS.split(), THINGS)))
def test_what_is_said_before_the_thing_is_left_out(opening, thing):
    plan = plan_of(opening + thing)
    assert plan.asked.removeprefix("写").removeprefix("做").lstrip("一份个") == thing
    assert {one.text for one in plan.concepts if not one.is_generic} == {
        one.text for one in plan_of(thing).concepts if not one.is_generic
    }


@pytest.mark.parametrize(
    ("thing", "closing"),
    list(product(THINGS, CLOSINGS.split())),
)
def test_what_is_said_after_the_thing_is_left_out(thing, closing):
    assert plan_of(thing + closing).asked == thing


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("谱首校歌", "谱校歌"),
        ("写一封情书", "写一封情书"),  # 封 is no measure we know: nothing is guessed
        ("写篇情书", "写情书"),
        ("修一本族谱", "修族谱"),
        ("做两个沙盘", "做沙盘"),
        ("一套族谱", "族谱"),
        ("定制个沙盘", "定制沙盘"),
        ("画幅皮影", "画皮影"),
        ("写一首歌", "写歌"),
        ("想给我家猫画一张画", "猫画"),
        ("做一张画册封面", "做画册封面"),
        ("我家居住空间设计", "我家居住空间设计"),
    ],
)
def test_measure_words_are_left_out(typed, asked):
    assert plan_of(typed).asked == asked


WHOLE = """
    求婚策划 请柬 推荐信 招牌 会计 找补差价 寻人启事 想象力训练 要件翻译 能源报告 来电铃声 给水图纸 做工艺品
    写字楼模型 做个人画像 画册 拍片场 招标文件
"""


@pytest.mark.parametrize("typed", WHOLE.split())
def test_a_word_that_begins_like_a_phrase_stays_whole(typed):
    assert plan_of(typed).asked == typed


@pytest.mark.parametrize(
    ("typed", "low", "high"),
    [
        ("150到420的漆器", 15_000, 42_000),
        ("漆器 60-95", 6_000, 9_500),
        ("两百到六百的漆器", 20_000, 60_000),
        ("四五百的漆器", 40_000, 50_000),
        ("七八千 漆器", 700_000, 800_000),
        ("两三百块的漆器", 20_000, 30_000),
        ("三四十块的漆器", 3_000, 4_000),
        ("价格在250以下的漆器", None, 25_000),
        ("750以内漆器", None, 75_000),
        ("一千二以内 漆器", None, 120_000),
        ("漆器 预算三千五", None, 350_000),
        ("90预算 漆器", None, 9_000),
        ("几百块 漆器", None, 100_000),
        ("百把块的漆器", None, 12_000),
        ("漆器 ¥45", None, 5_400),
        ("<350 漆器", None, 35_000),
        ("650左右的漆器", None, 78_000),
        ("2,400元以内 漆器", None, 240_000),
        ("650起 漆器", 65_000, None),
        ("高于3000的漆器", 300_000, None),
    ],
)
def test_prices_are_read_however_they_are_written(typed, low, high):
    rest, constraints = read_constraints(typed)
    found = {one.field: one.value for one in constraints}
    assert rest == "漆器"
    assert (found.get("price_min_fen"), found.get("price_max_fen")) == (low, high)


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("4-6天 漆器", 6),
        ("四五天的漆器", 5),
        ("36小时内 漆器", 2),
        ("漆器 后天前 明天要", 1),
        ("半个月 漆器", 15),
        ("两个星期 漆器", 14),
        ("三十天 漆器", 30),
        ("72h 漆器", 3),
        ("两到四周 漆器", 28),
    ],
)
def test_days_are_read_however_they_are_written(typed, days):
    _rest, constraints = read_constraints(typed)
    assert {one.field: one.value for one in constraints} == {"max_days": days}


OTHER_NUMBERS = """
    600-900字征文 6-9岁美育 1998-2006老歌 20以内口算 2027元宵花灯 三日游攻略 九天打卡营 一起合奏 4k壁纸 60秒旁白
    至少5年资历 21届校友录 托福高分 经济师题库
"""


@pytest.mark.parametrize("typed", OTHER_NUMBERS.split())
def test_numbers_of_something_else_are_no_conditions(typed):
    assert read_constraints(typed) == (typed, ())


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("物美价廉的漆器", "price"),
        ("预算不多 漆器", "price"),
        ("口碑好的漆器", "rating"),
        ("4.9分以上 漆器", "rating"),
        ("零差评 漆器", "rating"),
        ("卖得多的漆器", "orders"),
        ("畅销漆器", "orders"),
        ("十万火急 漆器", "speed"),
        ("出稿快的漆器", "speed"),
    ],
)
def test_wishes_are_read_however_they_are_said(typed, wish):
    rest, [one] = read_constraints(typed)
    assert (rest, one.value) == ("漆器", wish)


REGIONAL = """
    行銷企劃=策划 軟體開發=软件 短影音腳本=短视频 網站架設=网站 試算表巨集=excel 資料庫=数据库 演算法=算法
    去背=抠图 空拍=航拍 婚攝=婚礼 投影片=ppt 逐字稿=听打 公司登記=注册 智慧財產=知识产权 臉書廣告=facebook
    室內裝潢=室内 資料救援=恢复 契約=合同 執相=修图 咭片=名片 履歷表=简历 印表機=打印机 專案管理=项目管理
"""


@pytest.mark.parametrize(("typed", "ours"), [pair.split("=") for pair in REGIONAL.split()])
def test_what_is_said_in_taiwan_and_hong_kong_finds_ours(typed, ours):
    assert ours in terms_of(typed, ours, "别的东西")


TRADES = """
    谱曲=作曲 校徽=logo 班服=服装 画板子=pcb 自建房=建筑设计 套定额=造价 翻模=bim 粘土=手办 墙绘=壁画
    易拉宝=展板 锦旗=横幅 酒标=标签 编舞=舞蹈 毕设=课程设计 改bug=调试 仿站=切图 等保=网络安全 八爪鱼=爬虫
    影刀=rpa simulink=matlab 有限元=仿真 文生视频=ai视频 智能合约=区块链 arcgis=gis 行研=市场调研 交传=口译
    检讨书=情书 主持词=讲话稿 高企认定=项目申报 藏头诗=写诗 猎头=招聘 开题=论文 网申=留学 路书=旅行 词条=百科
    铺货=商品上传 验资=审计 讨薪=劳动仲裁 教资=试讲 钩织=手工 家谱=族谱 误删=数据恢复 装机=电脑维修
    纸样=服装制版 沙画=动画 声优=配音 扒谱=伴奏 司仪=主持 陪打=陪玩 紫微斗数=塔罗
"""


@pytest.mark.parametrize(("typed", "head"), [pair.split("=") for pair in TRADES.split()])
def test_the_words_of_many_trades_find_one_another(typed, head):
    assert terms_of(typed, head, "别的东西").get(head, 0) >= 0.4


@pytest.mark.parametrize("typed", ["冰箱清洗", "地毯清洗", "锅炉清洗", "xkqzwv", "帮我找渡轮", "想买吊车", "轮胎"])
def test_what_nobody_here_deals_in_brings_nothing(typed):
    assert plan_of(typed).nothing_known


@pytest.mark.parametrize("typed", ["盆景清洗", "清洗", "冰箱设计", "清洗abc", "漆器轮胎"])
def test_what_somebody_deals_in_is_still_found(typed):
    assert not plan_of(typed).nothing_known


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("gz", ["古筝"]),
        ("zp", ["族谱"]),
        ("spmx", ["沙盘", "模型"]),
        ("qsdb", ["情书", "代笔"]),
        ("lztz", ["龙舟", "涂装"]),
    ],
)
def test_first_letters_of_words_that_stand_together(typed, searched):
    assert [one.text for one in plan_of(typed).concepts] == searched


@pytest.mark.parametrize("typed", ["qz", "xvw", "gzgzgzgzgzgzgz", "zz", "bbbb"])
def test_letters_that_begin_no_words_here_are_no_first_letters(typed):
    assert plan_of(typed).nothing_known


def test_the_same_first_letters_of_other_things_are_searched_too():
    found = terms_of("pf", "皮肤 修护", "批发 进货", "批发 清单")
    assert found["批发"] == 1.0
    assert found["皮肤"] == 0.7


def test_a_whole_that_is_about_its_part_keeps_what_the_part_means():
    with_part = terms_of("手机软件开发", "安卓应用", "app")
    assert with_part["app"] >= 0.8
