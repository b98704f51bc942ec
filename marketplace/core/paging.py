"""Pages that go by key instead of by number."""

from django.http import QueryDict


def key_of(query: QueryDict, name: str) -> int | None:
    """The key of a row in an address, or None for anything that cannot be one (PostgreSQL's bigint has 19 digits)."""
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
