"""On the shelf, off it for a while, or put away."""

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.accounts.selectors import publishing_is_missing, sellers_in_order
from marketplace.gigs import locks
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Gig
from marketplace.gigs.moving import move
from marketplace.gigs.reviewing import cancel_review, tell_unnamed_seller
from marketplace.gigs.services.owning import own_gig
from marketplace.gigs.states import SELLER, SYSTEM, GigStatus
from marketplace.notifications import catalogue


@transaction.atomic
def pause_gig(*, gig_id: int, seller: User) -> Gig:
    """Take a live gig off the lists; running orders go on. Safe to call twice. Raises GigError."""
    gig = own_gig(gig_id=gig_id, seller=seller)
    if gig.status != GigStatus.PAUSED:
        move(gig, to=GigStatus.PAUSED, actor=SELLER)
    return gig


@transaction.atomic
def pause_unnamed_gig(*, gig_id: int) -> bool:
    """Take a live gig off the lists whose seller's identity counts no longer; the seller is told. Safe to call twice."""
    gig = locks.lock_gig(gig_id)
    if gig.status != GigStatus.LIVE or sellers_in_order().filter(pk=gig.seller_id).exists():
        return False
    move(gig, to=GigStatus.PAUSED, actor=SYSTEM)
    tell_unnamed_seller(gig, notice=catalogue.gigs.UNNAMED_PAUSED)
    return True


@transaction.atomic
def resume_gig(*, gig_id: int, seller: User) -> Gig:
    """Put a paused gig back. Safe to call twice. Raises GigError, SELLER_NOT_READY like `submit_gig`."""
    gig = own_gig(gig_id=gig_id, seller=seller)
    if gig.status != GigStatus.LIVE:
        if gig.status != GigStatus.PAUSED:
            raise GigError(GigErrorCode.WRONG_STATE)
        if needed := publishing_is_missing(seller):
            raise GigError(GigErrorCode.SELLER_NOT_READY, missing="、".join(str(label) for label in needed))
        move(gig, to=GigStatus.LIVE, actor=SELLER)
    return gig


@transaction.atomic
def archive_gig(*, gig_id: int, seller: User) -> Gig:
    """Put a gig away for good, with a review under way; its orders and reviews stay. Safe to call twice. Raises GigError."""
    locks.lock_review(gig_id)
    gig = own_gig(gig_id=gig_id, seller=seller)
    if gig.status != GigStatus.ARCHIVED:
        move(gig, to=GigStatus.ARCHIVED, actor=SELLER)
        cancel_review(gig, user=seller)
    return gig
