"""The search of the help centre: the language of the gigs' search over articles (segments, sounds, slips, old characters).

A help centre has hundreds of articles, not millions: each process keeps their words, and reads them again when one changed.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html import unescape

from django.db.models import Count, Max
from django.shortcuts import get_object_or_404
from django.utils.html import strip_tags

from cms_pages.help_words import SAME, SAME_WEIGHT, SAYS_NOTHING
from cms_pages.models.help import HelpPage
from marketplace.discovery.engines.base import Concept
from marketplace.discovery.language.dictionary import make_dictionary
from marketplace.discovery.language.lexicon import Lexicon, make_lexicon
from marketplace.discovery.language.normalise import CJK, normalise
from marketplace.discovery.language.plan import QUERY_LENGTH, understand
from marketplace.discovery.language.sounds import sound_keys
from marketplace.discovery.language.thesaurus import Thesaurus

LIMIT = 20
RELATED_LIMIT = 5
# What a hit is worth by where it stands.
TITLE, SUMMARY, BODY = 4.0, 2.0, 1.0
# An article says enough of the question, or less than half of the best one's is left out.
SAID, OF_BEST = 0.5, 0.35
# A character alone (交, 改) is in half of all words.
LONE = 0.3
_BLOCK_KEYS = frozenset({"title", "text", "heading", "question", "answer", "label", "before", "after", "caption"})


@dataclass(frozen=True)
class HelpArticle:
    """An article with its words: how much each counts here, and the title as it sounds."""

    page_id: int
    title: str
    summary: str
    url: str
    words: Mapping[str, float]
    title_key: str
    title_sound: str


@dataclass(frozen=True)
class HelpIndex:
    """All live articles of one language at one moment."""

    articles: tuple[HelpArticle, ...]
    lexicon: Lexicon


@dataclass(frozen=True)
class HelpResult:
    """What was found, the best first, and what was searched in place of what was typed."""

    articles: tuple[HelpArticle, ...] = ()
    corrected: str = ""


def search_help(query: str, *, language: str, limit: int = LIMIT) -> HelpResult:
    """The articles that answer `query` in a language ("zh-hans", "en"). Never raises, whatever was typed."""
    index = help_index(language)
    plan = understand(query, index.lexicon)
    meant = [one for one in plan.concepts if one.text not in SAYS_NOTHING]
    concepts = [one for one in meant if one.alternatives]
    whole = sum(_worth(one, index) for one in concepts)
    scored: list[tuple[float, HelpArticle]] = []
    for article in index.articles:
        said = score = 0.0
        for one in concepts:
            best = max((article.words.get(other.term, 0.0) * other.weight for other in one.alternatives), default=0.0)
            if best:
                said += _worth(one, index)
                score += _worth(one, index) * best
        if whole and said >= SAID * whole:
            scored.append((score * said / whole, article))
    scored.sort(key=lambda pair: (-pair[0], pair[1].page_id))
    found = [article for score, article in scored if score >= OF_BEST * scored[0][0]]
    if not found and meant:
        found = list(_by_title(query, index))
    return HelpResult(tuple(found[:limit]), plan.corrected if found else "")


def live_help_page(pk: int) -> HelpPage:
    """An article that everybody may read, without its long text. Raises Http404."""
    return get_object_or_404(HelpPage.objects.live().defer("body"), pk=pk)


def suggest_help(typed: str, *, language: str, limit: int = 6) -> tuple[HelpArticle, ...]:
    """Articles for a search that is still being typed: titles that have it first, in characters or by sound."""
    index = help_index(language)
    found = {article.page_id: article for article in _by_title(typed, index)}
    if len(found) < limit:
        found |= {
            article.page_id: article
            for article in search_help(typed, language=language).articles
            if article.page_id not in found
        }
    return tuple(found.values())[:limit]


def related_help(page_id: int, *, language: str, limit: int = RELATED_LIMIT) -> tuple[HelpArticle, ...]:
    """The articles whose words are most alike, of whatever section."""
    index = help_index(language)
    own = next((article for article in index.articles if article.page_id == page_id), None)
    if own is None:
        return ()
    scored = [(_alike(own, other, index), other) for other in index.articles if other.page_id != page_id]
    scored.sort(key=lambda pair: (-pair[0], pair[1].page_id))
    return tuple(other for score, other in scored[:limit] if score > 0)


def help_index(language: str) -> HelpIndex:
    """The articles' words. One small query says whether what the process keeps is still right."""
    pages = HelpPage.objects.live().public().filter(locale__language_code=language)
    state = pages.aggregate(count=Count("pk"), newest=Max("latest_revision_created_at"), last=Max("last_published_at"))
    return _built(language, f"{state['count']}:{state['newest']}:{state['last']}:{_ids(pages)}")


