"""The words that text is cut by: those of the thesaurus, the categories and the tags in use. Made whole, never changed.

Another thread may be cutting while a new one is made, and rjieba forbids to add a word to a dictionary in use
("Already borrowed", facts/search.md section 1): whoever wants another dictionary makes one and swaps the reference.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from marketplace.discovery.language.normalise import normalise
from marketplace.discovery.language.thesaurus import Thesaurus
from marketplace.discovery.language.tokens import Segmenter
from marketplace.gigs.models import GigCategory, GigTag, on_sale

# Longer tags are phrases, and a phrase as one word would hide the words in it.
TAG_LENGTHS = range(2, 6)


@dataclass(frozen=True)
class Dictionary:
    """A cutter and the version of its words: the same words, whatever their order, are the same version."""

    version: str
    segmenter: Segmenter


def make_dictionary(words: Iterable[str]) -> Dictionary:
    """The dictionary of these words, which must be normalised."""
    known = frozenset(words)
    return Dictionary(sha256("\n".join(sorted(known)).encode()).hexdigest()[:12], Segmenter(known))


def read_dictionary(thesaurus: Thesaurus) -> Dictionary:
    """The dictionary of the catalogue as it is now: two queries."""
    tags = GigTag.objects.filter(on_sale("content_object__")).values_list("tag__name", flat=True).distinct()
    names = GigCategory.objects.values_list("name", flat=True)
    short = [word for word in map(normalise, tags) if len(word) in TAG_LENGTHS]
    return make_dictionary({*thesaurus.words, *short, *map(normalise, names)})
