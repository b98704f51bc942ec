"""A small catalogue of words without a database: what the understanding of a query is tried on."""

from collections import Counter
from collections.abc import Iterable

from marketplace.discovery.language import normalise
from marketplace.discovery.language.dictionary import make_dictionary
from marketplace.discovery.language.lexicon import Lexicon, make_lexicon
from marketplace.discovery.language.thesaurus import Thesaurus, first_entries, make_thesaurus

# Title, tags, seller.
GIGS = (
    ("公司logo设计 标志商标定制", ("logo", "标志"), "白鹤设计"),
    ("公众号推文排版 图文美化", ("公众号", "排版"), "排版小鹿"),
    ("公众号排版 次条封面", ("公众号", "封面"), "排版小鹿"),
    ("小程序开发 定制商城", ("小程序", "商城"), "小程序老王"),
    ("B站长视频后期 测评解说", ("B站", "后期"), "快剪工坊"),
    ("抖音短视频剪辑加字幕", ("短视频", "剪辑"), "阿木剪辑"),
    ("求职简历优化 一对一修改", ("简历", "优化"), "简历医生"),
    ("PPT美化排版 工作周报", ("PPT", "美化"), "演示侠"),
    ("海报设计 开业宣传图", ("海报", "促销"), "白鹤设计"),
    ("独立站 Shopify装修 支付物流", ("独立站", "Shopify"), "网站小哥"),
    ("网站开发 企业官网", ("网站", "官网"), "极光科技"),
    ("分销商城 会员积分", ("商城",), "极光科技"),
    ("包装设计 礼盒月饼", ("包装", "礼盒"), "纸飞机印务"),
    ("Python数据可视化 数据分析报告", ("Python", "可视化"), "表格女王"),
    ("C++ 算法辅导", ("C++",), "编程老周"),
    ("英文翻译 论文摘要", ("翻译", "英语"), "语桥翻译"),
    ("朋友圈早安 配图模板", ("模板",), "纸飞机印务"),
    ("名片设计 双语", ("名片",), "白鹤设计"),
    ("招聘信息抓取 竞品价格监测", ("抓取", "监测"), "数据猎人"),
)
CATEGORIES = (("logo", "LOGO与品牌", "Logo"), ("translation", "翻译", "Translation"), ("design", "设计", "Design"))


def lexicon_of(gigs: Iterable[tuple[str, tuple[str, ...], str]] = GIGS, thesaurus: Thesaurus | None = None) -> Lexicon:
    """The lexicon of these gigs, with the thesaurus we ship."""
    thesaurus = thesaurus or make_thesaurus(first_entries())
    gigs = list(gigs)
    tags = {normalise(tag) for _title, own, _seller in gigs for tag in own}
    dictionary = make_dictionary({*thesaurus.words, *(tag for tag in tags if 2 <= len(tag) <= 5)})
    cut = dictionary.segmenter.cut
    rows = [
        (cut(normalise(title)), [word for tag in own for word in cut(normalise(tag))], seller)
        for title, own, seller in gigs
    ]
    frequency = Counter(word for title, own, _seller in rows for word in {*title, *own})
    for title, _own, _seller in gigs:
        frequency.update(dictionary.segmenter.compounds_in(normalise(title)))
    return make_lexicon(
        dictionary=dictionary, thesaurus=thesaurus, frequency=frequency, rows=rows, categories=CATEGORIES
    )
