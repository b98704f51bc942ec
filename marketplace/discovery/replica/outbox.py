"""Telling the cluster of what changed: rows of SearchChange, oldest first, each gig as it is at the moment of telling.

Nothing is lost and nothing old wins, though several may tell at once: a number is drawn after the changes were read and
before the gigs are, and the cluster keeps the document with the higher number. Who is refused was overtaken by somebody who
drew, and so read the gigs, later.
"""

from collections.abc import Sequence

from django.db import connection

from marketplace.core.jobs import Deadline, only_one
from marketplace.discovery.engines.clusters import ClusterUnavailable, cluster
from marketplace.discovery.models import SearchChange, SearchReplica
from marketplace.discovery.replica import state
from marketplace.discovery.replica.documents import bulk_actions, gig_sources
from marketplace.discovery.replica.indices import read_alias, written_indices

REPLICA = "elasticsearch"
BATCH = 500
# Few changes are to be seen at once; after many the index's own second is early enough.
SEEN_AT_ONCE = 100
RUN_SECONDS, KEPT_OUT_SECONDS = 20, 60


def start_noting() -> None:
    """From now on the database notes what changes."""
    SearchReplica.objects.get_or_create(name=REPLICA)


def stop_noting() -> None:
    """There is no cluster any more: nothing is noted, and what was noted is forgotten."""
    SearchReplica.objects.filter(name=REPLICA).delete()
    SearchChange.objects.all().delete()


def send_changes(*, seconds: int = RUN_SECONDS) -> int:
    """Tell the cluster of all that waits; returns how many changes that were. Never raises for a cluster that is away.

    While it is away changes wait, PostgreSQL answers, and the next run tries again (state.py).
    """
    if not state.is_configured():
        if SearchReplica.objects.exists():
            stop_noting()
        return 0
    sent = 0
    with only_one("search_changes", seconds=KEPT_OUT_SECONDS) as is_ours:
        if not is_ours:
            return 0
        try:
            until = Deadline(seconds)
            while (batch := _send_batch()) and not until.is_over:
                sent += batch
            if not batch and state.trouble() is not None and state.may_be_tried():
                cluster().search_many(read_alias(), [{"size": 0}])  # as pages do, and as patient as they are
                state.mark_up()
        except ClusterUnavailable as error:
            state.mark_down(str(error))
    return sent


def _send_batch() -> int:
    waiting = list(SearchChange.objects.order_by("pk").values_list("pk", "gig_id")[:BATCH])
    if not waiting:
        return 0
    gig_ids = sorted({gig_id for _pk, gig_id in waiting})
    indices = written_indices()
    write_gigs(gig_ids, indices=indices)
    if len(gig_ids) <= SEEN_AT_ONCE:
        for index in indices:
            cluster().refresh(index)
    SearchChange.objects.filter(pk__in=[pk for pk, _gig_id in waiting]).delete()
    return len(waiting)


def write_gigs(gig_ids: Sequence[int], *, indices: Sequence[str]) -> None:
    """Bring these gigs up to date in `indices`. Raises ClusterUnavailable."""
    version = draw_number()
    cluster().write(bulk_actions(gig_ids, gig_sources(gig_ids), indices=indices, version=version))


def draw_number() -> int:
    """A number above all that were drawn before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('discovery_searchchange', 'id'))")
        return int(cursor.fetchone()[0])
