"""How long is kept what people look for and at (core/retention.py)."""

from django.db.models import Q

from marketplace.accounts.retention import CLOSING, with_account
from marketplace.core.retention import Bound, Rule, days_of
from marketplace.discovery import alerts
from marketplace.discovery.analytics.models import SearchClick
from marketplace.discovery.models import SearchHistory
from marketplace.discovery.recommending.models import GigView
from marketplace.discovery.suggestion_models import SavedSearchHit

PIPL = "个人信息保护法 §19, §24"
RULES: tuple[Rule, ...] = (
    Rule(
        "discovery.searches",
        ("discovery.SearchHistory",),
        "to see which searches find nothing; under the account with consent only",
        "{discovery.search_days}, then without person, browser and list; until the account is closed or the consent taken back",
        PIPL,
        "marketplace.discovery.tasks.anonymise_searches",
        (
            Bound(
                lambda: SearchHistory.objects.filter(~Q(user=None) | ~Q(visitor="") | ~Q(shown=[])),
                "created_at",
                days_of("discovery.search_days"),
            ),
            with_account("discovery.SearchHistory"),
        ),
    ),
    Rule(
        "discovery.search_rows",
        ("discovery.SearchHistory", "discovery.SearchClick"),
        "what was looked for and opened, of nobody any more: to hold a season against the one before",
        "{discovery.search_rows_days}; the figures of the days stay",
        PIPL,
        "marketplace.discovery.tasks.forget_searches",
        (
            Bound(lambda: SearchHistory.objects.all(), "created_at", days_of("discovery.search_rows_days")),
            Bound(lambda: SearchClick.objects.all(), "search__created_at", days_of("discovery.search_rows_days")),
        ),
    ),
    Rule(
        "discovery.views",
        ("discovery.GigView",),
        "recommendations: what somebody looked at",
        "{discovery.views_days}; until the account is closed or they turn it off",
        PIPL,
        "marketplace.discovery.recommending.tasks.forget_old_views",
        (
            Bound(lambda: GigView.objects.all(), "touched_at", days_of("discovery.views_days")),
            with_account("discovery.GigView"),
        ),
    ),
    Rule(
        "discovery.news",
        ("discovery.SavedSearchHit",),
        "that a saved search tells of a service once",
        f"{alerts.KEPT.days} days",
        "our decision",
        "marketplace.discovery.tasks.forget_old_news",
        (Bound(lambda: SavedSearchHit.objects.all(), "found_at", lambda: alerts.KEPT, is_real=True),),
    ),
    Rule(
        "discovery.choices",
        (
            "discovery.SearchFilter", "discovery.SearchPause", "discovery.SearchPreference",
            "discovery.GigDismissal", "discovery.PersonalisationOff",
        ),
        "saved searches and what somebody turned off",
        "until the account is closed, or until its person removes them",
        PIPL,
        CLOSING,
        tuple(
            with_account(f"discovery.{name}")
            for name in ("SearchFilter", "SearchPause", "SearchPreference", "GigDismissal", "PersonalisationOff")
        ),
    ),
)  # fmt: skip
