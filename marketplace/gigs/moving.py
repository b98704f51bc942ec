"""The one way a gig's status changes: through the table of states.py, under the lock of the caller."""

from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Gig
from marketplace.gigs.states import GIG_TRANSITIONS, GigStatus


def move(gig: Gig, *, to: GigStatus, actor: str) -> None:
    """Change the status of a locked gig. Raises GigError WRONG_STATE when the table does not allow `actor` to."""
    if not GIG_TRANSITIONS.allows(GigStatus(gig.status), to, actor):
        raise GigError(GigErrorCode.WRONG_STATE)
    gig.status = to
    # Only this column: a full save would also write the children (modelcluster).
    gig.save(update_fields=["status", "updated_at"])
