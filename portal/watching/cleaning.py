"""What leaves the house in traces and error reports: words without what was typed, asked for or found.

Stricter than the log (core/masking.py), which stays with us: names cannot be known by their look, so whatever a value may
stand in is left out.
"""

import re

from marketplace.core.masking import masked

LEFT_OUT = "…"
MOST_CHARACTERS = 2_000
# How PostgreSQL and SQL write words: with backslashes after an E, between dollars, else with doubled quotes.
_TEXT_IN_SQL = re.compile(r"[eE]'(?:\\.|''|[^'\\])*'|\$(\w*)\$.*?\$\1\$|'(?:''|[^'])*'", re.DOTALL)
_NUMBER_IN_SQL = re.compile(r"(?<![\w.%\"$])\d[\d.]*(?![\w\"])")
_MANY_PLACES = re.compile(r"%s(?:, %s)+")
# PostgreSQL names what it refused by constraint, table and column, which are ours, and then shows the row.
_OUR_NAME = re.compile(r'\b(constraint|relation|column|table|index) "(\w+)"')
_QUOTED = re.compile(r"""'[^']*'|"[^"]*"|“[^”]*”|「[^」]*」|(?<!\w)\([^()]*\)|<[^<>]*>""")
_MASKED = re.compile(r"\S*\*{3,}\S*")  # what the log shows half of
_NOT_ENGLISH = re.compile(r"[^\x00-\x7f…]+")


def statement(sql: str) -> str:
    """A statement of SQL with `?` for every value that stands in it; empty if it cannot be read for certain."""
    text = _NUMBER_IN_SQL.sub("?", _TEXT_IN_SQL.sub("?", sql))
    if "'" in text:
        return ""
    return masked(_MANY_PLACES.sub(f"%s, {LEFT_OUT}", " ".join(text.split())))[:MOST_CHARACTERS]


def of_error(text: str) -> str:
    """The first line of what an exception says, masked, without quoted words, rows, names in Chinese."""
    lines = masked(text).splitlines()
    line = _OUR_NAME.sub(r"\1 \2", lines[0]) if lines else ""
    return _NOT_ENGLISH.sub(LEFT_OUT, _MASKED.sub(LEFT_OUT, _QUOTED.sub(LEFT_OUT, line)))[:MOST_CHARACTERS]
