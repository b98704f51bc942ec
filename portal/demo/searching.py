"""What people searched for in eight weeks, and what they opened: so that the figures of the search show something."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from marketplace.discovery.analytics.candidates import find_candidates
from marketplace.discovery.analytics.daily import count_day
from marketplace.discovery.analytics.recording import plan_facts
from marketplace.discovery.engines.base import SearchRequest, SearchResult
from marketplace.discovery.language import normalise
from marketplace.discovery.models import Promotion, SearchClick, SearchHistory
from marketplace.discovery.params import query_string
from marketplace.discovery.services import search
from portal.demo import phrases
from portal.demo.bulk import analyse, backdate, insert
from portal.demo.sources import SEED

DAYS, VISITORS = 56, 500
# Where nobody helps, words for which people then try others, and one that comes into season.
IN_VAIN = ("代驾", "疏通下水道", "月嫂", "修空调")
SAID_OTHERWISE = (("宣传画", "海报"), ("小视频剪接", "短视频剪辑"), ("网页制做", "网站开发"), ("商标图案", "logo设计"))
RISING = "年会视频"
# How often the first place is opened, and how fast that falls.
FIRST_PLACE, FALL = 0.34, 0.75
ADVERTISED, ADVERTISED_FOR = "插画", "海报"


def write_search_figures(now: datetime) -> None:
    """Searches with what they showed, clicks by place, and the days' figures. The index stands by now."""
    rng = Random(f"{SEED}:figures")
    words = [*phrases.SEARCHES[:6], *IN_VAIN, *phrases.SEARCHES[6:]]
    known = {word: search(SearchRequest(query=word)) for word in {*words, RISING, *sum(SAID_OTHERWISE, ())}}
    lines: list[SearchHistory] = []
    moments: list[datetime] = []
    opened: list[bool] = []

    def searched(word: str, at: datetime, visitor: int, *, opens: bool = True) -> None:
        lines.append(_line(word, known[word], at, visitor, rng))
        moments.append(at)
        opened.append(opens)

    for days_ago in range(1, DAYS + 1):
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)
        for _search in range(rng.randint(30, 55)):
            place = min(int(rng.paretovariate(0.7)) - 1, len(words) - 1)
            searched(words[place], midnight + timedelta(hours=rng.uniform(8, 23.5)), rng.randrange(VISITORS))
        for _search in range(rng.randint(5, 9) if days_ago <= 7 else rng.randint(0, 1)):
            searched(RISING, midnight + timedelta(hours=rng.uniform(8, 23)), rng.randrange(VISITORS))
        for first, then in SAID_OTHERWISE:
            if rng.random() < 0.35:
                at, visitor = midnight + timedelta(hours=rng.uniform(8, 23)), rng.randrange(VISITORS)
                searched(first, at, visitor, opens=False)
                searched(then, at + timedelta(minutes=rng.uniform(0.3, 3)), visitor)
    insert(lines)
    backdate(SearchHistory, {line.pk: at for line, at in zip(lines, moments, strict=True)})
    insert(_clicks(lines, moments, opened, rng))
    analyse(SearchHistory, SearchClick)
    today = timezone.localdate(now)
    for days_ago in range(1, DAYS + 1):
        count_day(today - timedelta(days=days_ago))
    find_candidates()
    _advertise(now)


def _line(word: str, result: SearchResult, at: datetime, visitor: int, rng: Random) -> SearchHistory:
    shown = {
        "address": query_string(SearchRequest(query=word)), "first": 1, "ids": list(result.ids), "beside": [], "promoted": [],
    }  # fmt: skip
    return SearchHistory(
        query=word, folded=normalise(word), result_count=result.total, visitor=f"{visitor:032x}", last_at=at,
        plan=plan_facts(result.plan, "postgres"), took_ms=rng.randint(25, 110), shown=[shown],
    )  # fmt: skip


def _clicks(
    lines: Sequence[SearchHistory], moments: Sequence[datetime], opened: Sequence[bool], rng: Random
) -> list[SearchClick]:
    return [
        SearchClick(search=line, gig_id=gig_id, place=place, created_at=at + timedelta(seconds=20 * place))
        for line, at, opens in zip(lines, moments, opened, strict=True)
        if opens
        for place, gig_id in enumerate(line.shown[0]["ids"], start=1)
        if rng.random() < FIRST_PLACE / place**FALL
    ]


def _advertise(now: datetime) -> None:
    """An illustrator pays to be seen by whoever wants a poster."""
    (gig_id,) = search(SearchRequest(query=ADVERTISED, page_size=1)).ids
    times = {"starts_at": now - timedelta(days=3), "ends_at": now + timedelta(days=60)}
    Promotion.objects.create(gig_id=gig_id, words=ADVERTISED_FOR, **times)
