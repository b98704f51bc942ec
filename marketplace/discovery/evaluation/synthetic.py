"""A catalogue of any size that reads like ours to a search: Zipf's words, log-normal prices, Pareto's orders. To measure with.

Texts are put together of a few thousand phrases whose words are cut once, by the same code as a real gig's (`gig_words`):
blanks and full stops end a run of characters, so the cut of the whole is that of its parts. A million take a few minutes.

Everything belongs to sellers whose username begins with `synthetic-`; `synthetic_loading.clear` takes it away by that.
"""

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from pypinyin.phrases_dict import phrases_dict

from marketplace.discovery.engines.base import GigWords
from marketplace.discovery.language import Segmenter, normalise

MARK = "synthetic-"
PHRASES, SENTENCES = 20_000, 3000
# Words by which the classes of a measurement are asked for, with the share of gigs whose title has them.
MARKED = {"设计": 0.75, "翻译": 0.18, "海报": 0.15, "单片机": 0.03, "白矮星": 0.0001}
TRADE = [
    "海报",
    "名片",
    "画册",
    "包装",
    "插画",
    "字体",
    "头像",
    "表情包",
    "封面",
    "详情页",
    "网站",
    "小程序",
    "前端",
    "后端",
    "爬虫",
    "脚本",
    "数据",
    "报表",
    "分析",
    "建模",
    "剪辑",
    "字幕",
    "配音",
    "动画",
    "短视频",
    "直播",
    "脚本",
    "文案",
    "软文",
    "公众号",
    "排版",
    "润色",
    "校对",
    "英语",
    "日语",
    "法语",
    "合同",
    "简历",
    "论文",
    "商标",
    "注册",
    "记账",
    "咨询",
    "推广",
    "运营",
    "引流",
    "涨粉",
    "店铺",
    "装修",
    "主图",
    "拍摄",
    "修图",
    "调色",
    "编曲",
    "混音",
    "录音",
    "课程",
    "辅导",
    "陪练",
    "面试",
    "命名",
    "起名",
    "贺卡",
    "请柬",
    "手绘",
    "国潮",
    "简约",
    "可爱",
    "科技感",
    "高端",
    "加急",
    "原创",
    "定制",
    "专业",
    "上门",
    "远程",
    "部署",
    "测试",
    "维护",
    "优化",
    "迁移",
    "接口",
    "安卓",
    "苹果",
    "电路",
    "嵌入式",
    "三维",
    "渲染",
    "户型",
    "施工图",
    "效果图",
    "景观",
    "软装",
    "模型",
    "打印",
    "刺绣",
    "手作",
    "摄影",
    "证件照",
    "婚礼",
    "主持",
    "策划",
    "路演",
    "计划书",
    "融资",
    "专利",
    "版权",
]
AREAS = ("设计", "编程", "视频", "文案", "翻译", "营销", "音乐", "商务")
KINDS = ("入门", "标准", "定制", "企业", "个人")


@dataclass(frozen=True)
class _Text:
    """A piece of text and its words, cut once."""

    text: str
    words: tuple[str, ...]
    beside: tuple[str, ...]  # words inside longer ones, and compounds


@dataclass(frozen=True)
class Shelf:
    """A subcategory: its key, its slugs, and the names it is found by."""

    pk: int
    slug: str
    upper_slug: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """A synthetic gig before it is stored."""

    number: int
    title: str
    description: str
    tags: tuple[str, ...]
    category: Shelf
    price_fen: int
    days: int
    orders: int
    rating_sum: int
    rating_count: int
    seller: tuple[int, str, str]  # id, name, level
    words: GigWords


