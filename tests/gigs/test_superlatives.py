"""广告法 §9(3) in sentences as sellers write them: which are caught and which left alone, by the list a platform begins with."""

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from marketplace.gigs.advertising import advertising_hits, forbidden_words, forget_words, hits_in
from marketplace.gigs.advertising_admin import AdvertisingWordViewSet
from marketplace.gigs.content import FaqContent
from marketplace.gigs.models import AdvertisingWord
from marketplace.gigs.superlatives import ForbiddenWord, find
from tests.factories import make_moderator
from tests.gigs.content import content, package
from tests.logins import log_in

CLAIMS = {
    "全城最佳设计，从标志到物料一次做齐": "最佳",
    "國家級設計團隊": "國家級",
    "国 家 级 水准": "国 家 级",
    "我们提供最高级的定制服务": "最高级",
    "最·佳 选 择": "最·佳",
    "最*佳文案": "最*佳",
    "最Jia方案": "最Jia",
    "全国第一的短视频团队": "全国第一",
    "销量第一，口碑之选": "销量第一",
    "行业第一": "行业第一",
    "行业第1": "行业第1",
    "业内No.1的配音": "No.1",
    "ＮＯ．１ 品牌": "ＮＯ．１",
    "我们是 TOP 1 的工作室": "TOP 1",
    "品牌设计第一人": "第一",
    "质量当属第一": "第一",
    "第壹品牌": "第壹品牌",
    "世界级视觉": "世界级",
    "顶级大师亲自操刀": "顶级",
    "顶尖程序员": "顶尖",
    "極品手繪": "極品",
    "效果绝佳": "绝佳",
    "空前绝后的优惠": "空前绝后",
    "最优秀的翻译": "最优秀",
    "最强团队": "最强",
    "给你最好的设计": "最好的",
    "做得最好": "做得最好",
    "最专业的律师文书": "最专业",
    "最权威的数据报告": "最权威",
    "最先进的算法": "最先进",
    "全网最低价": "全网最低",
    "最便宜的建站": "最便宜",
    "性价比最高": "性价比最高",
    "最受欢迎的主题": "最受欢迎",
    "最美婚礼请柬": "最美",
    "最靠谱的开发": "最靠谱",
    "速度最快，质量过硬": "最快",
    "本地最大的摄影工作室": "最大",
    "最高品质印刷稿": "最高品质",
    "最齐全的素材": "最齐全",
    "全市唯一持证的工作室": "唯一",
    "全网首创的玩法": "全网首",
}
HARMLESS = [
    "最近接了不少茶饮店的单子",
    "最后交付源文件",
    "最终稿以确认为准",
    "最多3张海报",
    "最少两个工作日",
    "第一步：先听你讲",
    "第一次合作可以先做小样",
    "第一版三天内给出",
    "第1稿含两个方向",
    "第一、沟通需求；第二、出稿",
    "流程如下。第一，沟通；第二，出稿。",
    "客户第一，按时交付",
    "安全第一",
    "第一时间回复消息",
    "第10张起另计",
    "第一百位客户送头像",
    "最快3天出初稿",
    "最快当天出图",
    "最大尺寸 2 米 × 3 米",
    "单个文件最大50MB",
    "最大限度保留原片细节",
    "字体最小 9 磅",
    "最晚下周一交付",
    "比较级和最高级的语法讲解",
    "Python 最佳实践培训",
    "最佳观看距离三米",
    "国家级非遗传承人的口述整理",
    "顶级域名解析和备案",
    "最优解的推导过程",
    "动态规划求最优路径",
    "每个包装印唯一码",
    "数据库唯一约束设计",
    "首个工作日内回复",
    "首个方案不满意可重做",
    "万能角度尺的产品照",
    "top 10 榜单视频剪辑",
    "laptop1 桌面壁纸",
    "佳能最新固件也能用",
    "最好提前一天发资料",
    "最好的办法是先打个电话说清楚",
    "最火候到家的川菜摄影",
    "一流程一文档",
    "最低3张起拍",
    "最适合小店的标志",
]


