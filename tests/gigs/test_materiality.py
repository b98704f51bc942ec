"""Which edits go out at once, and which a person reads. The constants are the platform's: docs/moderation.md."""

from dataclasses import replace

import pytest

from marketplace.gigs.content import (
    ExtraContent,
    FaqContent,
    FeatureRow,
    GigContent,
    PackageContent,
    PictureContent,
    RequirementContent,
)
from marketplace.gigs.materiality import Limits, Matter, materiality, percent_change, steepest_change
from marketplace.gigs.models import GigCategory
from marketplace.gigs.text_diff import Mark, diff_texts
from marketplace.safety.contacts import find_contacts

LIMITS = Limits(characters=10, price_drop_percent=20)
BASIC = PackageContent("basic", "一个方案", "一个原创方案", 100_000, 7, 2)
PREMIUM = PackageContent("premium", "三个方案", "三个原创方案", 300_000, 14, 5)
LIVE = GigContent(
    category=GigCategory(pk=1),
    title="茶饮店标志设计",
    description="先听你讲店的来历，再动笔画草图。交付矢量源文件，7天完成。店招、杯子和袋子上的样子都画给你看。",
    packages=(BASIC, PREMIUM),
    tags=("茶饮",),
    faqs=(FaqContent("给源文件吗", "给，验收之后发给你。"),),
    requirements=(RequirementContent("店名是什么"),),
    extras=(ExtraContent("加急", 20_000, -2),),
    pictures=(PictureContent("gigs/a.webp", "六枚标志"), PictureContent("gigs/b.webp")),
    features=(FeatureRow("源文件", (True, True)),),
)


def priced(price_fen, **fields):
    return (replace(BASIC, price_fen=price_fen, **fields), PREMIUM)


UNREAD = {
    "nothing": {},
    "a typo in the title": {"title": "茶饮店标识设计"},
    "ten characters in the description": {"description": LIVE.description + "欢迎先来聊聊你的想法"},
    "a typo in an answer": {"faqs": (FaqContent("给源文件吗", "给，验收以后发给你。"),)},
    "more days": {"packages": priced(100_000, delivery_days=10)},
    "more revisions": {"packages": priced(100_000, revisions=3)},
    "a price that falls by a fifth": {"packages": priced(80_000)},
}
READ = {
    "another title of as few characters": ({"title": "代写毕业论文包"}, [Matter.TEXT]),
    "an answer that says something else": (
        {"faqs": (FaqContent("给源文件吗", "要，付款以前再说吧。"),)},
        [Matter.TEXT],
    ),
    "eleven characters": ({"description": LIVE.description + "欢迎先来聊聊你的想法吧"}, [Matter.TEXT]),
    "another digit": ({"description": LIVE.description.replace("7", "9")}, [Matter.NUMBERS]),
    "a full-width digit": ({"title": "茶饮店标志设计９折"}, [Matter.NUMBERS]),
    "a Chinese number": ({"title": "茶饮店三标志设计"}, [Matter.NUMBERS]),
    "a word that turns the meaning": ({"faqs": (FaqContent("给源文件吗", "不给，验收之后发给你。"),)}, [Matter.TURNED]),
    "a contact": ({"description": LIVE.description + "加V信"}, [Matter.CONTACT]),
    "a forbidden word": ({"title": "最佳茶饮店标志设计"}, [Matter.FORBIDDEN]),
    "another question": ({"faqs": (*LIVE.faqs, FaqContent("能改吗", "能。"))}, [Matter.TEXT]),
    "a higher price": ({"packages": priced(100_001)}, [Matter.PRICE_UP]),
    "a price that falls by more": ({"packages": priced(79_999)}, [Matter.PRICE_DOWN]),
    "fewer days": ({"packages": priced(100_000, delivery_days=6)}, [Matter.LESS_FOR_BUYERS]),
    "fewer revisions": ({"packages": priced(100_000, revisions=1)}, [Matter.LESS_FOR_BUYERS]),
    "other words of a package": ({"packages": priced(100_000, description="一个方案")}, [Matter.PACKAGES]),
    "a package less": ({"packages": (BASIC,), "features": LIVE.features}, [Matter.PACKAGES]),
    "another category": ({"category": GigCategory(pk=2)}, [Matter.CONTENT]),
    "another tag": ({"tags": ("茶饮", "手绘")}, [Matter.CONTENT]),
    "another picture": ({"pictures": (*LIVE.pictures, PictureContent("gigs/c.webp"))}, [Matter.CONTENT]),
    "another cover": ({"pictures": LIVE.pictures[::-1]}, [Matter.CONTENT]),
    "a dearer add-on": ({"extras": (ExtraContent("加急", 30_000, -2),)}, [Matter.CONTENT]),
    "another requirement": ({"requirements": ()}, [Matter.CONTENT]),
    "another feature": ({"features": ()}, [Matter.CONTENT]),
    "another language": ({"language": "en"}, [Matter.CONTENT]),
    "two things": ({"language": "en", "packages": priced(200_000)}, [Matter.PRICE_UP, Matter.CONTENT]),
}


