"""What the search box offers while somebody types, and what a results page offers next."""

from bisect import bisect_left
from dataclasses import dataclass
from heapq import nsmallest
from time import monotonic
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.discovery.engines.base import QueryPlan
from marketplace.discovery.language import normalise
from marketplace.discovery.language.lexicon import current_lexicon
from marketplace.discovery.language.sounds import initial_keys, sound_keys
from marketplace.gigs.models import Gig, GigCategory, GigTag, on_sale

LIMIT = 8
CATEGORY_LIMIT, TAG_LIMIT, TITLE_LIMIT = 2, 4, 4
RELATED_LIMIT = 6
TAGS_BY_KEY = 20
TAG_TABLE_SECONDS = 60
TAG_TABLE_LIMIT = 5000
LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True)
class Suggestion:
    """A line below the search box."""

    text: str
    url: str
    hint: str = ""


def suggest(typed: str) -> list[Suggestion]:
    """At most eight: categories, tags by their letters or their sound, then titles that begin so or contain it."""
    text = normalise(typed[:40])
    if not text:
        return []
    found: dict[str, Suggestion] = {}
    search = reverse("discovery:search")
    for category in GigCategory.objects.filter(is_active=True):
        if _begins(category.name, text) and len(found) < CATEGORY_LIMIT:
            url = f"{search}?{urlencode({'category': category.slug})}"
            found.setdefault(normalise(category.name), Suggestion(category.localized_name, url, _("Category")))
    fresh = [(name, count) for name, count in _matching_tags(text) if normalise(name) not in found]
    for name, count in fresh[:TAG_LIMIT]:
        hint = _("%(count)s services") % {"count": count}
        found[normalise(name)] = Suggestion(name, f"{search}?{urlencode({'q': name})}", hint)
    on_shelf = Gig.objects.on_sale().order_by("-stats__orders_completed")
    titles = on_shelf.filter(title__icontains=text).values_list("title", flat=True)[:TITLE_LIMIT]
    for title in sorted(titles, key=lambda title: not normalise(title).startswith(text)):
        found.setdefault(normalise(title), Suggestion(title, f"{search}?{urlencode({'q': title})}"))
    return list(found.values())[:LIMIT]


def related_searches(plan: QueryPlan) -> list[str]:
    """Other words for what was searched, that stand in the catalogue."""
    lexicon = current_lexicon()
    words: list[str] = []
    for concept in plan.concepts:
        if lexicon.is_generic(concept.text):
            continue
        words += [word for word in lexicon.thesaurus.of(concept.text) if lexicon.knows(word)]
    return [word for word in dict.fromkeys(words) if word not in plan.text][:RELATED_LIMIT]


def _matching_tags(text: str) -> list[tuple[str, int]]:
    """Tags of gigs on sale that are written or sound so, with their number of gigs, the most frequent first."""
    written = Q(tag__name__icontains=text) if len(text) > 1 else Q(tag__name__istartswith=text)
    tags = GigTag.objects.filter(on_sale("content_object__"), written | Q(tag__name__in=_tags_by_key(text)))
    counted = tags.values_list("tag__name").annotate(number=Count("pk")).order_by("-number", "tag__name")
    # A few more than are shown: those that are a category's name too are left out.
    return list(counted[: TAG_LIMIT + CATEGORY_LIMIT])


@dataclass(frozen=True)
class _TagTable:
    """The tags in use, the most frequent first, and their keys in order, each with its tag's place in that list.

    PostgreSQL knows neither pinyin nor our folding of characters.
    """

    tags: list[str]
    names: list[tuple[str, int]]
    sounds: list[tuple[str, int]]
    made_at: float


# Kept in the process: unpickled from a shared cache it would cost more than the query it saves.
_state: dict[str, _TagTable] = {}


def _tag_table() -> _TagTable:
    table = _state.get("table")
    if table is None or monotonic() - table.made_at > TAG_TABLE_SECONDS:
        used = GigTag.objects.filter(on_sale("content_object__")).values_list("tag__name").annotate(number=Count("pk"))
        tags = [name for name, _number in used.order_by("-number", "tag__name")[:TAG_TABLE_LIMIT]]
        names = [normalise(tag) for tag in tags]
        table = _state["table"] = _TagTable(
            tags=tags,
            names=sorted((name, place) for place, name in enumerate(names)),
            sounds=sorted((key, place) for place, name in enumerate(names) for key in _sounds(name)),
            made_at=monotonic(),
        )
    return table


def _tags_by_key(text: str) -> list[str]:
    """The most frequent tags that begin so, as they are written here or as they sound."""
    table = _tag_table()
    places = _beginning(table.names, text)
    if letters := _letters(text):
        places |= _beginning(table.sounds, letters)
    return [table.tags[place] for place in nsmallest(TAGS_BY_KEY, places)]


def _beginning(keys: list[tuple[str, int]], prefix: str) -> set[int]:
    return {place for _key, place in keys[bisect_left(keys, (prefix,)) : bisect_left(keys, (prefix + LAST_CHARACTER,))]}


def _letters(text: str) -> str:
    """What was typed as the letters of a sound, empty when it cannot be one."""
    letters = text.replace(" ", "")
    return letters if letters.isascii() and letters.isalpha() and len(letters) > 1 else ""


def _sounds(name: str) -> set[str]:
    return {*sound_keys(name), *initial_keys(name)}


def _begins(name: str, text: str) -> bool:
    name = normalise(name)
    if name.startswith(text) or (len(text) > 1 and text in name):
        return True
    letters = _letters(text)
    return bool(letters) and any(key.startswith(letters) for key in _sounds(name))
