"""Writing down searches and the clicks on their results.

Both are written once the answer has left: `after_answer` hangs the work on the response, which the server closes after the
last byte. A page neither waits for it nor fails with it. A click is known by the address that the gig's page was opened
from (Referer, which our own policy sends within the site): it works without a script, in a new tab and after "back", leaves
every address as it is, and no robot that follows links by itself sends one.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.discovery.analytics.models import SearchClick
from marketplace.discovery.analytics.visitors import apart, has_personal_data
from marketplace.discovery.engines.base import QueryPlan, SearchRequest
from marketplace.discovery.language import normalise
from marketplace.discovery.locks import lock_search
from marketplace.discovery.models import SearchHistory
from marketplace.discovery.params import first_page, query_string, read_request
from marketplace.gigs.models import Gig

logger = logging.getLogger(__name__)

# Pages and filters of the same words within this time are one search; a click counts for a search as long.
ONE_SEARCH = timedelta(minutes=30)
# Of one search so many lists are remembered, to know the place of what is opened from them.
LISTS_KEPT = 12
FIRST_PAGE = 24
NOT_FILTERS = frozenset({"query", "as_typed", "page", "through", "page_size", "sort", "online"})


@dataclass(frozen=True)
class Seen:
    """What a page of results was, besides its request: for whom (analytics/visitors.py), how understood, what it showed."""

    visitor: str
    plan: QueryPlan
    engine: str
    took_ms: int
    gig_ids: Sequence[int]
    same_category: Sequence[int] = ()
    promoted: Sequence[int] = ()


def after_answer(response: HttpResponseBase, work: Callable[[], object]) -> None:
    """Do this once the response has been sent. What fails in it is logged and nothing else."""

    def do() -> None:
        try:
            with transaction.atomic():
                work()
        except Exception:
            logger.exception("a search or click was not written down")

    # What Django itself closes files with; run by the server after the last byte, before the connection is given back.
    response._resource_closers.append(do)  # type: ignore[attr-defined]


def write_search(
    *, user: User | None, request: SearchRequest, result_count: int, seen: Seen | None = None
) -> SearchHistory | None:
    """The line of this search: a new one, or the one of the same words a moment ago. None where it holds personal data.

    `user` only with their consent. `result_count` is what was found for the first page that was seen.
    """
    query = request.query.strip()[:200]
    if not query or has_personal_data(query):
        return None
    now = timezone.now()
    folded = normalise(query)[:200]
    filters = {name: value for name, value in vars(request).items() if value and name not in NOT_FILTERS}
    if request.sort != "relevance":
        filters["sort"] = request.sort
    if seen is None:
        return SearchHistory.objects.create(
            user=user, query=query, folded=folded, filters=filters, result_count=result_count, last_at=now
        )
    # Whose searches are not kept (any more) begins a new line: nothing is added to what stands under an account.
    visitor = seen.visitor if user is not None else apart(seen.visitor)
    newest = _lines([visitor], folded).filter(user=user).first()
    line = lock_search(newest.pk) if newest is not None else None  # two pages at once: both are remembered
    fresh = {"filters": filters, "sort": request.sort, "last_at": now}
    if line is None:
        if request.page != 1:
            return None  # a page of a list from long ago, or of a robot
        return SearchHistory.objects.create(
            user=user,
            query=query,
            folded=folded,
            result_count=result_count,
            visitor=visitor,
            plan=plan_facts(seen.plan, seen.engine),
            took_ms=seen.took_ms,
            shown=[_list(request, seen)],
            **fresh,
        )
    kept = [one for one in line.shown if one["address"] != query_string(request)]
    for name, value in fresh.items():
        setattr(line, name, value)
    line.shown = [*kept, _list(request, seen)][-LISTS_KEPT:]
    line.page = max(line.page, request.last_shown)
    line.save(update_fields=["shown", "page", *fresh])
    return line


def write_click(*, visitor: str, gig_id: int, query: str, opener_id: int | None = None) -> SearchClick | None:
    """A gig was opened from the results at `?query`. None if nobody saw it there lately, or its own seller opened it."""
    request = read_request(QueryDict(query))
    line = _lines([visitor, apart(visitor)], normalise(request.query)[:200]).first()
    if line is None or not Gig.objects.filter(pk=gig_id).exclude(seller=opener_id).exists():
        return None
    shown = next((one for one in reversed(line.shown) if _is_part_of(one, request) and gig_id in _gigs_of(one)), None)
    if shown is None:
        return None
    place = shown["first"] + shown["ids"].index(gig_id) if gig_id in shown["ids"] else None
    click, _made = SearchClick.objects.get_or_create(
        search=line,
        gig_id=gig_id,
        defaults={"place": place, "is_promoted": gig_id in shown["promoted"], "created_at": timezone.now()},
    )
    return click


def plan_facts(plan: QueryPlan, engine: str) -> dict[str, Any]:
    """What is remembered of how a query was understood."""
    return {
        "concepts": [concept.text for concept in plan.concepts],
        "constraints": [[one.field, one.value] for one in plan.constraints],
        "corrected": plan.corrected,
        "guesses": [list(guess) for guess in plan.guesses],
        "dictionary": plan.dictionary,
        "engine": engine,
    }


def _list(request: SearchRequest, seen: Seen) -> Mapping[str, Any]:
    return {
        "address": query_string(request),
        "first": (request.page - 1) * request.page_size + 1,
        "ids": list(seen.gig_ids),
        "beside": list(seen.same_category),
        "promoted": list(seen.promoted),
    }


def _is_part_of(shown: Mapping[str, Any], request: SearchRequest) -> bool:
    """Whether this list, or page, was to be seen at the address of the request: pages come one below the other there."""
    own = read_request(QueryDict(shown["address"].removeprefix("?")))
    return first_page(own) == first_page(request) and request.page <= own.page and own.last_shown <= request.last_shown


def _gigs_of(shown: Mapping[str, Any]) -> tuple[int, ...]:
    return (*shown["ids"], *shown["beside"], *shown["promoted"])


def _lines(visitors: Sequence[str], folded: str) -> QuerySet[SearchHistory]:
    """This browser's searches for these words within the half hour, the newest first."""
    if not all(visitors) or not folded:
        return SearchHistory.objects.none()
    since = timezone.now() - ONE_SEARCH
    return SearchHistory.objects.filter(visitor__in=visitors, folded=folded, last_at__gte=since).order_by("-pk")