def forbidden(text):
    return ["最佳"] if "最佳" in text else []


@pytest.mark.parametrize("change", UNREAD.values(), ids=UNREAD)
def test_goes_out_unread(change):
    assert materiality(LIVE, replace(LIVE, **change), limits=LIMITS, forbidden=forbidden) == []


@pytest.mark.parametrize(("change", "reasons"), READ.values(), ids=READ)
def test_is_read_by_a_person(change, reasons):
    assert materiality(LIVE, replace(LIVE, **change), limits=LIMITS, forbidden=forbidden) == reasons


@pytest.mark.parametrize(
    ("price_fen", "percent"),
    [(100_000, None), (149_999, 49), (150_000, 50), (50_001, -49), (50_000, -50), (1_000_000, 900)],
)
def test_the_steepest_change_counts_whole_percent_that_were_reached(price_fen, percent):
    assert steepest_change(LIVE, replace(LIVE, packages=priced(price_fen))) == percent


def test_of_several_changes_the_steepest_counts_and_a_new_package_has_nothing_to_compare_with():
    both = (replace(BASIC, price_fen=110_000), replace(PREMIUM, price_fen=120_000))
    assert steepest_change(LIVE, replace(LIVE, packages=both)) == -60
    assert steepest_change(replace(LIVE, packages=(BASIC,)), LIVE) is None
    assert percent_change(3, 4) == 33


def test_add_ons_count_as_packages_do_and_what_is_new_is_held_against_the_dearest_price():
    dearer = (ExtraContent("加急", 90_000, -2),)
    assert steepest_change(LIVE, replace(LIVE, extras=dearer)) == 350
    new = (*LIVE.extras, ExtraContent("全案", 30_000_000))
    assert steepest_change(LIVE, replace(LIVE, extras=new)) == 9900
    assert steepest_change(LIVE, replace(LIVE, extras=(*LIVE.extras, ExtraContent("源文件", 5_000)))) is None
    same_name = (*LIVE.extras, ExtraContent("加急", 9_000_000))
    assert steepest_change(LIVE, replace(LIVE, extras=same_name)) == 2900
    assert steepest_change(LIVE, replace(LIVE, extras=(*LIVE.extras, ExtraContent("加急", 3_000_000)))) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("电话138 1234 5678随时打", ["138 1234 5678"]),
        ("电话１３８１２３４５６７８", ["１３８１２３４５６７８"]),
        ("加V信聊", ["加V信聊"]),
        ("可以加我微信", ["加我微信"]),
        ("微信号：qinghe_design", ["微信号：qinghe_design"]),
        ("发到 a.b@example.com 就行", ["a.b@example.com"]),
        ("作品见 www.example.com/a，欢迎", ["www.example.com/a"]),
        ("给微信公众号写文章，加精美配图", []),
        ("矢量文件 20260101 版，共12345678字", []),
        ("微信小程序开发", []),
    ],
)
def test_what_looks_like_a_way_around_the_platform_is_found_and_services_about_it_are_not(text, found):
    assert [hint.text for hint in find_contacts(text)] == found


def test_chinese_is_compared_by_characters_and_latin_by_words():
    diff = diff_texts("品牌LOGO设计，3天交付", "品牌VI设计，5天交付")
    assert [(piece.text, piece.kind) for piece in diff.after] == [
        ("品牌", "same"), ("VI", "new"), ("设计，", "same"), ("5", "new"), ("天交付", "same"),
    ]  # fmt: skip
    assert "".join(piece.text for piece in diff.before) == "品牌LOGO设计，3天交付"
    assert diff.changes == 2
    assert diff_texts("一样", "一样").changes == 0


def test_a_single_character_between_two_changes_is_no_island_and_marks_keep_their_place():
    diff = diff_texts("甲的乙", "丙的丁", [Mark(0, 1, "看")])
    assert [(piece.text, piece.kind, piece.label) for piece in diff.after] == [("丙", "new", "看"), ("的丁", "new", "")]
    assert diff.changes == 1
