"""A catalogue of any size that reads like ours to a search: Zipf's words, log-normal prices, Pareto's orders. To measure with.

Texts are put together of a few thousand phrases whose words are cut once, by the same code as a real gig's (`gig_words`):
blanks and full stops end a run of characters, so the cut of the whole is that of its parts. A million take a few minutes.

Everything belongs to sellers whose username begins with `synthetic-`; `clear` takes it away by that.
"""

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone
from pypinyin.phrases_dict import phrases_dict

from marketplace.accounts.models import SellerLevelChoice, User, UserProfile
from marketplace.discovery.engines.base import GigWords
from marketplace.discovery.engines.postgres import vector_literal
from marketplace.discovery.language import Segmenter, normalise
from marketplace.discovery.language.dictionary import put_in_force, todays_dictionary
from marketplace.discovery.language.lexicon import count_words, lexicon_changed
from marketplace.discovery.models import GigDocument
from marketplace.gigs.models import Gig, GigCategory, GigStats, GigTag
from marketplace.gigs.states import GigStatus

MARK = "synthetic-"
PHRASES, SENTENCES = 20_000, 3000
GIGS_A_SELLER = 20
# From so many on, indexes are made anew afterwards instead of grown.
LARGE = 20_000
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


def clear() -> int:
    """Take all synthetic gigs, sellers and categories away; returns how many gigs."""
    with transaction.atomic(), connection.cursor() as cursor:
        _without_triggers(cursor)
        cursor.execute(
            "CREATE TEMPORARY TABLE going ON COMMIT DROP AS SELECT id FROM accounts_user WHERE username LIKE 'synthetic-%'"
        )
        cursor.execute(
            "CREATE TEMPORARY TABLE going_gigs ON COMMIT DROP AS "
            "SELECT id FROM gigs_gig WHERE seller_id IN (SELECT id FROM going)"
        )
        cursor.execute("DELETE FROM discovery_gigdocument WHERE gig_id IN (SELECT id FROM going_gigs)")
        cursor.execute("DELETE FROM gigs_gigtag WHERE content_object_id IN (SELECT id FROM going_gigs)")
        cursor.execute("DELETE FROM gigs_gigstats WHERE gig_id IN (SELECT id FROM going_gigs)")
        cursor.execute("DELETE FROM gigs_gig WHERE id IN (SELECT id FROM going_gigs)")
        count = cursor.rowcount
        cursor.execute("DELETE FROM accounts_userprofile WHERE user_id IN (SELECT id FROM going)")
        cursor.execute("DELETE FROM accounts_user WHERE id IN (SELECT id FROM going)")
    GigCategory.objects.filter(slug__startswith=MARK, parent__isnull=False).delete()
    GigCategory.objects.filter(slug__startswith=MARK).delete()
    count_words()
    lexicon_changed()
    return count


