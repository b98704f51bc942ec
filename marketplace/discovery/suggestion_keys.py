"""The keys by which a term is found below the search box, and those by which what somebody typed is looked for."""

import re
from itertools import product

from marketplace.discovery.language import normalise
from marketplace.discovery.language.normalise import CJK
from marketplace.discovery.language.sounds import initial_keys, sound_keys
from marketplace.discovery.suggestion_models import KEY_LENGTH

# Heteronyms make more readings of a long term than anybody types.
SOUNDS = 4
INITIALS = 4
# An input method divides what is not chosen yet: xiao'cheng'xu.
_BETWEEN = re.compile(r"[\s'’·\x00]+")
_RUNS = re.compile(r"[㐀-鿿豈-﫿〇]+|[^㐀-鿿豈-﫿〇]+")
# Where a name has parts that people begin to type at: LOGO与品牌.
_PARTS = re.compile(r"[\s与和及、/&+·]+")


def squeezed(text: str) -> str:
    """Folded, simplified, and without what people put between words."""
    return _BETWEEN.sub("", normalise(text))


def term_keys(term: str) -> tuple[str, ...]:
    """A term as written, by its sounds and by its first letters, each once."""
    text = squeezed(term)
    if not text:
        return ()
    keys = [text]
    if CJK.search(text):
        keys += [*sound_keys(text)[:SOUNDS], *_initials(text)]
    return tuple(dict.fromkeys(key[:KEY_LENGTH] for key in keys if key))


def name_keys(name: str) -> tuple[str, ...]:
    """As `term_keys`, also from the beginning of each part of the name on."""
    parts = [match.end() for match in _PARTS.finditer(name)]
    return tuple(dict.fromkeys(key for start in (0, *parts) for key in term_keys(name[start:])))


def typed_keys(typed: str) -> tuple[str, ...]:
    """What to look for: the text itself, and for Chinese with letters in it (小程xu, 小cx) its sound and its first letters."""
    text = squeezed(typed)
    if not text:
        return ()
    if not CJK.search(text) or CJK.fullmatch(text):
        return (text,)
    letters = "".join(
        "".join(initial_keys(character)[0] for character in run) if CJK.match(run) else run
        for run in _RUNS.findall(text)
    )
    return tuple(dict.fromkeys((text, sound_keys(text)[0], letters)))


def typed_sound(typed: str) -> str:
    """How Chinese that was typed sounds, for who chose another character of that sound; empty for anything else."""
    text = squeezed(typed)
    return sound_keys(text)[0] if CJK.fullmatch(text) and len(text) > 1 else ""


def _initials(text: str) -> list[str]:
    """Chinese by its first letters, Latin whole or by its first letter: logo设计 is logosj and lsj."""
    runs = [
        ("".join(initial_keys(character)[0] for character in run),) if CJK.match(run) else (run, run[0])
        for run in _RUNS.findall(text)
    ]
    # A word of several readings has the first letters of the reading that the word has.
    usual = initial_keys(text)[0] if CJK.fullmatch(text) else ""
    made = ["".join(choice) for choice in list(product(*runs))[:INITIALS]]
    return [key for key in (usual, *made) if len(key) > 1]
