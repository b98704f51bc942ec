"""What additional work, tips and stages are called: stored in Chinese, shown in the words of whoever reads."""

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, override

STORED_IN = "zh-hans"
# By kind of order. `stored_title` writes them, `shown_title` reads them back.
WORDS: Mapping[str, Promise] = {
    "supplement": gettext_lazy("Additional work: %(title)s"),
    "tip": gettext_lazy("Tip: %(title)s"),
    "stage": gettext_lazy("Stage %(position)s of %(count)s: %(title)s, %(plan)s"),
}
_LONGEST = 80


def stored_title(kind: str, **values: object) -> str:
    """For both sides, whoever acts; cut to what the row holds."""
    with override(STORED_IN):
        return (str(WORDS[kind]) % values)[:_LONGEST]


def shown_title(kind: str, stored: str) -> str:
    """The same in the language of whoever reads. What was stored in other words, or cut within them, stays as it is."""
    if kind not in WORDS or get_language() == STORED_IN:
        return stored
    with override(STORED_IN):
        pattern = re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+?)", re.escape(str(WORDS[kind])))
    found = re.fullmatch(pattern, stored)
    if found is None:
        return stored
    values = {name: _in_words(kind, value) for name, value in found.groupdict().items()}
    return str(WORDS[kind]) % values


def _in_words(kind: str, value: str) -> str:
    """A tip may be for additional work, and that for a stage: each is named by its own words."""
    for other in WORDS:
        if other != kind and (shown := shown_title(other, value)) != value:
            return shown
    return value
