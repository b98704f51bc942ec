"""News of saved searches: services that were published since the last look, found by the public search, told once.

A job looks (`look_for_news`), another tells (`tell_of_news`, `tell_in_the_morning`). What was found is a row that is unique
by search and service; telling happens under the lock of the search, so that two jobs at once tell it once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.selectors import blocked_by
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.jobs import Deadline, Setbacks, count_done
from marketplace.discovery import locks, services
from marketplace.discovery.documents import published_gigs
from marketplace.discovery.engines.base import (
    CANDIDATE_LIMIT,
    Candidates,
    FacetRows,
    GigWords,
    QueryPlan,
    SearchRequest,
    attribute_token,
)
from marketplace.discovery.engines.postgres import candidates_matching
from marketplace.discovery.models import SearchFilter
from marketplace.discovery.saved_searches import request_of
from marketplace.discovery.scorer import Score
from marketplace.discovery.suggestion_models import SavedSearchHit, SearchAlert
from marketplace.gigs.models import listed
from marketplace.notifications import catalogue
from marketplace.notifications.services import notify

# Fewer than the engines hand to the scorer: with more, counts would be taken over the whole catalogue.
GIG_BATCH = CANDIDATE_LIMIT - 1
SEARCH_BATCH = 500
# A service may be indexed a little after it was published; what was found already is no news twice.
OVERLAP = timedelta(minutes=15)
# After an outage it may be indexed much later, and is news all the same.
LATE = timedelta(days=3)
# A search for two things is not answered by one of them: an alert is worth its interruption or does not come.
COVERAGE = 0.75
BETWEEN_NOTICES = timedelta(days=1)
# Searches that nobody is told of keep what came up for them so long.
KEPT = timedelta(days=90)
HITS_MOST = 200
MORNING_HOURS = 3
_CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class _Among:
    """A SearchEngine over a few services alone: the words are matched by the database, as for everybody."""

    gig_ids: tuple[int, ...]

    def retrieve(self, plan: QueryPlan, request: SearchRequest, *, limit: int = CANDIDATE_LIMIT) -> Candidates:
        """Those of the services that match the plan and have the options asked for.

        A page offers options of the category that most of its results are of. These few services make no such category, so
        that the options would be dropped as unknown.
        """
        wanted = [{attribute_token(key, option) for option in options} for key, options in request.attributes]
        found = candidates_matching(plan, self.gig_ids)
        return Candidates([one for one in found if all(some & one.attributes for some in wanted)][:limit])

    def facet_rows(self, plan: QueryPlan) -> FacetRows:
        """Never asked for: there are fewer services than can be scored."""
        raise NotImplementedError

    def index(self, documents: Sequence[GigWords]) -> None:
        """Nothing is kept here."""

    def remove(self, gig_ids: Sequence[int]) -> None:
        """Nothing is kept here."""

    def clear(self) -> None:
        """Nothing is kept here."""


def look_for_news(*, until: Deadline | None = None) -> int:
    """Look through what was published since each saved search was looked through last; returns how many came up anew.

    Those that waited longest come first. Safe to repeat and to run twice at once.
    """
    before = SavedSearchHit.objects.count()
    moment = timezone.now()
    setbacks: Setbacks[int] = Setbacks("saved_search_looks")
    due = SearchFilter.objects.filter(user__is_active=True, looked_until__lt=moment).order_by("looked_until", "pk")
    ids = setbacks.first_without(due.values_list("pk", flat=True), limit=SEARCH_BATCH)
    searches = {search.pk: search for search in due.filter(pk__in=ids)}
    oldest = min((search.looked_until for search in searches.values() if search.looked_until), default=moment)
    published = _published_since(oldest)

    def look(search_id: int) -> bool:
        search = searches[search_id]
        since = (search.looked_until or moment) - OVERLAP
        fresh = [
            gig_id
            for gig_id, published_at, indexed_at in published
            if published_at > max(search.created_at, since - LATE) and max(published_at, indexed_at) > since
        ]
        _note(search, _matching(search, fresh))
        SearchFilter.objects.filter(pk=search.pk).update(looked_until=moment)
        return True

    count_done([pk for pk in ids if pk in searches], look, until=until, setbacks=setbacks)
    return SavedSearchHit.objects.count() - before


def tell_of_news(*, until: Deadline | None = None) -> int:
    """Tell of what came up for searches whose people want to know soon, at most once a day each; returns how many notices."""
    waited = Q(told_at=None) | Q(told_at__lte=clock.now() - BETWEEN_NOTICES)
    due = (
        SearchFilter.objects.filter(waited, alerts=SearchAlert.AT_ONCE, hits__told_at=None, hits__isnull=False)
        .filter(user__is_active=True)
        .order_by("pk")
        .distinct()
    )
    setbacks: Setbacks[int] = Setbacks("saved_search_notices")
    ids = setbacks.first_without(due.values_list("pk", flat=True), limit=SEARCH_BATCH)
    return count_done(ids, lambda search_id: tell_of_search(search_id=search_id), until=until, setbacks=setbacks)


@transaction.atomic
def tell_of_search(*, search_id: int) -> bool:
    """Tell one person of one search's news, if there is any that they were not told of and today's notice is not spent."""
    try:
        search = locks.lock_saved_search(search_id)
    except SearchFilter.DoesNotExist:
        return False
    now = clock.now()
    if search.alerts != SearchAlert.AT_ONCE or (search.told_at and search.told_at > now - BETWEEN_NOTICES):
        return False
    count, title = _take_untold([search.pk], now)
    if not count:
        return False
    SearchFilter.objects.filter(pk=search.pk).update(told_at=now)
    notify(
        recipient_id=search.user_id,
        notice=catalogue.searches.NEWS,
        words={"name": search.name, "title": title, "count": count},
        url=reverse("discovery:saved_search_open", args=[search.pk]),
    )
    return True


def tell_in_the_morning(*, until: Deadline | None = None) -> int:
    """Tell whoever wants it daily of all their searches in one notice, from the hour of the settings on; returns how many."""
    now = clock.now()
    local = now.astimezone(_CHINA)
    # What comes up later in the day is tomorrow morning's; a worker that was away has some hours to make up for it.
    begins = get_config("discovery.digest_hour")
    if not begins <= local.hour < begins + MORNING_HOURS:
        return 0
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    waited = Q(told_at=None) | Q(told_at__lt=midnight)
    people = (
        SearchFilter.objects.filter(waited, alerts=SearchAlert.DAILY, hits__told_at=None, hits__isnull=False)
        .filter(user__is_active=True)
        .order_by("user_id")
        .values_list("user_id", flat=True)
        .distinct()
    )
    setbacks: Setbacks[int] = Setbacks("saved_search_digests")
    ids = setbacks.first_without(people, limit=SEARCH_BATCH)
    return count_done(ids, lambda user_id: tell_person(user_id=user_id, since=midnight), until=until, setbacks=setbacks)


@transaction.atomic
def tell_person(*, user_id: int, since: datetime) -> bool:
    """One notice of all searches that somebody wants daily, unless they had today's (after `since`) already."""
    own = [search for search in locks.lock_saved_searches_of(user_id) if search.alerts == SearchAlert.DAILY]
    if any(search.told_at and search.told_at >= since for search in own):
        return False
    now = clock.now()
    ids = [search.pk for search in own]
    names = {search.pk: search.name for search in own}
    with_news = list(_untold(ids).order_by("search_id").values_list("search_id", flat=True).distinct())
    count, _title = _take_untold(ids, now)
    if not count:
        return False
    SearchFilter.objects.filter(pk__in=ids).update(told_at=now)
    notify(
        recipient_id=user_id,
        notice=catalogue.searches.DIGEST,
        words={"count": count, "names": "、".join(names[pk] for pk in with_news)},
        url=reverse("discovery:saved_searches"),
    )
    return True


