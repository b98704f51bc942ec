"""What each buyer is about, and so which kinds of work they need: who opens a noodle shop needs a sign, a menu and photos.

Written from what such people commission in life, before any recommendation was tried on it, and not adjusted since. A third of
what is bought has nothing to do with it: people have birthdays and tax returns as well.
"""

from collections.abc import Sequence
from functools import cache
from random import Random

from portal.demo.offers import Offer
from portal.demo.sources import SEED

SHARE = 0.65  # of what somebody buys, keeps and looks at
_SECOND = 1 / 3  # who is about two things: a café that sells its beans online
UNDERTAKINGS: dict[str, tuple[str, ...]] = {
    "shop": (
        "LOGO与品牌", "平面设计", "空间与三维", "商业与人像", "新媒体设计",
        "短视频运营", "活动与策划",
    ),
    "online shop": (
        "电商设计", "商业与人像", "修图与修复", "文案与公众号", "搜索与电商",
        "视频剪辑", "数据录入与标注",
    ),
    "young company": (
        "UI设计", "小程序开发", "网站建设", "后端前端运维", "应用与H5", "PPT设计", "法律与知产",
        "财税与发展", "人工智能",
    ),
    "channel": (
        "视频剪辑", "字幕与包装", "宣传与动画", "配音", "播客与有声书", "音乐制作",
        "插画与表情", "短视频运营",
    ),
    "studies": (
        "职场与学术", "语言学习", "考试备考", "课程与辅导", "翻译", "数据分析",
        "PPT设计",
    ),
    "family": (
        "活动跟拍", "手作与礼物", "出行与规划", "健康与日常", "修图与修复",
        "插画与表情", "课程与辅导",
    ),
    "office": (
        "PPT设计", "翻译", "人事与行政", "活动与策划", "数据分析", "爬虫与脚本",
        "数据录入与标注", "宣传与动画", "财税与发展",
    ),
}  # fmt: skip


@cache
def needs_of(buyer: int) -> frozenset[str]:
    """Names of the subcategories that this buyer, by place, comes back for; the same in every demo."""
    rng = Random(f"{SEED}:taste:{buyer}")
    chosen = rng.sample(sorted(UNDERTAKINGS), k=2 if rng.random() < _SECOND else 1)
    return frozenset(subcategory for name in chosen for subcategory in UNDERTAKINGS[name])


def pick_gig(buyer: int, offers: Sequence[Offer], rng: Random) -> int:
    """The place of a gig that this buyer stops at: mostly one that they need, the popular ones more often."""
    places: Sequence[int] = range(len(offers))
    if rng.random() < SHARE:
        places = [place for place in places if offers[place].subcategory in needs_of(buyer)] or places
    return rng.choices(places, [1 + offers[place].popularity ** 0.5 for place in places])[0]
