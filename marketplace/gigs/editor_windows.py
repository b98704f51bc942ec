"""What a window of the wizard saved last, kept for a day, for the window whose answer was lost on the way.

On a phone the answer to a save gets lost now and then. The window sends its save again, not knowing that it was written:
without this it would begin a second draft, or be told that somebody else has saved.
"""

import re
from dataclasses import dataclass
from uuid import uuid4

from marketplace.core.forgiving import forgiving_cache

_KEPT_SECONDS = 24 * 60 * 60
_WINDOW = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class SavedHere:
    """The gig a window saved, and the mark of the revision it wrote (services.revision_mark)."""

    gig_id: int
    mark: str


def new_window() -> str:
    """A name for a window that is being opened."""
    return uuid4().hex


def saved_in(window: str, *, seller_id: int) -> SavedHere | None:
    """What this window of this seller saved last, or None. The name comes from the browser and is not believed."""
    return forgiving_cache.get(_key(window, seller_id)) if _WINDOW.fullmatch(window) else None


def remember_saved(window: str, *, seller_id: int, gig_id: int, mark: str) -> None:
    """Note what a window has just saved."""
    if _WINDOW.fullmatch(window):
        forgiving_cache.set(_key(window, seller_id), SavedHere(gig_id, mark), timeout=_KEPT_SECONDS)


def _key(window: str, seller_id: int) -> str:
    return f"gigs:editor-window:{seller_id}:{window}"
