"""Somebody's own searches: kept only with their consent, shown to them alone, forgotten when they say so."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.accounts.models import ConsentDocument, User
from marketplace.accounts.selectors import has_consent
from marketplace.discovery.language import normalise
from marketplace.discovery.models import SearchHistory
from marketplace.discovery.recommending.viewing import forget_choice
from marketplace.discovery.suggestion_models import SearchPause

# So far back one looks for different queries among the newest rows.
LOOK_BACK = 200


@dataclass(frozen=True)
class RecentSearch:
    """A query as it was typed last."""

    query: str
    searched_at: datetime


def keeps_searches(user: User) -> bool:
    """Whether a search of this person is kept under their account: they agreed to that, and did not pause it."""
    return has_consent(user, ConsentDocument.SEARCHES) and not SearchPause.objects.filter(user=user).exists()


def is_paused(user: User) -> bool:
    """Whether the person lets nothing be added for now."""
    return SearchPause.objects.filter(user=user).exists()


def recent_searches(user: User | None, *, limit: int) -> list[str]:
    """The person's last different queries, newest first. Nobody's for strangers: nothing is kept under them."""
    return [one.query for one in own_searches(user, limit=limit)]


def own_searches(user: User | None, *, limit: int) -> list[RecentSearch]:
    """As `recent_searches`, with the time of the last time."""
    if user is None or not user.is_authenticated:
        return []
    rows = SearchHistory.objects.filter(user=user).order_by("-pk").values_list("query", "created_at")[:LOOK_BACK]
    found: dict[str, RecentSearch] = {}
    for query, created_at in rows:
        found.setdefault(normalise(query), RecentSearch(query, created_at))
    return list(found.values())[:limit]


def forget_search(*, user: User, query: str) -> int:
    """Delete every search of this person for the query, however it was spelled; returns how many rows went."""
    rows = SearchHistory.objects.filter(user=user)
    ids = [pk for pk, own in rows.values_list("pk", "query") if normalise(own) == normalise(query)]
    return rows.filter(pk__in=ids).delete()[0]


def forget_searches(*, user: User) -> int:
    """Delete every search that is kept under this person; returns how many rows went."""
    return SearchHistory.objects.filter(user=user).delete()[0]


def pause_history(*, user: User) -> None:
    """Keep no more searches and views until the person says so; what is kept stays. Safe to repeat."""
    SearchPause.objects.get_or_create(user=user)
    forget_choice(user.pk)


def resume_history(*, user: User) -> None:
    """Keep searches and views again, if the person agrees to that still. Safe to repeat."""
    SearchPause.objects.filter(user=user).delete()
    forget_choice(user.pk)
