"""Searches that somebody keeps (关注的搜索): save, rename, choose how to be told, open, delete."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.locks import lock_user
from marketplace.accounts.models import User
from marketplace.core.config import get_config
from marketplace.discovery.categories import category_attributes, page_attributes, shown_categories
from marketplace.discovery.chips import condition_chips
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.errors import SavedSearchError, SavedSearchErrorCode
from marketplace.discovery.models import SearchFilter
from marketplace.discovery.params import address_parameters, query_string, read_request
from marketplace.discovery.suggestion_models import SearchAlert
from marketplace.gigs.attributes import Attribute
from marketplace.gigs.models import listed

NAME_LENGTH = 60
# How results are ordered and cut is no part of what is looked for.
# Who is online is a matter of the moment.
_NO_CONDITION = {"q", "sort", "page", "through", "exact", "online"}


@dataclass(frozen=True)
class SavedSearch:
    """A line of the list."""

    pk: int
    name: str
    url: str  # opens it: the news count as seen then
    alerts: SearchAlert
    news: int  # services that came up since it was opened last
    created_at: datetime
    conditions: tuple[str, ...] = ()  # besides the words, in words


def save_search(*, user: User, request: SearchRequest, name: str = "", alerts: SearchAlert) -> SearchFilter:
    """Keep a search; the same one again is the one that is kept, told of as asked now. Without a name it takes its words'.

    Only what is published from now on is news. Raises SavedSearchError (NOTHING_TO_SAVE, TOO_MANY).
    """
    filters = _conditions(request)
    if not request.query and not filters:
        raise SavedSearchError(SavedSearchErrorCode.NOTHING_TO_SAVE)
    with transaction.atomic():
        lock_user(user.pk)  # two at once may not pass the limit, nor save one search twice
        own = SearchFilter.objects.filter(user=user)
        kept = own.filter(query=request.query, filters=filters).first()
        if kept is not None:
            kept.alerts = alerts
            kept.name = name.strip()[:NAME_LENGTH] or kept.name
            kept.save(update_fields=["alerts", "name"])
            return kept
        most = get_config("discovery.saved_searches_most")
        if own.count() >= most:
            raise SavedSearchError(SavedSearchErrorCode.TOO_MANY, most=most)
        now = timezone.now()
        return SearchFilter.objects.create(
            user=user,
            name=name.strip()[:NAME_LENGTH] or default_name(request),
            query=request.query,
            filters=filters,
            alerts=alerts,
            looked_until=now,
            seen_at=now,
        )


def change_search(*, user: User, search_id: int, name: str, alerts: SearchAlert) -> None:
    """Another name, another way to be told. An empty name changes nothing of it. Raises Http404 for somebody else's."""
    search = _own(user, search_id)
    search.name = name.strip()[:NAME_LENGTH] or search.name
    search.alerts = alerts
    search.save(update_fields=["name", "alerts"])


def delete_search(*, user: User, search_id: int) -> None:
    """Keep it no longer, and nothing of what came up for it. Raises Http404 for somebody else's."""
    _own(user, search_id).delete()


def open_search(*, user: User, search_id: int) -> str:
    """The address of its results, newest first; what came up until now is no news any more. Raises Http404."""
    search = _own(user, search_id)
    SearchFilter.objects.filter(pk=search.pk).update(seen_at=timezone.now())
    return reverse("discovery:search") + query_string(replace(request_of(search), sort="newest"))


def saved_searches(user: User) -> list[SavedSearch]:
    """Somebody's saved searches with their news, those with news first."""
    fresh = Q(hits__found_at__gt=Coalesce(F("seen_at"), F("created_at"))) & listed("hits__gig__")
    rows = SearchFilter.objects.filter(user=user).annotate(news=Count("hits", filter=fresh)).order_by("-news", "-pk")
    return [
        SavedSearch(
            pk=row.pk,
            name=row.name,
            url=reverse("discovery:saved_search_open", args=[row.pk]),
            alerts=SearchAlert(row.alerts),
            news=row.news,
            created_at=row.created_at,
            conditions=_in_words(request_of(row)),
        )
        for row in rows
    ]


def saved_as(user: User, request: SearchRequest) -> SearchFilter | None:
    """The row under which somebody keeps this very search."""
    if not user.is_authenticated:
        return None
    return SearchFilter.objects.filter(user=user, query=request.query, filters=_conditions(request)).first()


def request_of(search: SearchFilter) -> SearchRequest:
    """The search as it is asked today: a filter that the page no longer knows is left out."""
    parameters = QueryDict(mutable=True)
    parameters["q"] = search.query
    for name, values in search.filters.items():
        parameters.setlist(name, values if isinstance(values, list) else [values])
    return read_request(parameters)


def default_name(request: SearchRequest) -> str:
    """What a search is called until its person says otherwise: its words, else its category."""
    category = shown_categories().get(request.category_slug)
    words = [request.query, category.localized_name if category is not None else ""]
    return " · ".join(filter(None, words))[:NAME_LENGTH] or _("Saved search")


def _conditions(request: SearchRequest) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in address_parameters(request):
        if name not in _NO_CONDITION:
            found.setdefault(name, []).append(value)
    return found


def _in_words(request: SearchRequest) -> tuple[str, ...]:
    attributes = page_attributes(request.category_slug)
    if {key for key, _options in request.attributes} - {attribute.key for attribute in attributes}:
        # Chosen on a page without a category, which offers the options of the one that most results are of.
        attributes = (*attributes, *_attributes_of_any_category(request))
    return tuple(chip.text for chip in condition_chips(request, shown_categories(), attributes))


def _attributes_of_any_category(request: SearchRequest) -> Iterator[Attribute]:
    wanted = dict(request.attributes)
    for slug in shown_categories():
        for attribute in category_attributes(slug):
            options = {option.key for option in attribute.options}
            if not options.isdisjoint(wanted.get(attribute.key, ())):
                del wanted[attribute.key]
                yield attribute


def _own(user: User, search_id: int) -> SearchFilter:
    return get_object_or_404(SearchFilter, pk=search_id, user=user)
