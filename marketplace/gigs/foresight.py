"""What submitting the latest revision of a published gig leads to, told before the button is pressed.

By the rules of the submission itself (review_opening.py, materiality.py), so that both say the same.
"""

from dataclasses import dataclass

from marketplace.gigs.comparing import Section, compare
from marketplace.gigs.content import GigContent, read_content
from marketplace.gigs.materiality import steepest_change
from marketplace.gigs.models import Gig
from marketplace.gigs.review_opening import PUBLISHED, is_steep, matters_of


@dataclass(frozen=True)
class Foreseen:
    """What differs from the published version, and who will read it."""

    sections: list[Section]  # those that differ
    is_read: bool  # a person reads it; else it is published at once
    needs_second: bool  # and a second one, because a price changes steeply
    steepest_percent: int | None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to submit."""
        return not self.sections and not self.is_read


def foreseen(gig: Gig, proposed: GigContent) -> Foreseen | None:
    """What becomes of `proposed`; None for a gig without a published version, all of which is read."""
    if not (gig.live and gig.status in PUBLISHED):
        return None
    live = read_content(gig)
    steepest = steepest_change(live, proposed)
    is_read = bool(matters_of(gig, live, proposed))
    return Foreseen(
        sections=[section for section in compare(live, proposed) if section.changes],
        is_read=is_read,
        needs_second=is_read and is_steep(steepest),
        steepest_percent=steepest,
    )
