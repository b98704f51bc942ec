"""Which words of a gig the advertising law forbids: for the form as one types, for the submission, and for moderators."""

from collections.abc import Iterator
from dataclasses import dataclass

from marketplace.core.forgiving import forgiving_cache
from marketplace.gigs.content import GigContent
from marketplace.gigs.models import AdvertisingWord
from marketplace.gigs.superlatives import ForbiddenWord, Hit, find

_CACHE_KEY = "gigs:advertising_words"
# A word a moderator adds is asked for after a minute at the latest; saving one in the admin forgets the list at once.
_CACHE_SECONDS = 60


@dataclass(frozen=True)
class AdvertisingHit:
    """A forbidden word and where it stands: `place` is the name of its field in the seller's form."""

    place: str
    hit: Hit

    @property
    def is_blocking(self) -> bool:
        """Whether the gig cannot be submitted with it."""
        return self.hit.word.is_blocking


def forbidden_words() -> tuple[ForbiddenWord, ...]:
    """The list in force."""
    words = forgiving_cache.get(_CACHE_KEY)
    if words is None:
        words = tuple(
            ForbiddenWord(
                spellings=(row.word, *row.spellings.split()),
                reason=row.reason,
                law=row.law,
                suggestion=row.suggestion,
                exceptions=tuple(row.exceptions.split()),
                is_blocking=row.is_blocking,
            )
            for row in AdvertisingWord.objects.filter(is_active=True)
        )
        forgiving_cache.set(_CACHE_KEY, words, timeout=_CACHE_SECONDS)
    return words


def forget_words() -> None:
    """Read the list anew: after a change of it."""
    forgiving_cache.delete(_CACHE_KEY)


def hits_in(text: str) -> list[Hit]:
    """The forbidden words of one text."""
    return find(text, forbidden_words())


def advertising_hits(content: GigContent) -> list[AdvertisingHit]:
    """Every forbidden word of a gig, in the order of the seller's form."""
    words = forbidden_words()
    return [AdvertisingHit(place, hit) for place, text in written_texts(content) for hit in find(text, words)]


def written_texts(content: GigContent) -> Iterator[tuple[str, str]]:
    """Every text a seller wrote, with the name of its field in the form."""
    yield "title", content.title
    yield "tags", " ".join(content.tags)
    for package in content.packages:
        yield f"package-{package.tier}-title", package.title
        yield f"package-{package.tier}-description", package.description
    tiers = [package.tier for package in content.packages]
    for number, row in enumerate(content.features):
        yield f"features-{number}-label", row.label
        for tier, value in zip(tiers, row.values, strict=False):
            if isinstance(value, str):
                yield f"features-{number}-{tier}", value
    for number, extra in enumerate(content.extras):
        yield f"extras-{number}-title", extra.title
    yield "description", content.description
    for number, faq in enumerate(content.faqs):
        yield f"faqs-{number}-question", faq.question
        yield f"faqs-{number}-answer", faq.answer
    for number, need in enumerate(content.requirements):
        yield f"needs-{number}-prompt", need.prompt
        yield f"needs-{number}-choices", "，".join(need.choices)
    for number, picture in enumerate(content.pictures):
        yield f"pictures-alt_{number}", picture.alt_text
