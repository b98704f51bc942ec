"""What somebody has been about lately: the categories of what they bought, keep and search for.

It moves results a little (scorer.py, at most `search.personal` hundredths, never more than ten), and only where results stand
by how well they fit. Nobody's looking around is in it, nothing of strangers, and nothing of those who turned it off.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import F, Value
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.models import SearchHistory
from marketplace.discovery.scorer import Weights
from marketplace.discovery.suggestion_models import SearchPreference
from marketplace.gigs.models import Favourite
from marketplace.orders.models import Order, OrderKind
from marketplace.orders.states import OrderStatus

WINDOW, HALF_LIFE = timedelta(days=90), timedelta(days=30)
# So many of each, the newest: somebody who keeps a thousand services costs no more than others.
NEWEST = 50
BOUGHT, KEPT, SEARCHED = 2.0, 1.0, 0.5
UNPAID = (OrderStatus.PENDING_PAYMENT, OrderStatus.CANCELLED)


def personalises(user: User) -> bool:
    """Whether the person lets their own orders, favourites and kept searches move results. They do until they turn it off."""
    return not SearchPreference.objects.filter(user=user, personalised_search=False).exists()


def set_personalised_search(*, user: User, is_on: bool) -> None:
    """Turn it on or off; it counts from the next search on. Safe to repeat."""
    SearchPreference.objects.update_or_create(user=user, defaults={"personalised_search": is_on})


def leanings(user: User | None, request: SearchRequest, weights: Weights) -> Mapping[str, float]:
    """Categories by slug, from 0 to 1 for the one somebody was about most. Empty where nothing may be used: two queries else."""
    if not weights.personal or request.sort != "relevance" or user is None or not user.is_authenticated:
        return {}
    return lately_about(user) if personalises(user) else {}


def lately_about(user: User, *, now: datetime | None = None) -> Mapping[str, float]:
    """As `leanings`, without asking whether it may be used: one query. What is older counts less, after 90 days nothing."""
    now = now or timezone.now()
    since = now - WINDOW
    orders = Order.objects.filter(
        buyer=user, kind=OrderKind.STANDARD, parent=None, gig__isnull=False, created_at__gte=since
    ).exclude(status__in=UNPAID)
    kept = Favourite.objects.filter(user=user, created_at__gte=since)
    # Kept with consent only (history.py); who pauses that does not want them used either.
    searches = SearchHistory.objects.filter(
        user=user, created_at__gte=since, filters__has_key="category_slug", user__search_pause__isnull=True
    )
    of_gig, of_filter = F("gig__category__slug"), KeyTextTransform("category_slug", "filters")
    rows = [
        found.annotate(slug=slug, worth=Value(worth))
        .order_by("-created_at", "-pk")
        .values_list("slug", "created_at", "worth")[:NEWEST]
        for found, slug, worth in ((orders, of_gig, BOUGHT), (kept, of_gig, KEPT), (searches, of_filter, SEARCHED))
    ]
    about: Counter[str] = Counter()
    for slug, at, worth in rows[0].union(rows[1], rows[2], all=True):
        about[slug] += worth * 0.5 ** (max(now - at, timedelta()) / HALF_LIFE)
    most = max(about.values(), default=0)
    return {slug: worth / most for slug, worth in about.items() if worth > 0}
