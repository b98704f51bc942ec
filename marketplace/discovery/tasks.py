"""Keeping the index true in the background. Thin, and safe to run twice."""

from datetime import timedelta

from celery import shared_task
from django.db.models import Exists, F, OuterRef, Q

from marketplace.core.forgiving import forgiving_cache
from marketplace.core.jobs import Deadline, only_one
from marketplace.discovery import alerts, services, suggestion_table
from marketplace.discovery.analytics import anonymising, candidates, judging
from marketplace.discovery.analytics.daily import count_days
from marketplace.discovery.documents import published_gigs
from marketplace.discovery.models import GigDocument
from marketplace.discovery.recommending import tasks as recommending_tasks
from marketplace.discovery.replica import outbox

# Celery looks for tasks in the `tasks` of an app only.
__all__ = ["recommending_tasks"]

CATCH_UP_LIMIT = 500
# A million services are indexed in about 25 minutes; the house's five would end that every night in the middle.
WHOLE_CATALOGUE_SECONDS = 2 * 3600
# No transaction of a page takes longer.
SETTLED = timedelta(minutes=2)
REBUILD_AFTER_SECONDS = 180
_REBUILD_DUE = "discovery:rebuild_due"


@shared_task
def index_gig(gig_id: int) -> None:
    """Bring one gig's document up to date."""
    services.index_gig(gig_id)
    suggestion_table.add_gigs([gig_id])


@shared_task(time_limit=WHOLE_CATALOGUE_SECONDS)
def index_category(category_id: int) -> int:
    """Bring the documents of a category up to date after it was edited; returns how many."""
    with only_one(f"index_category_{category_id}", seconds=WHOLE_CATALOGUE_SECONDS) as is_ours:
        return services.index_category(category_id) if is_ours else 0


@shared_task
def catch_up() -> int:
    """Index what was published and missed, forget what is gone; returns how many. Beat runs it every minute.

    What was read within SETTLED of its publication is read again: other transactions may have been under way, which the reading
    did not see yet, and which did not see a document that was only being made.
    """
    shown = published_gigs()
    stale = shown.filter(Q(document=None) | Q(last_published_at__gt=F("document__indexed_at") - SETTLED))
    # Not "NOT IN": that is quadratic as soon as the list of a large catalogue does not fit into PostgreSQL's memory.
    gone = GigDocument.objects.filter(~Exists(shown.filter(pk=OuterRef("gig_id"))))
    ids = [
        *stale.order_by("pk").values_list("pk", flat=True)[:CATCH_UP_LIMIT],
        *gone.order_by("pk").values_list("gig_id", flat=True)[:CATCH_UP_LIMIT],
    ]
    if ids:
        services.index_gigs(ids)
        suggestion_table.add_gigs(ids)
    return len(ids)


@shared_task
def send_changes() -> int:
    """Tell the search cluster of what changed; returns how many changes. Beat runs it every second."""
    return outbox.send_changes()


@shared_task(time_limit=WHOLE_CATALOGUE_SECONDS)
def rebuild(*, is_for_words: bool = False) -> int:
    """Index everything with today's dictionary. Beat runs it at night.

    One at a time: it takes longer than the broker waits before it gives the task out again. What was asked for because words
    were edited (`is_for_words`) is asked for again: the one at work may have read the dictionary before.
    """
    with only_one("search_rebuild", seconds=WHOLE_CATALOGUE_SECONDS) as is_ours:
        if is_ours:
            return services.rebuild_index()
    if is_for_words:
        rebuild_soon()
    return 0


def rebuild_soon() -> None:
    """Rebuild in a few minutes, once, however many entries of the thesaurus are edited until then."""
    if forgiving_cache.add(_REBUILD_DUE, True, timeout=REBUILD_AFTER_SECONDS):
        rebuild.apply_async(kwargs={"is_for_words": True}, countdown=REBUILD_AFTER_SECONDS)


@shared_task(time_limit=WHOLE_CATALOGUE_SECONDS)
def rebuild_suggestions() -> int:
    """Bring what the search box offers up to date; returns how many rows. Beat runs it at night, after the rebuild."""
    return suggestion_table.rebuild_suggestions()


@shared_task
def watch_saved_searches() -> int:
    """Look for news of saved searches and tell of them; returns how many notices. Beat runs it every five minutes."""
    until = Deadline()
    alerts.look_for_news(until=until)
    return alerts.tell_of_news(until=until) + alerts.tell_in_the_morning(until=until)


@shared_task
def forget_old_news() -> int:
    """Delete old news of saved searches; returns how many rows. Beat runs it at night."""
    return alerts.forget_old_news()


@shared_task
def count_searches() -> int:
    """Count the searches of the last days and what became of them; returns how many days. Beat runs it at night."""
    return count_days()


@shared_task
def anonymise_searches() -> int:
    """Take off old searches who made them; returns how many. Beat runs it at night."""
    return anonymising.anonymise_searches()


@shared_task
def forget_searches() -> int:
    """Delete searches that nobody needs any more; returns how many. Beat runs it at night."""
    return anonymising.delete_searches()


@shared_task(time_limit=WHOLE_CATALOGUE_SECONDS)
def judge_searches() -> int:
    """Answer the judged sets with today's words and weights; returns how many. Beat runs it at night, after the rebuild."""
    with only_one("judge_searches", seconds=WHOLE_CATALOGUE_SECONDS) as is_ours:
        return judging.judge_all() if is_ours else 0


@shared_task
def find_thesaurus_candidates() -> int:
    """Note pairs of words for staff to decide on; returns how many wait. Beat runs it at night, after the count."""
    return candidates.find_candidates()


@shared_task(time_limit=WHOLE_CATALOGUE_SECONDS)
def try_candidate(candidate_id: int) -> None:
    """What adding the pair would change, for the page that asked."""
    candidates.try_candidate(candidate_id=candidate_id)
