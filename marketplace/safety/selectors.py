"""Reads of watched words, and of their dry runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from marketplace.safety.contacts import ContactHint, find_contacts
from marketplace.safety.folding import fold
from marketplace.safety.models import SensitiveWord, TrialStatus, WordTrial
from marketplace.safety.text_sources import label_of
from marketplace.safety.words import WordFinder, WordHit

# A job that was asked for right after the commit begins within seconds.
_LOST_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class Piece:
    """A part of a text, with what was found in it."""

    text: str
    word: WordHit | None = None
    contact: ContactHint | None = None
    matched: str = ""  # the spelling of the list that was found


@dataclass(frozen=True)
class Counted:
    """What a dry run counted in one kind of texts."""

    label: str
    read: int
    found: int
    new: int
    gone: int


def word_called(text: str) -> SensitiveWord | None:
    """The row of this very word, if there is one."""
    return SensitiveWord.objects.filter(word=text).first()


def trial_of(trial_id: int) -> WordTrial:
    """One dry run. Raises Http404."""
    trial = WordTrial.objects.select_related("word", "asked_by", "applied_by").filter(pk=trial_id).first()
    if trial is None:
        raise Http404
    return trial


def trials() -> QuerySet[WordTrial]:
    """All of them, the newest first."""
    return WordTrial.objects.select_related("word", "asked_by").order_by("-pk")


def waiting_trials() -> QuerySet[WordTrial]:
    """Those that nobody has put in use or dropped."""
    return trials().exclude(status__in=(TrialStatus.APPLIED, TrialStatus.DROPPED))


def lost_trials() -> list[int]:
    """Those that should have run by now."""
    lost = WordTrial.objects.filter(status=TrialStatus.WAITING, asked_at__lt=timezone.now() - _LOST_AFTER)
    return list(lost.order_by("pk").values_list("pk", flat=True))


def counted(trial: WordTrial) -> list[Counted]:
    """What it counted, by kind of texts."""
    figures: dict[str, Any] = {key: value for key, value in trial.counts.items() if key != "before"}
    return [
        Counted(label_of(key), numbers["read"], numbers["found"], numbers["new"], numbers["gone"])
        for key, numbers in figures.items()
    ]


def pieces_of(text: str, finder: WordFinder) -> list[Piece]:
    """A text cut at what a finder finds in it, and at contact details; where both lie on each other, the word counts."""
    marks: list[tuple[int, int, WordHit | None, ContactHint | None]] = [
        (hit.start, hit.end, hit, None) for hit in finder.find(text)
    ]
    taken = [(start, end) for start, end, _word, _contact in marks]
    marks += [
        (hint.start, hint.end, None, hint)
        for hint in find_contacts(text)
        if not any(hint.start < end and start < hint.end for start, end in taken)
    ]
    marks.sort(key=lambda mark: mark[0])
    pieces: list[Piece] = []
    place = 0
    for start, end, word, contact in marks:
        if start > place:
            pieces.append(Piece(text[place:start]))
        pieces.append(Piece(text[start:end], word, contact, _matched(word) if word else ""))
        place = end
    return [*pieces, Piece(text[place:])] if place < len(text) else pieces


def _matched(hit: WordHit) -> str:
    """Which spelling of the word stands there."""
    said = fold(hit.text).text
    return next((one for one in (hit.word.word, *hit.word.spellings) if fold(one).text == said), hit.word.word)


def changes(trial: WordTrial) -> Sequence[tuple[str, Any, Any]]:
    """What would change: name of the field, before and after, as rows to read."""
    before = trial.counts.get("before")
    if before is None and trial.word is not None and trial.applied_at is None:
        before = {name: getattr(trial.word, name) for name in trial.proposed}
    proposed = SensitiveWord(**trial.proposed)
    old = SensitiveWord(**before) if before else None
    rows = []
    for name, field in ((field.name, field) for field in SensitiveWord._meta.fields if field.name in trial.proposed):
        shown = f"get_{name}_display"
        told = [getattr(one, shown)() if hasattr(one, shown) else getattr(one, name) for one in (old, proposed) if one]
        rows.append((str(field.verbose_name), told[0] if old else None, told[-1]))
    return rows
