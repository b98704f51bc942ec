"""The only place that locks gigs (docs/locking.md)."""

from marketplace.gigs.models import Gig


def lock_gig(gig_id: int) -> Gig:
    """The gig, locked until the transaction ends. Raises Gig.DoesNotExist.

    NO KEY: orders that point at the gig may be placed meanwhile.
    """
    return Gig.objects.select_for_update(of=("self",), no_key=True).get(pk=gig_id)