def gigs(
    first: int,
    count: int,
    seed: int,
    sellers: Sequence[tuple[int, str, str]],
    categories: Sequence[Shelf],
    segmenter: Segmenter,
) -> Iterator[Made]:
    """The gigs with their words, the same for the same numbers and seed."""
    rng = random.Random(seed)  # noqa: S311
    cut = lru_cache(maxsize=100_000)(lambda text: _cut(text, segmenter))
    phrases, sentences = _phrases(rng), _sentences(rng)
    zipf = list(accumulate(1 / rank for rank in range(1, len(categories) + 1)))
    tag_weights = list(accumulate(1 / rank for rank in range(1, len(TRADE) + 1)))
    for number in range(first, first + count):
        marked = [word for word, share in MARKED.items() if rng.random() < share]
        titles = [*marked, *(rng.choice(phrases) for _ in range(2))]
        parts = [rng.choice(sentences) for _ in range(2)]
        category = rng.choices(categories, cum_weights=zipf)[0]
        own_tags = tuple(dict.fromkeys([*marked[:2], *rng.choices(TRADE, cum_weights=tag_weights, k=2)]))
        seller = sellers[rng.randrange(len(sellers))]
        orders = min(20_000, int(rng.paretovariate(1.1)) - 1)
        rating_count = int(orders * 0.7)
        fields = {
            "A": [cut(text) for text in titles],
            "B": [cut(tag) for tag in own_tags],
            "C": [cut(text) for text in (*category.names, seller[1])],
            "D": [cut(text) for text in parts],
        }
        yield Made(
            number=number,
            title=" ".join(titles),
            description="。".join(parts),
            tags=own_tags,
            category=category,
            price_fen=100 * max(5, round(math.exp(rng.gauss(5.7, 1.0)))),
            days=rng.choice((1, 2, 3, 3, 5, 7, 7, 10, 15, 30)),
            orders=orders,
            rating_sum=min(rating_count * 5, round(rating_count * rng.gauss(4.7, 0.2))),
            rating_count=rating_count,
            seller=seller,
            words=GigWords(
                gig_id=number,
                title=_words(fields["A"]),
                tags=_words(fields["B"]),
                category=_words(fields["C"][:4]),
                body=tuple(dict.fromkeys(_words(fields["D"]))),
                seller=_words(fields["C"][4:]),
                sub_words=tuple(
                    dict.fromkeys(
                        (letter, word) for letter, texts in fields.items() for text in texts for word in text.beside
                    )
                ),
                category_slug=category.upper_slug,
                subcategory_slug=category.slug,
            ),
        )


def _words(texts: Iterable[_Text]) -> tuple[str, ...]:
    return tuple(word for text in texts for word in text.words)


def _cut(text: str, segmenter: Segmenter) -> _Text:
    folded = normalise(text)
    words = tuple(segmenter.cut(folded))
    inside = [part for word in words for part in segmenter.sub_words(word)]
    return _Text(text, words, tuple(dict.fromkeys([*inside, *segmenter.compounds_in(folded)])))


@lru_cache(maxsize=1)
def language() -> tuple[list[str], list[float]]:
    """Words of the language with Zipf's weights, in an order of their own."""
    words = sorted(word for word in phrases_dict if 2 <= len(word) <= 3 and word not in MARKED)
    random.Random(1).shuffle(words)  # noqa: S311
    return words, list(accumulate(1 / (rank + 10) for rank in range(len(words))))


def _phrases(rng: random.Random) -> list[str]:
    words, weights = language()
    trade = list(accumulate(1 / rank for rank in range(1, len(TRADE) + 1)))
    return [
        "".join(
            rng.choices(TRADE, cum_weights=trade)[0]
            if rng.random() < 0.55
            else rng.choices(words, cum_weights=weights)[0]
            for _ in range(2)
        )
        for _ in range(PHRASES)
    ]


def _sentences(rng: random.Random) -> list[str]:
    words, weights = language()
    return [
        "，".join("".join(rng.choices(words, cum_weights=weights, k=4)) for _ in range(3)) for _ in range(SENTENCES)
    ]


def popularity(orders: int, rating_sum: int, rating_count: int) -> int:
    """As the document's trigger counts it (migration 0007)."""
    return round(20 * (1 + math.log(1 + orders) * (46 + rating_sum) / (10 + rating_count) / 5))