def _ids(pages: object) -> int:
    return hash(tuple(pages.order_by("pk").values_list("pk", flat=True)))  # type: ignore[attr-defined]


@lru_cache(maxsize=4)
def _built(language: str, state: str) -> HelpIndex:
    del state  # only says when to build anew
    thesaurus = _thesaurus()
    dictionary = make_dictionary(thesaurus.words)
    pages = list(HelpPage.objects.live().public().filter(locale__language_code=language).order_by("pk"))
    cut = dictionary.segmenter.cut

    def words(text: str) -> list[str]:
        own = [word for word in cut(normalise(text)) if word not in SAYS_NOTHING]
        return own + [part for word in own for part in dictionary.segmenter.sub_words(word)]

    articles, rows = [], []
    frequency: Counter[str] = Counter()
    for page in pages:
        fields = (words(page.title), words(page.summary), words(" ".join(_texts(page.body.raw_data))))
        weights: Counter[str] = Counter()
        for worth, own in zip((TITLE, SUMMARY, BODY), fields, strict=True):
            for word, times in Counter(own).items():
                weights[word] += worth * (1 + math.log(times))
        frequency.update(weights.keys())
        # Sounds and slips are looked up among the words of titles and summaries, and the frequent ones of the text.
        rows.append((cut(normalise(page.title)), [*fields[1], *(word for word in fields[2] if len(word) > 1)], ""))
        key = normalise(page.title).replace(" ", "")
        articles.append(
            HelpArticle(page.pk, page.title, page.summary, page.url or "", dict(weights), key, sound_keys(key)[0])
        )
    lexicon = make_lexicon(
        dictionary=dictionary, thesaurus=thesaurus, frequency=dict(frequency), rows=rows, categories=()
    )
    return HelpIndex(tuple(articles), replace(lexicon, seller_names=frozenset(), seller_text=""))


def _thesaurus() -> Thesaurus:
    others: dict[str, dict[str, float]] = {}
    for row in SAME:
        for word in row:
            others.setdefault(word, {}).update({other: SAME_WEIGHT for other in row if other != word})
    return Thesaurus(others=others)


def _texts(value: object) -> Iterator[str]:
    """The words of a body's raw blocks: what is read, not the names of settings and icons."""
    if isinstance(value, str):
        yield unescape(strip_tags(value.replace("<", " <")))
    elif isinstance(value, Mapping):
        inner = value.get("value")
        if "type" in value and inner is not None:
            yield from _texts(inner)
            return
        for key, own in value.items():
            if key in _BLOCK_KEYS or not isinstance(own, str):
                yield from _texts(own)
    elif isinstance(value, Sequence) or hasattr(value, "__iter__"):
        for own in value:
            yield from _texts(own)


def _by_title(typed: str, index: HelpIndex) -> Iterator[HelpArticle]:
    key = normalise(typed[:QUERY_LENGTH]).replace(" ", "").replace("'", "")
    if len(key) < 2:
        return
    is_latin = not CJK.search(key)
    for article in index.articles:
        if key in article.title_key or (is_latin and len(key) > 2 and key in article.title_sound):
            yield article


def _worth(concept: Concept, index: HelpIndex) -> float:
    """How much a concept says: what stands in every article says little."""
    stands_in = max((index.lexicon.frequency.get(other.term, 0) for other in concept.alternatives), default=0)
    return _rarity(stands_in, len(index.articles)) * (LONE if len(concept.text) == 1 else 1.0)


def _rarity(stands_in: int, count: int) -> float:
    return math.log(1 + (count + 1) / (stands_in + 0.5))


def _alike(one: HelpArticle, other: HelpArticle, index: HelpIndex) -> float:
    count, frequency = len(index.articles), index.lexicon.frequency

    def weight(article: HelpArticle, word: str) -> float:
        return article.words[word] * _rarity(frequency.get(word, 0), count)

    common = sum(weight(one, word) * weight(other, word) for word in one.words.keys() & other.words.keys())
    lengths = math.prod(math.sqrt(sum(weight(each, word) ** 2 for word in each.words)) for each in (one, other))
    return common / lengths if lengths else 0.0
