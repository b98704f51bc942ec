"""How many gigs a seller of which level may have (facts/marketplace.md, rule 15)."""

from marketplace.accounts.models import User, UserProfile
from marketplace.core.config import get_config
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Gig
from marketplace.gigs.states import GigStatus

# What is over for good does not count; drafts and paused gigs do.
UNCOUNTED = (GigStatus.ARCHIVED, GigStatus.DENIED)


def gig_limit(seller: User) -> int:
    """How many gigs this seller may have at their level."""
    return limit_of_level(UserProfile.objects.values_list("level", flat=True).get(user=seller))


def limit_of_level(level: str) -> int:
    """How many gigs a seller of this level may have."""
    return get_config(f"gigs.limit_{level}")


def gigs_counted(seller: User) -> int:
    """How many of the seller's gigs count."""
    return Gig.objects.filter(seller=seller).exclude(status__in=UNCOUNTED).count()


def require_room(seller: User) -> None:
    """Raise GigError TOO_MANY_GIGS unless one more gig is allowed. The seller must be locked (locks.lock_seller)."""
    limit = gig_limit(seller)
    if gigs_counted(seller) >= limit:
        raise GigError(GigErrorCode.TOO_MANY_GIGS, limit=limit)
