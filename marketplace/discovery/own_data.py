"""What search keeps of a person (accounts/personal_data.py)."""

from collections.abc import Iterable

from marketplace.accounts.models import ConsentDocument, User
from marketplace.accounts.personal_data import Section, Table, plain, table
from marketplace.core.commits import after_commit
from marketplace.discovery.analytics.models import SearchClick
from marketplace.discovery.language import normalise
from marketplace.discovery.models import SearchFilter, SearchHistory
from marketplace.discovery.recommending.choices import forget_row
from marketplace.discovery.recommending.models import GigDismissal, GigView, PersonalisationOff
from marketplace.discovery.recommending.viewing import forget_choice, forget_views
from marketplace.discovery.suggestion_models import SearchPause, SearchPreference, SearchSuggestion


class DiscoverySection(Section):
    """Searches and views, if the person lets us keep them, searches they follow, what they said of recommendations."""

    exported = frozenset(
        {
            "discovery.SearchHistory.user",
            "discovery.SearchFilter.user",
            "discovery.SearchPause.user",
            "discovery.SearchPreference.user",
            "discovery.GigView.user",
            "discovery.GigDismissal.user",
            "discovery.PersonalisationOff.user",
        }
    )

    def tables(self, user: User) -> Iterable[Table]:
        """Each list."""
        yield table(
            "searches",
            SearchHistory.objects.filter(user=user).order_by("pk"),
            **plain("query", "filters", "result_count", "created_at"),
        )
        yield table(
            "opened_from_searches",
            SearchClick.objects.filter(search__user=user).order_by("pk"),
            query="search__query",
            service="gig__title",
            order="order__number",
            **plain("place", "created_at"),
        )
        yield table(
            "saved_searches",
            SearchFilter.objects.filter(user=user).order_by("pk"),
            **plain("name", "query", "filters", "alerts", "created_at"),
        )
        yield table("search_pause", SearchPause.objects.filter(user=user), **plain("since"))
        yield table(
            "viewed_services",
            GigView.objects.filter(user=user).order_by("pk"),
            service="gig__title",
            **plain("gig_id", "views", "viewed_at", "shown", "shown_on"),
        )
        yield table(
            "dismissed_services",
            GigDismissal.objects.filter(user=user).order_by("pk"),
            service="gig__title",
            **plain("gig_id", "created_at"),
        )
        yield table("personalisation_off", PersonalisationOff.objects.filter(user=user), **plain("since"))
        yield table(
            "search_preference",
            SearchPreference.objects.filter(user=user),
            **plain("personalised_search", "changed_at"),
        )

    def erase(self, user: User) -> None:
        """Saved searches, views and choices go; what was searched for stays as a word that nobody stands behind."""
        SearchFilter.objects.filter(user=user).delete()
        SearchPause.objects.filter(user=user).delete()
        GigDismissal.objects.filter(user=user).delete()
        PersonalisationOff.objects.filter(user=user).delete()
        _forget_views(user)
        SearchPreference.objects.filter(user=user).delete()
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
        elif document == ConsentDocument.VIEWS:
            _forget_views(user)


def _forget_views(user: User) -> None:
    forget_views(user=user)
    after_commit(_forget_known, user.pk)


def _forget_known(user_id: int) -> None:
    forget_row(user_id)
    forget_choice(user_id)


def _let_go(user: User) -> None:
    """What stays of the searches points at nobody: neither by account nor by browser, nor by what was ordered after them."""
    SearchClick.objects.filter(search__user=user).exclude(order=None).update(order=None)
    SearchHistory.objects.filter(user=user).update(user=None, visitor="", shown=[])
