"""What search keeps of a person (accounts/personal_data.py)."""

from collections.abc import Iterable

from marketplace.accounts.models import ConsentDocument, User
from marketplace.accounts.personal_data import Section, Table, plain, table
from marketplace.discovery.language import normalise
from marketplace.discovery.models import SearchFilter, SearchHistory
from marketplace.discovery.suggestion_models import SearchPause, SearchSuggestion


class DiscoverySection(Section):
    """Searches, if the person lets us keep them, and searches they follow."""

    exported = frozenset({"discovery.SearchHistory.user", "discovery.SearchFilter.user", "discovery.SearchPause.user"})

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

    def erase(self, user: User) -> None:
        """Saved searches go; what was searched for stays as a word that nobody stands behind."""
        SearchFilter.objects.filter(user=user).delete()
        SearchPause.objects.filter(user=user).delete()
        _let_go(user)
        # Who looked for this person by name is not to make the name known to others (suggestion_table.py).
        name = normalise(user.profile.display_name)
        if name:
            SearchHistory.objects.filter(folded=name).update(user=None)
            SearchSuggestion.objects.filter(term__iexact=name).delete()

    def consent_withdrawn(self, user: User, document: ConsentDocument) -> None:
        """What was kept under the account is deleted, as the page of their searches says."""
        if document == ConsentDocument.SEARCHES:
            SearchHistory.objects.filter(user=user).delete()


def _let_go(user: User) -> None:
    SearchHistory.objects.filter(user=user).update(user=None)
