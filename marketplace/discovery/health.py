"""Can anything be found right now, and how far is the search cluster behind?"""

from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.replica import state
from marketplace.discovery.services import search


def engine_state() -> str:
    """ "up" when the configured engine answers a search. Raises what the engine raises."""
    search(SearchRequest(page_size=1))
    return "up"


def cluster_figures() -> dict[str, float | str]:
    """For monitoring: how long the oldest change has waited for the cluster, how many wait, who answers. Empty without one."""
    if not state.is_configured():
        return {}
    waiting = state.backlog()
    return {
        "search_lag_seconds": round(waiting.lag_seconds, 1),
        "search_changes_waiting": waiting.changes,
        "search_answered_by": "postgresql" if state.trouble() is not None else "cluster",
    }
