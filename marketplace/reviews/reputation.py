"""The figures of a seller: kept right as things happen, and counted anew for everybody at night (docs/reputation.md).

One path counts, whether for one seller or for all: `recompute_reputations` asks the one query of each figure
(figures/queries.py) under the sellers' locks.
"""

import logging
from collections.abc import Collection, Sequence

from django.db import DatabaseError, transaction
from django.db.models import F

from marketplace.core import clock
from marketplace.core.jobs import Deadline, Setbacks, count_done
from marketplace.gigs.models import GigStats
from marketplace.gigs.ratings import add_rating, set_rating
from marketplace.reviews import score
from marketplace.reviews.figures import changes, queries
from marketplace.reviews.figures.counting import count_figures
from marketplace.reviews.figures.windows import Windows, windows_now
from marketplace.reviews.locks import lock_reputations
from marketplace.reviews.models import Reputation

# Sellers that are counted, and locked, together.
CHUNK = 100
# More than a run of the minute's job gets done; the rest stays marked.
AT_ONCE = 5_000
SETBACKS = Setbacks[int]("recount_reputations")
logger = logging.getLogger(__name__)


def count_rating(*, user_id: int, gig_id: int | None, stars: int) -> None:
    """One more buyer's review with this many stars is public. Call in the transaction that publishes it.

    It is added to the seller's and the service's stars at once; the rest is counted anew within a minute.
    """
    mark_changed([user_id])
    Reputation.objects.filter(user_id=user_id).update(
        rating_sum=F("rating_sum") + stars, rating_count=F("rating_count") + 1
    )
    if gig_id is not None:
        # After the seller's row, whose lock keeps a recount of both out.
        add_rating(gig_id=gig_id, stars=stars)


def mark_changed(user_ids: Collection[int]) -> None:
    """Something of these sellers changed: they are counted anew within a minute. Cheap, in the caller's transaction."""
    ids = sorted(set(user_ids))
    if not ids:
        return
    Reputation.objects.bulk_create([Reputation(user_id=user_id) for user_id in ids], ignore_conflicts=True)
    if len(ids) > 1:
        with transaction.atomic():
            lock_reputations(ids)
            Reputation.objects.filter(user_id__in=ids).update(counted_on=None)
    else:
        Reputation.objects.filter(user_id__in=ids).update(counted_on=None)


def recompute_reputation(user_id: int) -> Reputation:
    """Count one seller anew, with the stars of their services. Safe to run at any time."""
    return recompute_reputations([user_id])[0]


@transaction.atomic
def recompute_reputations(user_ids: Sequence[int]) -> list[Reputation]:
    """Count these sellers anew, with the stars of their services; returns their rows by key. Safe to run at any time.

    The locks come before the counting: a review that is being published either is counted here or adds itself afterwards.
    """
    ids = sorted(set(user_ids))
    rows = lock_reputations(ids)
    windows = windows_now()
    figures, scores = count_figures(ids, windows), score.scores_of(ids)
    for row in rows:
        for name, value in figures[row.user_id].items():
            setattr(row, name, value)
        row.score_tenths = scores[row.user_id].tenths
        row.updated_at = clock.now()
    if rows:
        columns = [field.name for field in Reputation._meta.concrete_fields if not field.primary_key]
        Reputation.objects.bulk_update(rows, columns)
    _count_gigs(ids, windows)
    return rows


def recount_changed() -> list[int]:
    """Count those anew of whom something was written lately, and who are marked; returns their keys.

    Who cannot be counted stays marked, keeps nobody else waiting, and is tried again a quarter of an hour later.
    """
    _mark_whoever_changed()
    # Who was never counted but at the beginning stands here too; a run that has to stop leaves the rest marked.
    marked = Reputation.objects.filter(counted_on=None).order_by("pk").values_list("pk", flat=True)
    return _count(SETBACKS.first_without(marked, limit=AT_ONCE), until=Deadline())


def _mark_whoever_changed() -> None:
    mark = changes.take_mark()
    changed = sorted(changes.changed_sellers(mark))
    is_whole = True
    for begin in range(0, len(changed), CHUNK):
        try:
            mark_changed(changed[begin : begin + CHUNK])
        except DatabaseError:  # somebody's row was held for too long: those behind it do not wait for it
            logger.exception("not all changed sellers could be marked; the next run reads on from the same place")
            is_whole = False
    if is_whole:
        changes.keep_mark(mark)


def recount_all() -> list[int]:
    """Count everybody anew; returns the keys of those that could be counted."""
    return _count(changes.all_sellers())


def _count(user_ids: Sequence[int], *, until: Deadline | None = None) -> list[int]:
    """Count these anew, CHUNK of them together; each alone where they cannot be counted together."""
    counted: list[int] = []

    def count_one(user_id: int) -> None:
        counted.extend(row.user_id for row in recompute_reputations([user_id]))

    for begin in range(0, len(user_ids), CHUNK):
        if until is not None and until.is_over:
            break
        chunk = user_ids[begin : begin + CHUNK]
        try:
            counted += [row.user_id for row in recompute_reputations(chunk)]
        except Exception:
            logger.warning("sellers from %s to %s are counted one by one", chunk[0], chunk[-1], exc_info=True)
            count_done(chunk, count_one, until=until, setbacks=SETBACKS)
    return counted


def _count_gigs(user_ids: Sequence[int], windows: Windows) -> None:
    """Write the stars of the services whose stars are others than those that count."""
    counted = queries.gig_ratings(user_ids, windows)
    stored = GigStats.objects.filter(gig__seller__in=user_ids).order_by("pk")
    for gig_id, *stars in stored.values_list("pk", "rating_sum", "rating_count"):
        rating_sum, rating_count = counted.get(gig_id, (0, 0))
        if stars != [rating_sum, rating_count]:
            set_rating(gig_id=gig_id, rating_sum=rating_sum, rating_count=rating_count)
