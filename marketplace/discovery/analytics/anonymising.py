"""After the set days a search is a word that nobody stands behind; later it goes (PIPL art. 19: no longer than it is needed)."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.jobs import Deadline
from marketplace.discovery.analytics.models import SearchClick
from marketplace.discovery.models import SearchHistory

BATCH = 1000


def anonymise_searches(*, until: Deadline | None = None) -> int:
    """Take person, browser and order off the searches that are older than `discovery.search_days`; returns how many.

    Account, visitor, the lists that were shown, and the link from a click to its order all go: what stays is the query, how it
    was understood, how much was found and what was opened.
    """
    before = clock.now() - timedelta(days=get_config("discovery.search_days"))
    until = until or Deadline()
    old = SearchHistory.objects.filter(~Q(user=None) | ~Q(visitor="") | ~Q(shown=[]), created_at__lt=before)
    count = 0
    while not until.is_over:
        ids = list(old.order_by("created_at").values_list("pk", flat=True)[:BATCH])
        if not ids:
            break
        with transaction.atomic():
            SearchClick.objects.filter(search__in=ids).exclude(order=None).update(order=None)
            count += SearchHistory.objects.filter(pk__in=ids).update(user=None, visitor="", shown=[])
    return count


def delete_searches(*, until: Deadline | None = None) -> int:
    """Delete the searches older than `discovery.search_rows_days`, the places opened from them included; returns how many.

    In batches of their own transaction, the oldest first: a run that is stopped has done what it counted, and the next one goes
    on. What staff reads of days that long ago are the figures of the days (`SearchDay`), which name nobody.
    """
    before = clock.now() - timedelta(days=get_config("discovery.search_rows_days"))
    until = until or Deadline()
    old = SearchHistory.objects.filter(created_at__lt=before).order_by("created_at")
    count = 0
    while not until.is_over:
        ids = list(old.values_list("pk", flat=True)[:BATCH])
        if not ids:
            break
        with transaction.atomic():
            SearchClick.objects.filter(search__in=ids).delete()
            count += SearchHistory.objects.filter(pk__in=ids).delete()[1].get("discovery.SearchHistory", 0)
    return count
