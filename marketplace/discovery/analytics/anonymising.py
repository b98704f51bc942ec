"""After the set days a search is a word that nobody stands behind (PIPL art. 19: kept no longer than it is needed)."""

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