@pytest.fixture
def words(db):
    forget_words()
    return forbidden_words()


def test_sentences_are_judged_as_people_would(words):
    """Both count: a claim that passes is a fine, a harmless sentence that is flagged a seller who stops reading."""
    assert len(CLAIMS) + len(HARMLESS) >= 60
    caught = {sentence: hits[0].found for sentence in CLAIMS if (hits := find(sentence, words))}
    flagged = {sentence: hits[0].found for sentence in HARMLESS if (hits := find(sentence, words))}
    recall = len(caught) / len(CLAIMS)
    precision = len(caught) / (len(caught) + len(flagged))
    assert (recall, precision) == (1, 1), (set(CLAIMS) - set(caught), flagged)
    assert caught == CLAIMS  # what is framed below the field is what was typed, blanks and all


@pytest.mark.parametrize("named", ["国家级", "最高级", "最佳"])
def test_the_three_that_the_law_names_stop_a_submission(words, named):
    (hit,) = find(f"{named}服务", words)
    assert hit.word.is_blocking
    assert "第九条" in hit.word.law
    assert hit.word.reason


def test_no_better_wording_is_itself_forbidden(words):
    assert [word.suggestion for word in words if find(word.suggestion, words)] == []


def test_the_better_wording_takes_the_place_of_the_word_alone(words):
    text = "全城最 佳设计，从标志到物料"
    (hit,) = find(text, words)
    assert hit.replaced_in(text) == "全城出色设计，从标志到物料"


def test_the_longest_word_wins_and_each_is_told_once():
    short, long = ForbiddenWord(("第一",), "", ""), ForbiddenWord(("全国第一",), "", "")
    assert [hit.word for hit in find("全国第一，第一", [short, long])] == [long, short]


def test_an_exception_counts_only_where_it_stands():
    word = ForbiddenWord(("最快",), "", "", exceptions=("最快#天",))
    assert [hit.start for hit in find("最快3天，全网最快", [word])] == [7]


def test_staff_change_the_list(db):
    AdvertisingWord.objects.filter(word="最佳").update(is_active=False)
    AdvertisingWord.objects.create(word="宇宙无敌", reason="夸大", exceptions="游戏宇宙无敌模式")
    forget_words()
    assert hits_in("最佳") == []
    assert [hit.found for hit in hits_in("宇宙无敌的游戏宇宙无敌模式")] == ["宇宙无敌"]


def test_every_text_of_a_gig_is_read_and_the_place_is_named(words):
    written = content(
        title="最佳标志设计",
        packages=(package(description="最 佳"), package("standard", 90_000, title="最佳版")),
        tags=("最佳",),
        faqs=(FaqContent("多久？", "最快3天"), FaqContent("谁来做？", "顶级设计师")),
    )
    found = {(item.place, item.hit.found, item.is_blocking) for item in advertising_hits(written)}
    assert found == {
        ("title", "最佳", True),
        ("tags", "最佳", True),
        ("package-basic-description", "最 佳", True),
        ("package-standard-title", "最佳", True),
        ("faqs-1-answer", "顶级", False),
    }


def test_moderators_keep_the_list_in_the_admin_and_it_counts_at_once(client, words):
    """In the log like every act of the staff."""
    log_in(make_moderator(), client=client)
    address = reverse(AdvertisingWordViewSet().get_url_name("add"))
    data = {
        "word": "天花板级",
        "spellings": "",
        "exceptions": "",
        "reason": "夸大",
        "law": "《广告法》第九条第（三）项",
        "suggestion": "",
        "is_blocking": "on",
        "is_active": "on",
    }
    assert client.post(address, data).status_code == 302
    assert [hit.word.is_blocking for hit in hits_in("天花板级的设计")] == [True]
    assert ModelLogEntry.objects.filter(action="wagtail.create", label="天花板级").exists()
