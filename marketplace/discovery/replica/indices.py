"""The indices of the cluster and the three names that stand before them.

gigs-v1            the one that searches ask
gigs-v1-written    all that changes are written to: that one, the one before it, and one that is being built
gigs-v1-previous   the one to go back to

The number is the mapping's version: a release with another mapping never reads or writes what it does not understand.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from marketplace.discovery.engines.clusters import ClusterUnavailable, cluster
from marketplace.discovery.engines.mapping import VERSION


def read_alias() -> str:
    """The name that searches ask."""
    return f"{settings.ELASTICSEARCH_INDEX_PREFIX}gigs-v{VERSION}"


def written_alias() -> str:
    """The name of all that changes are written to."""
    return f"{read_alias()}-written"


def previous_alias() -> str:
    """The name of the index to go back to."""
    return f"{read_alias()}-previous"


def written_indices() -> list[str]:
    """The indices that changes are written to. Raises ClusterUnavailable when there is none, as before the first rebuild."""
    indices = cluster().behind(written_alias())
    if not indices:
        raise ClusterUnavailable("it has no index yet: run manage.py rebuild_search")
    return indices


def current_index() -> str | None:
    """The index that searches ask; None before the first rebuild."""
    return next(iter(cluster().behind(read_alias())), None)


def previous_index() -> str | None:
    """The index to go back to, if there is one."""
    return next(iter(cluster().behind(previous_alias())), None)


def put_first(index: str, *, instead_of: str | None) -> None:
    """Have searches ask `index`, and keep the one they asked before to go back to. At one stroke: no search finds none."""
    older = previous_index()
    actions = [_add(index, read_alias()), _add(index, written_alias())]
    if instead_of is not None and instead_of != index:
        actions += [_remove(instead_of, read_alias()), _add(instead_of, previous_alias())]
    if older is not None and older != instead_of:
        actions.append(_remove(older, previous_alias()))
    cluster().change_aliases(actions)


def forget_others(keep: Sequence[str | None]) -> None:
    """Delete every index of ours that is none of `keep`, those of other versions too: nobody writes to them any more."""
    for index in cluster().behind(f"{settings.ELASTICSEARCH_INDEX_PREFIX}gigs-v*"):
        if index not in keep:
            cluster().drop(index)


def _add(index: str, alias: str) -> dict[str, Any]:
    return {"add": {"index": index, "alias": alias}}


def _remove(index: str, alias: str) -> dict[str, Any]:
    return {"remove": {"index": index, "alias": alias}}
