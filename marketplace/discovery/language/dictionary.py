"""The words that text is cut by: those of the thesaurus, the categories and the tags in use. Made whole, never changed.

Another thread may be cutting while a new one is made, and rjieba forbids to add a word to a dictionary in use
("Already borrowed", facts/search.md section 1): whoever wants another dictionary makes one and swaps the reference.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import Count

from marketplace.discovery.language.normalise import normalise
from marketplace.discovery.language.thesaurus import Thesaurus, read_thesaurus
from marketplace.discovery.language.tokens import Segmenter
from marketplace.discovery.models import DictionaryVersion
from marketplace.gigs.models import GigCategory, GigTag, on_sale

# Longer tags are phrases, and a phrase as one word would hide the words in it.
TAG_LENGTHS = range(2, 6)
# The most frequent: every process keeps the dictionary.
TAG_LIMIT = 20_000
VERSIONS_KEPT = 5


@dataclass(frozen=True)
class Dictionary:
    """A cutter and the version of its words: the same words, whatever their order, are the same version."""

    version: str
    words: frozenset[str]
    segmenter: Segmenter


def make_dictionary(words: Iterable[str]) -> Dictionary:
    """The dictionary of these words, which must be normalised."""
    known = frozenset(words)
    return Dictionary(sha256("\n".join(sorted(known)).encode()).hexdigest()[:12], known, Segmenter(known))


def todays_dictionary(thesaurus: Thesaurus | None = None) -> Dictionary:
    """The dictionary of the thesaurus, the tags and the categories as they are now, to cut every document anew with."""
    thesaurus = thesaurus or read_thesaurus()
    used = GigTag.objects.filter(on_sale("content_object__")).values_list("tag__name").annotate(number=Count("pk"))
    tags = [name for name, _number in used.order_by("-number", "tag__name")[:TAG_LIMIT]]
    names = GigCategory.objects.values_list("name", flat=True)
    short = [word for word in map(normalise, tags) if len(word) in TAG_LENGTHS]
    return make_dictionary({*thesaurus.words, *short, *map(normalise, names)})


def dictionary_in_force(thesaurus: Thesaurus | None = None) -> Dictionary:
    """The dictionary that the documents were cut by; today's where nothing was indexed yet."""
    words = DictionaryVersion.objects.order_by("-pk").values_list("words", flat=True).first()
    return todays_dictionary(thesaurus) if words is None else make_dictionary(words.split("\n"))


def put_in_force(dictionary: Dictionary) -> None:
    """Every document is cut by it now: queries follow. The last few versions stay, to go back to."""
    DictionaryVersion.objects.create(version=dictionary.version, words="\n".join(sorted(dictionary.words)))
    kept = DictionaryVersion.objects.order_by("-pk").values("pk")[:VERSIONS_KEPT]
    DictionaryVersion.objects.exclude(pk__in=kept).delete()
