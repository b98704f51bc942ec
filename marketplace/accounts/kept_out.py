"""What somebody who is suspended can still do at the log-in, told by the rooms above (as in personal_data.py)."""

from collections.abc import Callable

from django.http import HttpRequest

from marketplace.accounts.models import Suspension

# Gives the address of what somebody can do about their suspension, or "". It may note in the session that they may.
Way = Callable[[HttpRequest, Suspension], str]
_WAYS: list[Way] = []


def register_way(way: Way) -> None:
    """Let a room offer something to who is kept out."""
    _WAYS.append(way)


def way_of(request: HttpRequest, suspension: Suspension) -> str:
    """The address of the first room that has one, else ""."""
    return next(filter(None, (way(request, suspension) for way in _WAYS)), "")