def forget_old_news() -> int:
    """Delete what came up long ago; returns how many rows. What was told stays long enough to be told only once."""
    return SavedSearchHit.objects.filter(found_at__lt=timezone.now() - KEPT).delete()[0]


def _published_since(moment: datetime) -> list[tuple[int, datetime, datetime]]:
    """Services on sale that were first published, or indexed not too late, since a little before the moment, oldest first.

    With both times. What came up before is noted already (SavedSearchHit), so that an old one indexed again is no news.
    """
    since = moment - OVERLAP
    rows = published_gigs().filter(
        Q(first_published_at__gt=since) | Q(document__indexed_at__gt=since),
        listed(), document__isnull=False, first_published_at__gt=since - LATE,
    )  # fmt: skip
    found = rows.order_by("first_published_at", "pk").values_list("pk", "first_published_at", "document__indexed_at")
    return [(pk, published_at, indexed_at) for pk, published_at, indexed_at in found if published_at is not None]


def _matching(search: SearchFilter, gig_ids: Sequence[int]) -> list[int]:
    """Those of the services that answer the search, as the search page would."""
    found: list[int] = []
    for start in range(0, len(gig_ids), GIG_BATCH):
        batch = tuple(gig_ids[start : start + GIG_BATCH])
        request = replace(request_of(search), page=1, page_size=GIG_BATCH, sort="relevance")
        with services.use_engine(_Among(batch)):
            result = services.search(request)
        has_words = bool(result.plan and result.plan.concepts)
        found += [
            gig_id for gig_id in result.ids if gig_id in batch and (not has_words or _answers(result.scores[gig_id]))
        ]
    return found


def _note(search: SearchFilter, gig_ids: Sequence[int]) -> None:
    """Write down what is new. Nobody is told of their own services, nor of those of people they blocked."""
    if not gig_ids:
        return
    blocked = blocked_by(search.user).values("person_id")
    fit = published_gigs().filter(pk__in=gig_ids).exclude(seller_id=search.user_id).exclude(seller_id__in=blocked)
    rows = [SavedSearchHit(search=search, gig_id=pk) for pk in fit.order_by("pk").values_list("pk", flat=True)]
    SavedSearchHit.objects.bulk_create(rows[:HITS_MOST], ignore_conflicts=True)


def _answers(score: Score) -> bool:
    """Whether it is what was asked for, by its words or by its seller's name."""
    return score.coverage >= COVERAGE or score.text.names_seller


def _untold(search_ids: Sequence[int]) -> QuerySet[SavedSearchHit]:
    """News that can be bought still, and that was not seen on the page already."""
    unseen = Q(search__seen_at=None) | Q(found_at__gt=F("search__seen_at"))
    return SavedSearchHit.objects.filter(unseen, listed("gig__"), search_id__in=search_ids, told_at=None)


def _take_untold(search_ids: Sequence[int], now: datetime) -> tuple[int, str]:
    """How many different services there are to tell of, and the newest one's title; all of them count as told."""
    fresh = _untold(search_ids)
    count = fresh.aggregate(gigs=Count("gig", distinct=True))["gigs"]
    title = fresh.order_by("-pk").values_list("gig__title", flat=True).first() or ""
    # What left the shelf before it was told is told no more.
    SavedSearchHit.objects.filter(search_id__in=search_ids, told_at=None).update(told_at=now)
    return count, title
