"""What the cluster is told of a gig. The words are those of its tsvector, so that both engines match the same gigs."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from marketplace.core.ratings import shown_rating, wilson_lower_bound
from marketplace.discovery import scorer
from marketplace.discovery.engines.postgres import candidates_of
from marketplace.discovery.engines.queries import neighbours
from marketplace.gigs.models import Gig

# The weights of engines/postgres.py's vector_literal, and the fields of engines/mapping.py.
FIELD_OF_WEIGHT = {"A": "title", "B": "tags", "C": "names", "D": "body"}


def gig_sources(gig_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The documents of these gigs as they are at this moment, by id. Those without one are not to be found."""
    candidates = candidates_of(gig_ids, only_listed=False)
    words = _words(list(candidates))
    on_sale = set(Gig.objects.on_sale().filter(pk__in=list(candidates)).values_list("pk", flat=True))
    now = timezone.now()
    return {
        gig_id: {
            **words[gig_id],
            "title_pairs": neighbours(one.title),
            "gig_id": gig_id,
            "seller_id": one.seller_id,
            "seller_name": one.seller_name,
            "category": one.category_slug,
            "subcategory": one.subcategory_slug,
            "attributes": sorted(one.attributes),
            "level": one.level,
            "price_fen": one.price_fen,
            "delivery_days": one.delivery_days,
            "rating": float(shown_rating(one.rating_sum, one.rating_count) or 0),
            "rating_count": one.rating_count,
            "rating_bound": wilson_lower_bound(one.rating_sum, one.rating_count),
            "orders": one.orders_completed,
            "quality": round(scorer.quality_of(one, now=now), 4),
            "created_at": one.created_at.isoformat(),
            "is_on_sale": gig_id in on_sale,
        }
        for gig_id, one in candidates.items()
    }


def bulk_actions(
    gig_ids: Sequence[int], sources: dict[int, dict[str, Any]], *, indices: Sequence[str], version: int
) -> Iterator[dict[str, Any]]:
    """Store what there is and delete what there is not, in each of `indices`, unless something newer stands there."""
    for index in indices:
        for gig_id in gig_ids:
            head = {"_index": index, "_id": str(gig_id), "version": version, "version_type": "external_gte"}
            if gig_id in sources:
                yield head | {"_op_type": "index", "_source": sources[gig_id]}
            else:
                yield head | {"_op_type": "delete"}


def _words(gig_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """The words of each field in the order in which they stand there, separated by blanks."""
    placed: dict[int, dict[str, list[tuple[int, str]]]] = {gig_id: defaultdict(list) for gig_id in gig_ids}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT gig_id, lexeme, positions, weights FROM discovery_gigdocument, unnest(words) WHERE gig_id = ANY(%s)",
            [list(gig_ids)],
        )
        for gig_id, lexeme, positions, weights in cursor:
            for position, weight in zip(positions or (), weights or (), strict=True):
                placed[gig_id][FIELD_OF_WEIGHT[weight]].append((position, lexeme))
    return {
        gig_id: {
            field: " ".join(word for _position, word in sorted(fields[field])) for field in FIELD_OF_WEIGHT.values()
        }
        for gig_id, fields in placed.items()
    }
