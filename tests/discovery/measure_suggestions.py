"""How long a keystroke takes among a million titles' worth of keys (facts/performance.md, T18). No test: run it by name,

    .venv/bin/python -m pytest -s tests/discovery/measure_suggestions.py

It makes 310,000 terms as the nightly job finds them among a million titles (PHRASES caps parts of titles), rebuilds the table
with them and asks `suggest()` what people type: each term's keys, cut after one to eight characters.
"""

import random
import time
from statistics import median

from django.db import connection

from marketplace.discovery.models import SearchSuggestion
from marketplace.discovery.suggestion_keys import term_keys
from marketplace.discovery.suggestion_models import SuggestionKind
from marketplace.discovery.suggestion_table import Source, rebuild_suggestions
from marketplace.discovery.suggestions import suggest

SYLLABLES = (
    "设计商标小程序公众号排版海报详情页短视频剪辑配音翻译英语日语论文润色开发网站后台接口数据分析爬虫自动化办公表格模型"
    "动画插画头像表情包装画册名片宣传折页展架门头招牌菜单美工店铺装修直播运营代写文案策划品牌命名起名字体书法手绘建模渲染"
    "室内效果图施工图家装工装园林景观结构机械电气编程算法机器学习深度部署服务器运维安全测试安卓苹果微信支付商城分销拼团"
)
COUNTS = {
    SuggestionKind.TITLE: 150_000,
    SuggestionKind.TAG: 40_000,
    SuggestionKind.SELLER: 100_000,
    SuggestionKind.QUERY: 20_000,
}
KEYSTROKES, SEED = 3_000, 8


def _sources():
    chance = random.Random(SEED)
    characters = [*SYLLABLES]
    for kind, count in COUNTS.items():
        made = set()
        while len(made) < count:
            term = "".join(chance.choice(characters) for _number in range(chance.choice((2, 3, 4, 4, 5, 6))))
            if chance.random() < 0.1:
                term = chance.choice(("logo", "ppt", "vi", "app", "ui", "c4d")) + term
            made.add(term)
        for place, term in enumerate(sorted(made, key=lambda _term: chance.random()), 1):
            yield Source(kind, term, 1 + count // place, "1" if kind == SuggestionKind.SELLER else "")


def test_a_keystroke_among_a_million_titles(db):
    began = time.monotonic()
    rows = rebuild_suggestions(sources=_sources)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE discovery_searchsuggestion")
        cursor.execute("SELECT pg_size_pretty(pg_total_relation_size('discovery_searchsuggestion'))")
        size = cursor.fetchone()[0]
    print(f"\n{rows} rows, {size}, built in {time.monotonic() - began:.0f} s")
    began = time.monotonic()
    rebuild_suggestions(sources=_sources)
    print(f"built again, with nothing to change, in {time.monotonic() - began:.0f} s")
    chance = random.Random(SEED)
    terms = list(SearchSuggestion.objects.order_by("?").values_list("term", flat=True)[:KEYSTROKES])
    typed = [chance.choice(term_keys(term))[: chance.randint(1, 8)] for term in terms]
    typed += [term[:1] + chance.choice(term_keys(term[1:]) or ("",))[:2] for term in terms[:300]]
    suggest("s")
    for name, some in (("all", typed), ("one character", [text[:1] for text in typed])):
        times = []
        for text in some:
            began = time.perf_counter()
            suggest(text)
            times.append((time.perf_counter() - began) * 1000)
        times.sort()
        print(
            f"{name}: p50 {median(times):.2f} ms, p95 {times[len(times) * 95 // 100]:.2f} ms, worst {times[-1]:.1f} ms"
        )
        assert times[len(times) * 95 // 100] <= 25
    ones = []
    for _round in range(2000):
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
        ones.append((time.perf_counter() - began) * 1000)
    print(f"SELECT 1: p50 {median(ones):.2f} ms")