def load(count: int, *, seed: int = 8) -> None:
    """Put `count` synthetic gigs on sale, with documents, and count the catalogue's words."""
    categories = _categories()
    tags = _tags()
    dictionary = todays_dictionary()
    with transaction.atomic():
        sellers = _sellers(max(1, count // GIGS_A_SELLER))
        with connection.cursor() as cursor:
            _without_triggers(cursor)
            cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
            indexes = _drop_indexes(cursor) if count >= LARGE else []
            cursor.execute("SELECT coalesce(max(id), 0) FROM gigs_gig")
            first = cursor.fetchone()[0] + 1
            _copy_gigs(cursor, first, count, seed, sellers, categories, tags, dictionary.segmenter)
            for definition in indexes:
                cursor.execute(definition)
            for table in ("gigs_gig", "gigs_gigtag"):
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    put_in_force(dictionary)
    count_words()
    lexicon_changed()


@dataclass(frozen=True)
class Made:
    """A synthetic gig before it is stored."""

    number: int
    title: str
    description: str
    tags: tuple[str, ...]
    category: GigCategory
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
    categories: Sequence[GigCategory],
    segmenter: Segmenter,
) -> Iterator[Made]:
    """The gigs with their words, the same for the same numbers and seed."""
    rng = random.Random(seed)  # noqa: S311
    cut = lru_cache(maxsize=100_000)(lambda text: _cut(text, segmenter))
    phrases, sentences = _phrases(rng), _sentences(rng)
    zipf = list(accumulate(1 / rank for rank in range(1, len(categories) + 1)))
    tag_weights = list(accumulate(1 / rank for rank in range(1, len(TRADE) + 1)))
    names = {
        category.pk: (category.name, category.name_en, category.parent.name, category.parent.name_en)
        for category in categories
    }
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
            "C": [cut(text) for text in (*names[category.pk], seller[1])],
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
                category_slug=category.parent.slug,
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
def _language() -> tuple[list[str], list[float]]:
    """Words of the language with Zipf's weights, in an order of their own."""
    words = sorted(word for word in phrases_dict if 2 <= len(word) <= 3 and word not in MARKED)
    random.Random(1).shuffle(words)  # noqa: S311
    return words, list(accumulate(1 / (rank + 10) for rank in range(len(words))))


def _phrases(rng: random.Random) -> list[str]:
    words, weights = _language()
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
    words, weights = _language()
    return [
        "，".join("".join(rng.choices(words, cum_weights=weights, k=4)) for _ in range(3)) for _ in range(SENTENCES)
    ]


def _categories() -> list[GigCategory]:
    """The subcategories there are; eight times five of our own where there are none."""
    found = list(
        GigCategory.objects.filter(parent__isnull=False, is_active=True).select_related("parent").order_by("pk")
    )
    if found:
        return found
    for area, name in enumerate(AREAS):
        parent = GigCategory.objects.create(name=name, name_en=f"Area {area}", slug=f"{MARK}{area}")
        for kind, own in enumerate(KINDS):
            GigCategory.objects.create(
                name=f"{own}{name}", name_en=f"Kind {area}-{kind}", slug=f"{MARK}{area}-{kind}", parent=parent
            )
    return _categories()


def _tags() -> dict[str, int]:
    model = GigTag.tag.field.related_model
    names = {*TRADE, *MARKED}
    known = set(model.objects.filter(name__in=names).values_list("name", flat=True))
    model.objects.bulk_create(
        model(name=name, slug=f"{MARK}{place}") for place, name in enumerate(sorted(names)) if name not in known
    )
    return dict(model.objects.filter(name__in=names).values_list("name", "pk"))


def _sellers(count: int) -> list[tuple[int, str, str]]:
    now = timezone.now()
    start = User.objects.filter(username__startswith=MARK).count()
    users = [
        User(username=f"{MARK}{number}", email=f"{MARK}{number}@example.com", password="!")  # noqa: S106 nobody signs in
        for number in range(start, start + count)
    ]
    User.objects.bulk_create(users, batch_size=2000)
    words, _weights = _language()
    levels = SellerLevelChoice.values
    profiles = [
        UserProfile(
            user=user,
            display_name=f"{words[(place * 7) % len(words)]}{words[(place * 13 + 5) % len(words)]}工坊",
            handle=user.username,
            seller_since=now,
            level=levels[place % 10 % len(levels)],
        )
        for place, user in enumerate(users)
    ]
    UserProfile.objects.bulk_create(profiles, batch_size=2000)
    return [(profile.user_id, profile.display_name, profile.level) for profile in profiles]


def _without_triggers(cursor: Any) -> None:
    # Row triggers and foreign keys would be asked a dozen times a gig. Where the role may not, they are.
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if cursor.fetchone()[0]:
        cursor.execute("SET LOCAL session_replication_role = replica")


def _drop_indexes(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'discovery_gigdocument' AND schemaname = current_schema() "
        "AND indexname LIKE 'discovery\\_%%' AND indexname NOT LIKE '%%\\_pkey'"
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]


def _row(instance: models.Model, skip: Sequence[str] = ()) -> dict[str, Any]:
    """The columns of a new instance with what they are stored as."""
    return {
        field.column: field.get_db_prep_save(field.pre_save(instance, add=True), connection)
        for field in instance._meta.local_concrete_fields
        if field.name not in skip
    }


PIECE = 5000


def _copy_gigs(
    cursor: Any,
    first: int,
    count: int,
    seed: int,
    sellers: Sequence[tuple[int, str, str]],
    categories: Sequence[GigCategory],
    tags: dict[str, int],
    segmenter: Segmenter,
) -> None:
    now = timezone.now()
    gig_row = _row(
        Gig(status=GigStatus.LIVE, live=True, first_published_at=now, last_published_at=now, seller_id=1, category_id=1)
    )
    stats_row = _row(GigStats(gig_id=1))
    document_columns = [field.column for field in GigDocument._meta.local_concrete_fields]
    piece: list[Made] = []

    def write() -> None:
        _copy(
            cursor,
            "gigs_gig",
            list(gig_row),
            (
                tuple(
                    (
                        gig_row
                        | {
                            "id": one.number,
                            "title": one.title,
                            "slug": f"gig-{one.number}",
                            "description": one.description,
                            "seller_id": one.seller[0],
                            "category_id": one.category.pk,
                        }
                    ).values()
                )
                for one in piece
            ),
        )
        _copy(
            cursor,
            "gigs_gigstats",
            list(stats_row),
            (
                tuple(
                    (
                        stats_row
                        | {
                            "gig_id": one.number,
                            "price_from_fen": one.price_fen,
                            "delivery_days_from": one.days,
                            "orders_completed": one.orders,
                            "rating_sum": one.rating_sum,
                            "rating_count": one.rating_count,
                        }
                    ).values()
                )
                for one in piece
            ),
        )
        _copy(
            cursor,
            "gigs_gigtag",
            ["content_object_id", "tag_id"],
            ((one.number, tags[name]) for one in piece for name in one.tags),
        )
        _copy(
            cursor,
            "discovery_gigdocument",
            document_columns,
            (tuple(values[column] for column in document_columns) for values in map(_document, piece)),
        )
        piece.clear()

    def _document(one: Made) -> dict[str, Any]:
        slugs = f"'cat:{one.words.category_slug}' 'cat:{one.words.subcategory_slug}'"
        return {
            "gig_id": one.number,
            "words": f"{vector_literal(one.words)} {slugs}",
            "title_tokens": list(one.words.title),
            "tag_tokens": list(one.words.tags),
            "body_tokens": list(one.words.body),
            "category_slug": one.words.category_slug,
            "subcategory_slug": one.words.subcategory_slug,
            "attributes": [],
            "seller_id": one.seller[0],
            "is_listed": True,
            "price_fen": one.price_fen,
            "delivery_days": one.days,
            "level": one.seller[2],
            "orders": one.orders,
            "rating_sum": one.rating_sum,
            "rating_count": one.rating_count,
            "popularity": popularity(one.orders, one.rating_sum, one.rating_count),
            "indexed_at": now,
        }

    for one in gigs(first, count, seed, sellers, categories, segmenter):
        piece.append(one)
        if len(piece) == PIECE:
            write()
    write()


def popularity(orders: int, rating_sum: int, rating_count: int) -> int:
    """As the document's trigger counts it (migration 0006)."""
    return round(20 * (1 + math.log(1 + orders) * (46 + rating_sum) / (10 + rating_count) / 5))


def _copy(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
