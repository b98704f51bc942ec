"""What the search box offers while somebody types, and what a results page offers next."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.discovery.engines.base import QueryPlan
from marketplace.discovery.language import normalise
from marketplace.discovery.lexicon import current_lexicon
from marketplace.discovery.pinyin import initial_keys, sound_keys
from marketplace.discovery.thesaurus import GENERIC, SYNONYMS
from marketplace.gigs.models import Gig, GigCategory, GigTag
from marketplace.gigs.states import GigStatus

LIMIT = 8
CATEGORY_LIMIT, TAG_LIMIT, TITLE_LIMIT = 2, 4, 4
RELATED_LIMIT = 6


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
    tags = 0
    for name, count in _live_tags():
        if tags < TAG_LIMIT and _begins(name, text) and normalise(name) not in found:
            tags += 1
            hint = _("%(count)s services") % {"count": count}
            found[normalise(name)] = Suggestion(name, f"{search}?{urlencode({'q': name})}", hint)
    live = Gig.objects.filter(status=GigStatus.LIVE).order_by("-stats__orders_completed")
    titles = live.filter(title__icontains=text).values_list("title", flat=True)[:TITLE_LIMIT]
    for title in sorted(titles, key=lambda title: not normalise(title).startswith(text)):
        found.setdefault(normalise(title), Suggestion(title, f"{search}?{urlencode({'q': title})}"))
    return list(found.values())[:LIMIT]


def related_searches(plan: QueryPlan) -> list[str]:
    """Other words for what was searched, that stand in the catalogue."""
    lexicon = current_lexicon()
    words: list[str] = []
    for concept in plan.concepts:
        if concept.text in GENERIC:
            continue
        words += [word for word in SYNONYMS.get(concept.text, ()) if lexicon.knows(word)]
    return [word for word in dict.fromkeys(words) if word not in plan.text][:RELATED_LIMIT]


def _live_tags() -> list[tuple[str, int]]:
    tags = GigTag.objects.filter(content_object__status=GigStatus.LIVE)
    return list(tags.values_list("tag__name").annotate(number=Count("pk")).order_by("-number", "tag__name")[:2000])


def _begins(name: str, text: str) -> bool:
    name = normalise(name)
    if name.startswith(text) or (len(text) > 1 and text in name):
        return True
    letters = text.replace(" ", "")
    if not (letters.isascii() and letters.isalpha() and len(letters) > 1):
        return False
    return any(key.startswith(letters) for key in (*sound_keys(name), *initial_keys(name)))
