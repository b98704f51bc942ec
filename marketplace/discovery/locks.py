"""The only place of discovery that takes row locks (docs/locking.md): a person first, then their saved searches by key."""

from marketplace.discovery.analytics.models import ThesaurusCandidate
from marketplace.discovery.models import SearchFilter, SearchHistory


def lock_saved_search(search_id: int) -> SearchFilter:
    """Lock one saved search until the transaction ends. Raises SearchFilter.DoesNotExist."""
    return SearchFilter.objects.select_for_update(of=("self",), no_key=True).get(pk=search_id)


def lock_saved_searches_of(user_id: int) -> list[SearchFilter]:
    """Lock all saved searches of a person, ascending by key: the morning's notice tells of all of them."""
    rows = SearchFilter.objects.select_for_update(of=("self",), no_key=True).filter(user_id=user_id)
    return list(rows.order_by("pk"))


def lock_search(search_id: int) -> SearchHistory | None:
    """Lock the line of one search until the transaction ends; None when its person has deleted it meanwhile."""
    return SearchHistory.objects.select_for_update(of=("self",), no_key=True).filter(pk=search_id).first()


def lock_candidate(candidate_id: int) -> ThesaurusCandidate:
    """Lock one candidate for the thesaurus until the transaction ends. Raises ThesaurusCandidate.DoesNotExist."""
    return ThesaurusCandidate.objects.select_for_update(of=("self",), no_key=True).get(pk=candidate_id)
