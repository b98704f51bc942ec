"""How the cluster stands: whether it is asked at all, and what staff is told about it."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from marketplace.core.forgiving import forgiving_cache
from marketplace.discovery.models import SearchChange, SearchReplica

logger = logging.getLogger(__name__)

_DOWN, _LAG = "discovery:cluster_down", "discovery:cluster_lag"
STAND_BACK_SECONDS = 5
# What is older than this is better answered by PostgreSQL. Asked of the database once in so many seconds by all together.
LAG_LIMIT_SECONDS, LAG_KEPT_SECONDS = 30, 2
NOTHING_NOTED = -1.0


@dataclass(frozen=True)
class Trouble:
    """Why PostgreSQL answers in the cluster's place, and since when."""

    reason: str
    since: datetime


@dataclass(frozen=True)
class Backlog:
    """Changes that the cluster has not been told of, and how long the oldest has waited, in seconds."""

    changes: int
    lag_seconds: float


def is_configured() -> bool:
    """Whether there is a cluster to keep."""
    return bool(settings.ELASTICSEARCH_URL)


def backlog() -> Backlog:
    """How much waits and for how long, from the table itself."""
    return Backlog(SearchChange.objects.count(), lag_seconds())


def lag_seconds() -> float:
    """How long the oldest change has waited: one row by its number, however many wait."""
    oldest = SearchChange.objects.order_by("pk").values_list("created_at", flat=True).first()
    return max(0.0, (timezone.now() - oldest).total_seconds()) if oldest is not None else 0.0


def trouble() -> Trouble | None:
    """Why the cluster is not to be asked just now; None when it is."""
    kept = forgiving_cache.get_many([_DOWN, _LAG])
    if _DOWN in kept:
        return Trouble(**kept[_DOWN])
    lag = kept.get(_LAG)
    if lag is None:
        # Whoever ran without a cluster's address has ended the noting (outbox.py): what stands in the cluster is of that day.
        lag = lag_seconds() if SearchReplica.objects.exists() else NOTHING_NOTED
        forgiving_cache.set(_LAG, lag, timeout=LAG_KEPT_SECONDS)
    if lag == NOTHING_NOTED:
        return Trouble("it is not kept up to date: run manage.py rebuild_search", timezone.now())
    if lag > LAG_LIMIT_SECONDS:
        return Trouble(f"it is {lag:.0f} seconds behind", timezone.now())
    return None


def may_be_tried() -> bool:
    """Whether a cluster that failed has stood back long enough: one that is slow would fail every second otherwise."""
    kept = forgiving_cache.get(_DOWN)
    return kept is None or (timezone.now() - kept["since"]).total_seconds() >= STAND_BACK_SECONDS


def mark_down(reason: str) -> None:
    """It failed just now: nobody asks it until what it missed has been sent (outbox.py). Loud, once."""
    if forgiving_cache.add(_DOWN, {"reason": reason, "since": timezone.now()}, timeout=None):
        logger.error("The search cluster does not serve, PostgreSQL answers: %s", reason)


def mark_up() -> None:
    """It took everything there was to tell it: it may answer again."""
    kept = forgiving_cache.get(_DOWN)
    if kept is not None and forgiving_cache.delete(_DOWN):
        seconds = (timezone.now() - kept["since"]).total_seconds()
        logger.warning("The search cluster has caught up and answers again, after %.0f seconds", seconds)
    forgiving_cache.delete(_LAG)
