"""Words that must not stand in a gig, for the review: the one place that knows where they come from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WordHit:
    """A forbidden word in a text, as positions of characters, and why it is forbidden."""

    start: int
    end: int
    text: str
    reason: str


def find_forbidden(text: str) -> list[WordHit]:
    """The hits of the advertising law in `text`, in order. Empty until there is a list (gigs/advertising.py)."""
    return []


def forbidden_words(text: str) -> list[str]:
    """The forbidden words themselves."""
    return [hit.text for hit in find_forbidden(text)]
