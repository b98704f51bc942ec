"""Where people write, told by the rooms above: what a dry run of a watched word reads.

This room is below the ones that keep messages, services and reviews. Each of them registers in its `apps.ready` how its newest
texts are read.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class WrittenText:
    """Something that was written. `writer` is masked already."""

    key: int
    text: str
    writer: str


@dataclass(frozen=True)
class TextSource:
    """A kind of texts. `newest` gives at most so many of them, the newest first, one by one."""

    key: str
    label: Promise | str
    newest: Callable[[int], Iterable[WrittenText]]


_SOURCES: dict[str, TextSource] = {}


def register_texts(source: TextSource) -> None:
    """Let a dry run read these too; the same key again replaces it."""
    _SOURCES[source.key] = source


def text_sources() -> list[TextSource]:
    """All of them, in the order in which the rooms were loaded."""
    return list(_SOURCES.values())


def label_of(key: str) -> str:
    """What a source is called; its key when its room is gone."""
    return str(_SOURCES[key].label) if key in _SOURCES else key


def masked(name: str) -> str:
    """A name of which the first character is left."""
    return f"{name[:1]}**"
