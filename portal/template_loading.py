"""Templates without what only their authors read: indentation and comments.

`TightLoader` takes both out of ours once a process, before they are compiled: what they draw is lighter and has fewer parts to
put together. Nothing that is seen or heard changes. Where a line ended one still ends, since a browser makes of that what it made
of all the blanks (a space, or nothing between Chinese characters); no line ends where one has just ended whichever way the page
went, nor after a tag at which one begins anyway. What is written to the letter stays: `pre`, `textarea`, scripts, styles, the
values of attributes, and the words of `{% blocktrans %}`, which are looked up as the file has them.
"""

import re
from pathlib import Path

from django.conf import settings
from django.template import Origin
from django.template.base import tag_re
from django.template.loaders import cached

_COMMENT = re.compile(r"{%\s*comment\b[^\n]*?%}.*?{%\s*endcomment\s*%}|{#[^\n]*?#}", re.DOTALL)
_TAG = re.compile(r"{%\s*(?P<name>\w+)(?P<rest>.*)%}")
_TRANSLATIONS = frozenset({"blocktrans", "blocktranslate"})
# Of these the page shows nothing; the second kind where they keep what they find under a name.
_SILENT = frozenset({"load", "get_current_language", "regroup", "with", "endwith"})
_SILENT_AS = frozenset({"url", "trans", "translate", "firstof", "querystring"})
_TO_THE_LETTER = frozenset({"pre", "textarea", "script", "style"})
# A line begins before and after each of these, and in the head nothing is seen; style sheets that put them into a row space them
# themselves. `h` is a heading whose level is a variable.
_LINES_OF_THEIR_OWN = frozenset(
    re.findall(
        r"\w+",
        "html head meta link title body header main footer nav section article aside div form fieldset details summary"
        " h h1 h2 h3 h4 h5 h6 p ul ol li dl dt dd table thead tbody tfoot tr th td",
    )
)
# What HTML calls blank: a space of Chinese type, and one where no line may end, are seen.
_LINE_END = r"[ \t\r\f]*\n[ \t\r\n\f]*"
_IN_TEXT = re.compile(rf"<!--.*?-->|</?(?P<element>[a-zA-Z][\w-]*)|{_LINE_END}", re.DOTALL)
_BEFORE_SUCH = re.compile(rf"</?(?:{'|'.join(_LINES_OF_THEIR_OWN)})\b", re.IGNORECASE)
_IN_TAG = re.compile(rf"[\"'>]|{_LINE_END}")


# Not all of the checkout: the packages may be installed within it.
_OURS = [Path(settings.BASE_DIR, name) for name in ("templates", "marketplace", "cms_pages", "portal")]


class TightLoader(cached.Loader):
    """Django's own loader with its cache. Ours in HTML come tight, unless the engine's `debug` is to name lines of the file."""

    def get_contents(self, origin: Origin) -> str:
        """The source of a template, which is asked for once a process."""
        contents: str = super().get_contents(origin)
        is_ours = origin.name.endswith(".html") and any(Path(origin.name).is_relative_to(one) for one in _OURS)
        return tightened(contents) if is_ours and not self.engine.debug else contents


def tightened(source: str) -> str:
    """The source of a template without its comments, with one newline at most for each end of a line and the blanks around it."""
    if "verbatim" in source:
        return source  # there `{#` is no comment
    html, parts, ways, is_translated = _Html(), [], _Ways(), False
    for place, piece in enumerate(tag_re.split(_COMMENT.sub("", source))):
        if not place % 2:
            shorter = html.tightened(piece)
            parts.append(piece if is_translated else shorter)
            continue
        # Every second piece is a tag or a variable of Django's.
        parts.append(piece)
        found = _TAG.match(piece)
        name, rest = (found["name"], found["rest"]) if found else ("", "")
        is_translated = name in _TRANSLATIONS or (is_translated and name.removeprefix("end") not in _TRANSLATIONS)
        html.has_line_end = not is_translated and ways.line_end_after(name, rest, html.has_line_end)
    return "".join(parts)


class _Ways:
    """The ways that a page may take through the conditions of a template: has a line ended just before, on each of them?"""

    def __init__(self) -> None:
        self._open: list[
            tuple[bool, list[bool]]
        ] = []  # how it was before the condition, and at the ends of its branches

    def line_end_after(self, name: str, rest: str, has_line_end: bool) -> bool:
        """After a tag of Django's, by what was before it. False where it is not known."""
        if name in ("if", "ifchanged"):
            self._open.append((has_line_end, []))
            return has_line_end
        if name == "for":  # the second turn begins where the first has ended
            self._open.append((has_line_end, []))
            return False
        if name in ("elif", "else", "empty") and self._open:
            before, ends = self._open[-1]
            ends.append(has_line_end)
            if name != "elif":
                self._open[-1] = (True, ends)  # one of the branches is taken
            return before
        if name in ("endif", "endifchanged", "endfor") and self._open:
            before, ends = self._open.pop()
            return before and has_line_end and all(ends)
        is_silent = name in _SILENT or (name in _SILENT_AS and bool(re.search(r"\sas\s+\w+\s*$", rest)))
        return is_silent and has_line_end


class _Html:
    """Where in the HTML of a template one is, from piece to piece."""

    def __init__(self) -> None:
        self.has_line_end = False  # nothing but a line's end stands between here and what is shown before
        self._element = ""  # that of the tag one is in
        self._is_end = False  # it is an end tag
        self._until = ""  # what ends an attribute's value or the content of an element: a quote, or `</pre`
        self._is_in_tag = False

    @property
    def is_within(self) -> bool:
        """Whether a tag, or something that is written to the letter, has begun and not ended."""
        return self._is_in_tag or bool(self._until)

    def tightened(self, text: str) -> str:
        """The next piece of text, shorter."""
        parts, place = [], 0
        while place < len(text):
            end, shorter = self._next(text, place)
            parts.append(shorter)
            place = end
        return "".join(parts)

    def _next(self, text: str, place: int) -> tuple[int, str]:
        """How far the next part goes, and what becomes of it."""
        if self._until:
            found = text.lower().find(self._until, place)
            end = len(text) if found < 0 else found + len(self._until)
            if found >= 0:
                self._until = ""
            return end, text[place:end]
        match = (_IN_TAG if self._is_in_tag else _IN_TEXT).search(text, place)
        before = text[place : match.start() if match else len(text)]
        self.has_line_end = self.has_line_end and not before
        if match is None:
            return len(text), before
        if self._is_in_tag:
            return match.end(), before + self._of_tag(match[0])
        if match[0].isspace():
            shorter = "" if self.has_line_end or _BEFORE_SUCH.match(text, match.end()) else "\n"
            self.has_line_end = True
            return match.end(), before + shorter
        self.has_line_end = False
        if match["element"]:
            self._is_in_tag = True
            self._element, self._is_end = match["element"].lower(), match[0].startswith("</")
        return match.end(), before + match[0]

    def _of_tag(self, found: str) -> str:
        if found.isspace():
            return " "
        if found == ">":
            self._is_in_tag = False
            self._until = f"</{self._element}" if self._element in _TO_THE_LETTER and not self._is_end else ""
            self.has_line_end = self._element in _LINES_OF_THEIR_OWN
        else:
            self._until = found
        return found
