"""What the search box offers while somebody types, and what a results page offers next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.models import User, UserProfile
from marketplace.discovery.categories import shown_categories
from marketplace.discovery.engines.base import QueryPlan
from marketplace.discovery.history import recent_searches
from marketplace.discovery.language.lexicon import current_lexicon
from marketplace.discovery.language.normalise import CJK
from marketplace.discovery.suggestion_keys import squeezed, typed_keys, typed_sound
from marketplace.discovery.suggestion_marks import covered
from marketplace.discovery.suggestion_models import SuggestionKind
from marketplace.discovery.suggestion_table import DEPTH, PLACES
from marketplace.gigs.models import Gig

LIMIT, TYPED_LENGTH = 8, 40
RECENT_LIMIT, OWN_LIMIT, CATEGORY_LIMIT, GIG_LIMIT, SELLER_LIMIT = 8, 2, 2, 2, 1
RELATED_LIMIT = 6
# What several people searched for is a better guess than a tag, and that a better one than a part of titles.
_WORTH = {SuggestionKind.QUERY: 30, SuggestionKind.TAG: 3, SuggestionKind.TITLE: 1}


@dataclass(frozen=True)
class Suggestion:
    """A line below the search box, under the heading `group`; `start` and `end` are what the typed letters stand for."""

    text: str
    url: str
    hint: str = ""
    group: str = ""
    is_own: bool = False  # of the person's own searches
    start: int = 0
    end: int = 0
    icon: str = "search"  # what it leads to: words are searched for, a category or a seller is opened

    @property
    def parts(self) -> tuple[str, str, str]:
        """The text before the part that was typed, that part, and what follows."""
        return self.text[: self.start], self.text[self.start : self.end], self.text[self.end :]


def suggest(typed: str, user: User | None = None) -> list[Suggestion]:
    """At most eight lines for what was typed, group by group: own searches, words, categories, services,
    sellers.

    Nothing typed: the person's own last searches. Letters may be Chinese, pinyin, first letters or a mixture. Costs one
    query, three for a mixture, one more each where services or sellers are among them or there is a history; none grows
    with the catalogue.
    """
    text = squeezed(typed[:TYPED_LENGTH])[:TYPED_LENGTH]
    if not text:
        return _own(recent_searches(user, limit=RECENT_LIMIT), "")
    rows = _rows(typed_keys(text))
    if not rows and (sound := typed_sound(text)):
        # Another character of the same sound, as an input method offers them: 小城序.
        rows, text = _rows((sound,)), sound
    mixed = bool(CJK.search(text)) and not CJK.fullmatch(text)
    placed = [(row, covered(row.term, text)) for row in rows]
    # By first letters alone 小cx finds 学车 as well: for a mixture the term itself has to fit.
    placed = [(row, place) for row, place in placed if place != (0, 0) or not mixed]
    matching = [query for query in recent_searches(user, limit=50) if covered(query, text) != (0, 0)]
    own = _own(matching[:OWN_LIMIT], text)
    taken = {squeezed(one.text) for one in own}
    categories = _categories(placed)
    gigs, sellers = _gigs(placed), _sellers(placed)
    room = LIMIT - len(own) - len(categories) - len(gigs) - len(sellers)
    return [*own, *_words(placed, taken, room), *categories, *gigs, *sellers]


class _Row(NamedTuple):
    kind: str
    term: str
    target: str
    weight: int


_Placed = Sequence[tuple[_Row, tuple[int, int]]]

# The first of each kind under the beginning: an index range for each reach, at most PLACES rows long (suggestion_table.py).
_BEGINNING = """
    SELECT one.kind, one.term, one.target, one.weight
    FROM unnest(%s::varchar[]) AS kinds(kind), LATERAL (
        SELECT kind, term, target, weight FROM discovery_searchsuggestion
        WHERE kind = kinds.kind AND reach = ANY(%s) AND key LIKE %s
        ORDER BY weight DESC, char_length(term), term LIMIT %s
    ) AS one
