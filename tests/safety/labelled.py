"""The labelled messages: whether each gives contact details away or leads past the platform, as a moderator would say.

Written before the patterns were. Every second pair is held out: the patterns were made with an eye on the others alone, and who
improves them goes on so. `held_out=False` is what may be looked at.
"""

from pathlib import Path

MESSAGES = Path(__file__).with_name("messages.tsv")

HELD_OUT = Path(__file__).with_name("heldout.txt")


def labelled(*, held_out: bool) -> list[tuple[bool, str]]:
    """Whether it is a leak, and the message."""
    rows = [line.split("\t") for line in MESSAGES.read_text("utf-8").splitlines()]
    return [(label == "leak", text) for number, (label, text) in enumerate(rows) if bool(number // 2 % 2) == held_out]


def all_labelled() -> list[tuple[bool, str]]:
    """Both halves."""
    return labelled(held_out=False) + labelled(held_out=True)


def written_blind() -> list[tuple[bool, str]]:
    """Sixty more by another hand that had not read the patterns: 28 of 30 leaks were found at first, without a false alarm."""
    lines = [line for line in HELD_OUT.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return [(label == "leak", text) for label, text in (line.split("\t") for line in lines)]
