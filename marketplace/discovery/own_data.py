"""What search keeps of a person (accounts/personal_data.py)."""

from collections.abc import Iterable

from marketplace.accounts.models import ConsentDocument, User
from marketplace.accounts.personal_data import Section, Table, plain, table
from marketplace.discovery.models import SearchFilter, SearchHistory
from marketplace.discovery.suggestion_models import SearchPause, SearchPreference


class DiscoverySection(Section):
    """Searches, if the person lets us keep them, and searches they follow."""

    exported = frozenset(
        {
            "discovery.SearchHistory.user",
            "discovery.SearchFilter.user",
            "discovery.SearchPause.user",
            "discovery.SearchPreference.user",
        }
    )

    def tables(self, user: User) -> Iterable[Table]:
        """Both lists."""
        yield table(
            "searches",
            SearchHistory.objects.filter(user=user).order_by("pk"),
            **plain("query", "filters", "result_count", "created_at"),
        )
        yield table(
            "saved_searches",
            SearchFilter.objects.filter(user=user).order_by("pk"),
            **plain("name", "query", "filters", "alerts", "created_at"),
        )
        yield table("search_pause", SearchPause.objects.filter(user=user), **plain("since"))
        yield table(
            "search_preference",
            SearchPreference.objects.filter(user=user),
            **plain("personalised_search", "changed_at"),
        )

    def erase(self, user: User) -> None:
        """Saved searches go; what was searched for stays as a word that nobody stands behind."""
        SearchFilter.objects.filter(user=user).delete()
        SearchPause.objects.filter(user=user).delete()
        SearchPreference.objects.filter(user=user).delete()
        _let_go(user)

    def consent_withdrawn(self, user: User, document: ConsentDocument) -> None:
        """What was kept under the account is no longer theirs."""
        if document == ConsentDocument.SEARCHES:
            _let_go(user)


def _let_go(user: User) -> None:
    SearchHistory.objects.filter(user=user).update(user=None)