"""


def _rows(keys: Iterable[str]) -> list[_Row]:
    found: dict[tuple[str, str, str], _Row] = {}
    with connection.cursor() as cursor:
        for key in keys:
            beginning = key.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
            depths = list(range(1, min(len(key), DEPTH + 1) + 1))
            cursor.execute(_BEGINNING, [SuggestionKind.values, depths, beginning, PLACES])
            for values in cursor.fetchall():
                row = _Row(*values)
                found.setdefault((row.kind, row.term, row.target), row)
    return list(found.values())


def _own(queries: Iterable[str], text: str) -> list[Suggestion]:
    group = _("Your searches")
    return [Suggestion(query, _searching(query), "", group, True, *covered(query, text), "clock") for query in queries]


def _words(placed: _Placed, taken: set[str], room: int) -> list[Suggestion]:
    """Queries, tags and parts of titles: what begins so before what contains it, the weightier first, each once."""
    group = _("Suggestions")
    words = [(row, place) for row, place in placed if row.kind in _WORTH]
    words.sort(
        key=lambda pair: (
            pair[1][0],
            -pair[0].weight * _WORTH[SuggestionKind(pair[0].kind)],
            len(pair[0].term),
            pair[0].term,
        )
    )
    found: list[Suggestion] = []
    for row, (start, end) in words:
        written = squeezed(row.term)
        if written in taken or len(found) >= room:
            continue
        taken.add(written)
        found.append(Suggestion(row.term, _searching(row.term), "", group, False, start, end))
    return found


def _categories(placed: _Placed) -> list[Suggestion]:
    group, shown = _("Categories"), shown_categories()
    rows = sorted((row for row, _place in placed if row.kind == SuggestionKind.CATEGORY), key=lambda row: -row.weight)
    places = {(row.term, row.target): place for row, place in placed}
    found: dict[str, Suggestion] = {}
    for row in rows:
        category = shown.get(row.target)  # none where it was hidden since the night
        if category is None or row.target in found or len(found) >= CATEGORY_LIMIT:
            continue
        name, parent = category.localized_name, category.parent
        start, end = places[row.term, row.target] if name == row.term else (0, 0)
        url = f"{reverse('discovery:search')}?{urlencode({'category': row.target})}"
        found[row.target] = Suggestion(
            name, url, parent.localized_name if parent else "", group, False, start, end, "grid"
        )
    return list(found.values())


def _gigs(placed: _Placed) -> list[Suggestion]:
    rows = [(row, place) for row, place in placed if row.kind == SuggestionKind.GIG]
    rows.sort(key=lambda pair: -pair[0].weight)
    if not rows:
        return []
    # What left the shelf or has another title since the night is not offered.
    found = {
        (str(gig.pk), gig.title): gig
        for gig in Gig.objects.listed().filter(pk__in=[row.target for row, _place in rows]).only("title", "slug")
    }
    group = _("Services")
    return [
        Suggestion(row.term, found[row.target, row.term].get_absolute_url(), "", group, False, start, end)
        for row, (start, end) in rows
        if (row.target, row.term) in found
    ][:GIG_LIMIT]


def _sellers(placed: _Placed) -> list[Suggestion]:
    rows = [(row, place) for row, place in placed if row.kind == SuggestionKind.SELLER]
    rows.sort(key=lambda pair: -pair[0].weight)
    if not rows:
        return []
    # Who closed the account, was suspended or took another name since the night is not offered.
    ids = [row.target for row, _place in rows]
    people = {
        (str(profile.user_id), profile.display_name): profile
        for profile in UserProfile.objects.filter(user_id__in=ids, user__is_active=True)
    }
    group = _("Sellers")
    return [
        Suggestion(row.term, people[row.target, row.term].get_absolute_url(), "", group, False, start, end, "user")
        for row, (start, end) in rows
        if (row.target, row.term) in people
    ][:SELLER_LIMIT]


def _searching(query: str) -> str:
    return f"{reverse('discovery:search')}?{urlencode({'q': query})}"


def related_searches(plan: QueryPlan) -> list[str]:
    """Other words for what was searched, that stand in the catalogue."""
    lexicon = current_lexicon()
    words: list[str] = []
    for concept in plan.concepts:
        if lexicon.is_generic(concept.text):
            continue
        words += [word for word in lexicon.thesaurus.of(concept.text) if lexicon.knows(word)]
    return [word for word in dict.fromkeys(words) if word not in plan.text][:RELATED_LIMIT]
