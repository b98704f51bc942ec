"""The first line of every service of a seller's."""

from marketplace.accounts.models import User
from marketplace.gigs import locks
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Gig


def own_gig(*, gig_id: int, seller: User) -> Gig:
    """The gig, locked, if it is this seller's. Raises GigError NOT_SELLER."""
    gig = locks.lock_gig(gig_id)
    if gig.seller_id != seller.pk:
        raise GigError(GigErrorCode.NOT_SELLER)
    return gig
