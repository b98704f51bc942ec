"""Would the recommendations have found what people bought next? Tried on the past of this database, which it leaves as it is.

At each of several moments everything that came later is hidden: rows of Recommendation are computed into a temporary table that
takes the real one's name for this connection, popularity is counted anew. What each person bought last until the next moment, and
neither bought nor kept before, is the answer (leave-last-out); a hit is an answer among the first ten.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import connection, transaction

from marketplace.core import clock
from marketplace.discovery.models import Recommendation, RecommendationReason
from marketplace.discovery.recommending import taste
from marketplace.discovery.recommending.computing import recompute
from marketplace.discovery.recommending.for_you import neighbours_of
from marketplace.discovery.recommending.ranking import Candidate, Neighbour, Pick, rank, related_of
from marketplace.discovery.recommending.taste import Done, Interest
from marketplace.gigs.models import Gig
from marketplace.orders.models import Order, OrderKind
from marketplace.orders.states import OrderStatus

FIRST = 10
# Shares of all orders that lie before each moment.
SPLITS = (0.6, 0.7, 0.8, 0.9)
RECENT = timedelta(days=90)
_DRAWS = 2_000

Method = Callable[["_Case"], list[int]]


@dataclass(frozen=True)
class Result:
    """How one way of recommending did. Shares of 1."""

    method: str
    hit_rate: float
    mean_reciprocal_rank: float
    coverage: float  # of the gigs on sale, how many stood among anybody's first ten


@dataclass(frozen=True)
class Evaluation:
    """All ways on the same cases. `better_by`: for-you above the better popularity, with its 95 % interval over people."""

    cases: int
    people: int
    results: list[Result]
    better_by: tuple[float, float, float]


@dataclass(frozen=True)
class _Case:
    user_id: int
    answer: int
    interests: list[Interest]
    known: set[int]
    past: "_Past"


@dataclass(frozen=True)
class _Past:
    """What could be known at a moment."""

    all_time: list[Candidate]
    recent: list[Candidate]
    of_category: dict[int | None, list[Candidate]]
    neighbours: dict[int, list[Neighbour]]
    related: dict[int, dict[int, float]]


def evaluate(*, splits: Sequence[float] = SPLITS) -> Evaluation:
    """Try each way on all cases. Raises ValueError where nobody ever bought a second, different service."""
    orders = _orders()
    cases: list[_Case] = []
    for begin, end in _windows(orders, splits):
        cases += _cases(orders, begin, end)
    if not cases:
        raise ValueError("nobody bought something new after the first moment: there is nothing to try")
    on_sale = Gig.objects.on_sale().count()
    lists = {name: [method(case) for case in cases] for name, method in _METHODS.items()}
    results = [_result(name, cases, found, on_sale) for name, found in lists.items()]
    by_name = {result.method: result for result in results}
    popular = max(("popular", "popular_recent"), key=lambda name: by_name[name].hit_rate)
    return Evaluation(
        len(cases),
        len({case.user_id for case in cases}),
        results,
        _interval(cases, lists["for_you"], lists[popular]),
    )


def _orders() -> list[Done]:
    rows = (
        Order.objects.filter(gig__isnull=False, parent=None, kind=OrderKind.STANDARD, buyer__is_staff=False)
        .exclude(status__in=(OrderStatus.PENDING_PAYMENT, OrderStatus.CANCELLED))
        .order_by("created_at", "pk")
        .values_list("buyer_id", "gig_id", "created_at", "gig__category_id")
    )
    return [
        Done(buyer, gig_id, RecommendationReason.BOUGHT, at, 1, category, "")
        for buyer, gig_id, at, category in rows
        if gig_id is not None
    ]


def _windows(orders: list[Done], splits: Sequence[float]) -> Iterator[tuple[datetime, datetime]]:
    if not orders:
        return
    moments = [orders[int(len(orders) * split)].at for split in splits]
    yield from zip(moments, [*moments[1:], clock.now()], strict=True)


def _cases(orders: list[Done], begin: datetime, end: datetime) -> list[_Case]:
    later: dict[int, list[Done]] = defaultdict(list)
    for one in orders:
        if begin <= one.at < end:
            later[one.user_id].append(one)
    done: dict[int, list[Done]] = defaultdict(list)
    for one in taste.done_by([*later], before=begin) if later else []:
        done[one.user_id].append(one)
    found = []
    past = _past(orders, begin)
    for user_id, bought in sorted(later.items()):
        known = {one.gig_id for one in done[user_id] if one.kind != RecommendationReason.VIEWED}
        new = [one.gig_id for one in bought if one.gig_id not in known]
        if new and done[user_id]:
            found.append(_Case(user_id, new[-1], taste.interests(done[user_id], now=begin), known, past))
    return found


def _past(orders: list[Done], begin: datetime) -> _Past:
    sellers = dict(Gig.objects.on_sale().values_list("pk", "seller_id"))
    before = [one for one in orders if one.at < begin and one.gig_id in sellers]
    categories = {one.gig_id: one.category_id for one in before}

    def in_order(counted: Counter[int]) -> list[Candidate]:
        ranked = sorted(counted, key=lambda gig_id: (-counted[gig_id], gig_id))
        return [
            Candidate(gig_id, sellers[gig_id], categories[gig_id], quality=max(1 - place / 32, 0.0))
            for place, gig_id in enumerate(ranked)
        ]

    everything = Counter(one.gig_id for one in before)
    of_category: dict[int | None, Counter[int]] = defaultdict(Counter)
    for one in before:
        of_category[one.category_id][one.gig_id] += 1
    with _recommendations_apart():
        for reason in RecommendationReason:
            recompute(reason=reason, now=begin)
        neighbours = neighbours_of(everything.keys() | set(sellers))
    return _Past(
        all_time=in_order(everything),
        recent=in_order(Counter(one.gig_id for one in before if one.at >= begin - RECENT)),
        of_category={key: _by_place(in_order(counted)[:12]) for key, counted in of_category.items()},
        neighbours=neighbours,
        related=related_of(
            (categories.get(source), one.target.category_id, one.score)
            for source, row in neighbours.items()
            for one in row
        ),
    )


def _by_place(candidates: list[Candidate]) -> list[Candidate]:
    """As for_you._popular: the twelfth of a category is worth hardly anything."""
    return [
        Candidate(one.gig_id, one.seller_id, one.category_id, quality=1 - place / 12)
        for place, one in enumerate(candidates)
    ]


@contextmanager
def _recommendations_apart() -> Iterator[None]:
    """An empty table of this name for this connection alone; the real one is neither read nor written."""
    table = Recommendation._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMPORARY TABLE "{table}" (LIKE "public"."{table}" INCLUDING ALL) ON COMMIT DROP')
        try:
            yield
        finally:
            cursor.execute(f'DROP TABLE "pg_temp"."{table}"')


def _popular(case: _Case) -> list[int]:
    return [one.gig_id for one in case.past.all_time if one.gig_id not in case.known][:FIRST]


def _popular_recent(case: _Case) -> list[int]:
    return [one.gig_id for one in case.past.recent if one.gig_id not in case.known][:FIRST]


def _together(case: _Case) -> list[int]:
    return _ids(rank(case.interests, case.past.neighbours, lambda _pk: (), (), left_out=case.known, limit=FIRST))


def _category(case: _Case) -> list[int]:
    best = case.past.of_category
    return _ids(rank(case.interests, {}, lambda pk: best.get(pk, ()), (), left_out=case.known, limit=FIRST))


def _for_you(case: _Case) -> list[int]:
    past = case.past
    return _ids(
        rank(
            case.interests,
            past.neighbours,
            lambda pk: past.of_category.get(pk, ()),
            past.recent[:32],
            related=past.related,
            left_out=case.known,
            limit=FIRST,
        )
    )


def _ids(picks: Sequence[Pick]) -> list[int]:
    return [pick.gig_id for pick in picks]


_METHODS: dict[str, Method] = {
    "popular": _popular,
    "popular_recent": _popular_recent,
    "category": _category,
    "together": _together,
    "for_you": _for_you,
}


def _result(name: str, cases: list[_Case], lists: list[list[int]], on_sale: int) -> Result:
    ranks = [
        found.index(case.answer) + 1 if case.answer in found else 0 for case, found in zip(cases, lists, strict=True)
    ]
    hits = sum(1 for rank_ in ranks if rank_)
    shown = {gig_id for found in lists for gig_id in found}
    reciprocal = sum(1 / rank_ for rank_ in ranks if rank_)
    return Result(name, hits / len(cases), reciprocal / len(cases), len(shown) / max(on_sale, 1))


def _interval(cases: list[_Case], ours: list[list[int]], theirs: list[list[int]]) -> tuple[float, float, float]:
    """The mean difference of hits, and its 95 % interval by drawing people, whose cases depend on each other."""
    of_person: dict[int, list[int]] = defaultdict(list)
    for case, own, other in zip(cases, ours, theirs, strict=True):
        of_person[case.user_id].append((case.answer in own) - (case.answer in other))
    people = [of_person[user_id] for user_id in sorted(of_person)]
    chance, drawn = Random(2026), []  # noqa: S311 a seeded generator, not secrets
    for _draw in range(_DRAWS):
        sample = [one for row in chance.choices(people, k=len(people)) for one in row]
        drawn.append(sum(sample) / len(sample))
    drawn.sort()
    mean = sum(map(sum, people)) / len(cases)
    return mean, drawn[int(_DRAWS * 0.025)], drawn[int(_DRAWS * 0.975)]
