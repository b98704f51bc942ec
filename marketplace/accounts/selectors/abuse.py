"""Reads about blocks and limits, for staff: the desk asks who may."""

from datetime import date

from django.db.models import Q, QuerySet, Sum
from django.http import Http404

from marketplace.accounts.models import Block, LimitHit
from marketplace.core import clock

MOST_SOURCES = 30


def blocks_for_staff(*, is_over: bool = False) -> QuerySet[Block]:
    """What is blocked now, or what was."""
    over = Q(lifted_at__isnull=False) | Q(ends_at__lte=clock.now())
    found = Block.objects.filter(over) if is_over else Block.objects.exclude(over)
    return found.select_related("user__profile", "by__profile", "lifted_by__profile").order_by("-pk")


def block_for_staff(block_id: int) -> Block:
    """One of them. Raises Http404."""
    block = Block.objects.filter(pk=block_id).first()
    if block is None:
        raise Http404
    return block


def refusals_by_limit(since: date) -> dict[str, int]:
    """How often each limit stopped somebody since a day of China's."""
    counted = LimitHit.objects.filter(day__gte=since).order_by().values("limit").annotate(total=Sum("count"))
    return {row["limit"]: row["total"] for row in counted}


def top_sources(since: date, *, limit: str = "") -> list[tuple[str, str, int]]:
    """Who ran into a limit, or any, most often: source, limit, how often."""
    hits = LimitHit.objects.filter(day__gte=since, **({"limit": limit} if limit else {})).order_by()
    counted = hits.values("source", "limit").annotate(total=Sum("count")).order_by("-total", "source")
    return [(row["source"], row["limit"], row["total"]) for row in counted[:MOST_SOURCES]]


def refusals_by_day(since: date, *, limit: str = "") -> list[tuple[date, int]]:
    """Refusals of each day."""
    hits = LimitHit.objects.filter(day__gte=since, **({"limit": limit} if limit else {})).order_by()
    return [(row["day"], row["total"]) for row in hits.values("day").annotate(total=Sum("count")).order_by("day")]
