"""Can anything be found right now?"""

from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.services import search


def engine_state() -> str:
    """ "up" when the configured engine answers a search. Raises what the engine raises."""
    search(SearchRequest(page_size=1))
    return "up"
