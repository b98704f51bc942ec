"""Which addresses of the search are for search engines."""

from dataclasses import replace

from marketplace.discovery.engines.base import SearchRequest, SearchResult
from marketplace.gigs.models import GigCategory


def is_landing(request: SearchRequest, category: GigCategory | None, result: SearchResult) -> bool:
    """One category that has services, in its own order, and nothing else; a later page of it too.

    Every other address shows the same services once more, fewer of them or in another order, or none at all. What is compared
    is the whole request, so that a filter that is added one day needs no thought here.
    """
    bare = SearchRequest(category_slug=request.category_slug, page=request.page, page_size=request.page_size)
    # Without words there is no slip to leave alone, and the short address does not say so either.
    return category is not None and result.total > 0 and replace(request, as_typed=False) == bare
