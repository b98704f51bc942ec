"""The words of a line, in the language of now. What it was told in is kept in the row: that stays as it was."""

import logging
from collections.abc import Mapping
from datetime import date

from django.conf import settings
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language

from marketplace.notifications.catalogue import Notice, notice_of
from marketplace.notifications.models import Notification

TITLE_LENGTH, BODY_LENGTH = 120, 300
logger = logging.getLogger(__name__)


class _WithGaps(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "…"


def said(sentence: str | Promise, words: Mapping[str, object]) -> str:
    """A sentence of the catalogue with its words, in the language of now.

    A missing word is a mistake of ours: a KeyError where NOTICE_WORDS_ARE_STRICT (tests, development), elsewhere a dot in the
    sentence and an error in the log. No order fails for a word.
    """
    try:
        return _filled(sentence, words)
    except KeyError as missing:
        if settings.NOTICE_WORDS_ARE_STRICT:
            raise
        logger.exception("a notice was told without %s: %s", missing, sentence)
        return _filled(sentence, words, kind=_WithGaps)


def title_of(line: Notification) -> str:
    """What happened."""
    notice = _notice_in_another_language(line)
    return cut(_filled(notice.title, line.words), TITLE_LENGTH) if notice else line.title


def body_of(line: Notification) -> str:
    """What it means; or what it is about, which no catalogue translates."""
    notice = _notice_in_another_language(line)
    return cut(_filled(notice.body, line.words), BODY_LENGTH) if notice and notice.body else line.body


def cut(text: str, length: int) -> str:
    """Whole, or ended by "…" at this length."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _filled(sentence: str | Promise, words: Mapping[str, object], *, kind: type[dict[str, object]] = dict) -> str:
    text = str(sentence)
    return text % kind(_as_read(words)) if "%(" in text else text


def _as_read(words: Mapping[str, object]) -> Mapping[str, object]:
    """A `day` is told as ISO writes it (2026-12-13), and read as the language of now does."""
    try:
        day = date.fromisoformat(str(words.get("day")))
    except ValueError:
        return words
    return {**words, "day": date_format(day, "DATE_FORMAT")}


def _notice_in_another_language(line: Notification) -> Notice | None:
    if get_language() == settings.LANGUAGE_CODE or not line.notice:
        return None
    notice = notice_of(line.notice)
    try:
        if notice is not None:
            _filled(notice.title, line.words), _filled(notice.body, line.words)
    except (KeyError, ValueError, TypeError):  # a later release wants other words than that line was written with
        return None
    return notice
