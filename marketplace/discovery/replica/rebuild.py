"""A new index beside the one that searches ask, and the change from one to the other while people search.

Changes are written to both from the first moment. The new one is asked only when it holds as many gigs as PostgreSQL, and
gigs drawn at random say the same there; the old one is kept, and kept up to date, to go back to.
"""

import logging
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from marketplace.core.jobs import only_one
from marketplace.discovery.engines.clusters import ClusterUnavailable, cluster
from marketplace.discovery.engines.mapping import SETTINGS, index_body
from marketplace.discovery.models import GigDocument, SearchChange
from marketplace.discovery.replica import indices, outbox, state
from marketplace.discovery.replica.documents import gig_sources

logger = logging.getLogger(__name__)

BATCH = 500
# One that was killed keeps others out for so long.
REBUILD_SECONDS = 3600
SAMPLE = 100
# Gigs change while they are counted and compared: it is done anew so often, until both are the same.
COMPARISONS, COMPARISON_PAUSE_SECONDS = 5, 0.5
# The one value that follows from the hour at which a document was written.
MOVING = "quality"

# Not the name of PostgreSQL's own rebuild: who has to go back need not wait for that.
ONE_AT_A_TIME = "search_replica"

Say = Callable[[str], object]


class NotTheSame(Exception):
    """The new index does not hold what PostgreSQL does. The old one goes on serving. The text says what differs."""


def build_index(*, say: Say = str) -> int:
    """Fill a new index from PostgreSQL and have searches ask it; returns how many gigs it holds.

    Raises NotTheSame or ClusterUnavailable; the index that was begun is deleted then, and searches go on as before.
    """
    with only_one(ONE_AT_A_TIME, seconds=REBUILD_SECONDS) as is_ours:
        if not is_ours:
            raise NotTheSame("another rebuild is at work")
        return _build(say)


def _build(say: Say) -> int:
    outbox.start_noting()
    old = indices.current_index()
    new = f"{indices.read_alias()}-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
    body = index_body()
    body["settings"]["index"] = SETTINGS | {"refresh_interval": "-1"}
    cluster().create(new, body)
    try:
        # From here on changes go to both.
        cluster().change_aliases([{"add": {"index": new, "alias": indices.written_alias()}}])
        count = 0
        for gig_ids in _batches():
            outbox.write_gigs(gig_ids, indices=[new])
            count += len(gig_ids)
            say(f"{count} services written")
        cluster().change_settings(new, {"index": {"refresh_interval": SETTINGS["refresh_interval"]}})
        _compare(new, say)
        indices.put_first(new, instead_of=old)
    except BaseException:
        _drop_unless_asked(new)
        raise
    indices.forget_others([new, old])
    state.mark_up()
    say(f"searches ask {new}; {old or 'nothing'} is kept to go back to")
    return count


def go_back(*, say: Say = str) -> str:
    """Have searches ask the index before this one again; returns its name. The present one is kept in the same way.

    Raises NotTheSame when there is none to go back to, or while a rebuild is at work.
    """
    with only_one(ONE_AT_A_TIME, seconds=REBUILD_SECONDS) as is_ours:
        if not is_ours:
            raise NotTheSame("a rebuild is at work")
        previous, current = indices.previous_index(), indices.current_index()
        if previous is None:
            raise NotTheSame("there is no former index to go back to")
        _compare(previous, say)
        indices.put_first(previous, instead_of=current)
    say(f"searches ask {previous} again; {current} is kept to go back to")
    return previous


def _drop_unless_asked(index: str) -> None:
    """Delete an index that was begun. The exchange of names may have been carried out though its answer was lost."""
    try:
        if indices.current_index() != index:
            cluster().drop(index)
    except ClusterUnavailable:
        # The next rebuild deletes it (indices.forget_others); what went wrong first is what is to be told.
        logger.exception("the index %s that was begun is still there", index)


def _batches() -> Iterator[list[int]]:
    """All gigs that have a document, by number: those that come while it is read are written by the outbox."""
    last = 0
    while gig_ids := list(
        GigDocument.objects.filter(gig_id__gt=last).order_by("gig_id").values_list("gig_id", flat=True)[:BATCH]
    ):
        yield gig_ids
        last = gig_ids[-1]


def _compare(index: str, say: Say) -> None:
    difference = ""
    for attempt in range(COMPARISONS):
        if attempt:
            time.sleep(COMPARISON_PAUSE_SECONDS)
        outbox.send_changes()
        cluster().refresh(index)
        difference = _difference(index)
        if not difference:
            say(f"{index} holds what PostgreSQL holds")
            return
    raise NotTheSame(f"{index}: {difference}")


def _difference(index: str) -> str:
    if SearchChange.objects.exists():
        return "changes wait that the cluster does not take"
    wanted, found = GigDocument.objects.count(), cluster().count(index)
    if wanted != found:
        return f"{found} services instead of {wanted}"
    ids = list(GigDocument.objects.values_list("gig_id", flat=True))
    sample = random.sample(ids, min(SAMPLE, len(ids)))
    if not sample:
        return ""
    ours, theirs = gig_sources(sample), cluster().documents(index, sample)
    differing = [gig_id for gig_id in sample if _still(ours.get(gig_id)) != _still(theirs.get(gig_id))]
    return f"services {differing[:5]} say something else than in PostgreSQL" if differing else ""


def _still(source: dict[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (source or {}).items() if name != MOVING}
