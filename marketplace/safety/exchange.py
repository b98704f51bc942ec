"""The list of watched words as a CSV file: what the admin exports can be changed in a spreadsheet and taken in again."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from marketplace.core import staff_log
from marketplace.safety.errors import WordsError, WordsErrorCode
from marketplace.safety.models import SensitiveWord
from marketplace.safety.words import forget_words_after_commit

COLUMNS = ("word", "spellings", "exceptions", "topic", "level", "is_active")
MOST_ROWS = 5_000
REASON_LENGTH = 200
LOGGED = 200
_YES = frozenset({"", "1", "true", "yes", "是"})
_NO = frozenset({"0", "false", "no", "否"})


@dataclass(frozen=True)
class Imported:
    """What a file did."""

    added: int
    changed: int


@transaction.atomic
def import_words(*, content: bytes, by: models.Model, because: str) -> Imported:
    """Add the words of a CSV file (UTF-8 or GB 18030), and change those that are there; none is removed. All of it or nothing.

    A file counts at once, without a dry run: `because` stands in the staff log, with what changed of the first LOGGED words.
    Raises WordsError REASON_MISSING, UNREADABLE, TOO_MANY or BAD_LINE, which names the first line that is wrong.
    """
    because = because.strip()[:REASON_LENGTH]
    if not because:
        raise WordsError(WordsErrorCode.REASON_MISSING)
    added = changed = 0
    before: dict[str, dict[str, Any]] = {}
    after: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(_rows(content), start=2):
        fields = {name: (row.get(name) or "").strip() for name in COLUMNS}
        known = SensitiveWord.objects.filter(word=fields["word"]).first()
        word = known or SensitiveWord(word=fields["word"])
        was = _fields_of(word) if known else None
        try:
            _fill(word, fields)
            word.full_clean()
        except (ValidationError, ValueError) as error:
            raise WordsError(WordsErrorCode.BAD_LINE, line=number, word=fields["word"]) from error
        if (now := _fields_of(word)) == was:
            continue
        word.save()
        added, changed = added + (known is None), changed + (known is not None)
        if len(after) < LOGGED:
            kept = [name for name in now if was is None or now[name] != was[name]]
            after[word.word] = {name: now[name] for name in kept}
            if was is not None:
                before[word.word] = {name: was[name] for name in kept}
    data = {"added": added, "changed": changed, "reason": because}
    staff_log.note(actor=by, action="words.import", data=data, before=before or None, after=after or None)
    forget_words_after_commit()
    return Imported(added, changed)


def _fields_of(word: SensitiveWord) -> dict[str, Any]:
    return {name: getattr(word, name) for name in COLUMNS if name != "word"}


def _fill(word: SensitiveWord, fields: dict[str, str]) -> None:
    word.spellings, word.exceptions = fields["spellings"], fields["exceptions"]
    if fields["topic"]:
        word.topic = fields["topic"]
    if fields["level"]:
        word.level = int(fields["level"])
    asked = fields["is_active"].lower()
    if asked not in _YES | _NO:
        raise ValueError(asked)
    word.is_active = asked in _YES


def _rows(content: bytes) -> list[dict[str, str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise WordsError(WordsErrorCode.UNREADABLE)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""))
        rows = list(reader)
    except csv.Error as error:
        raise WordsError(WordsErrorCode.UNREADABLE) from error
    if "word" not in (reader.fieldnames or ()):
        raise WordsError(WordsErrorCode.UNREADABLE)
    if len(rows) > MOST_ROWS:
        raise WordsError(WordsErrorCode.TOO_MANY, limit=MOST_ROWS)
    return rows
