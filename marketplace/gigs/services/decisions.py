"""What moderators decide outside a review: refuse for good, or take down."""

from django.db import transaction
from wagtail.actions.unpublish import UnpublishAction
from wagtail.log_actions import log

from marketplace.accounts.models import User
from marketplace.gigs import locks
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Gig
from marketplace.gigs.moving import move
from marketplace.gigs.reviewing import cancel_review, tell_seller
from marketplace.gigs.states import MODERATOR, GigStatus
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice

DENY_ACTION, RESTORE_ACTION = "gigs.deny", "gigs.restore"


@transaction.atomic
def deny_gig(*, gig_id: int, moderator: User, reason: str) -> Gig:
    """Refuse for good a gig that waits for its first review; the seller is told why. Safe to call twice.

    Raises GigError WRONG_STATE or REASON_MISSING.
    """
    return _deny(gig_id, {GigStatus.IN_REVIEW}, moderator, reason, catalogue.gigs.NOT_ACCEPTED)


@transaction.atomic
def take_down_gig(*, gig_id: int, moderator: User, reason: str) -> Gig:
    """Take a published gig off for good, with a review under way; running orders go on. Safe to call twice.

    Raises GigError WRONG_STATE or REASON_MISSING.
    """
    published = {GigStatus.LIVE, GigStatus.PAUSED}
    return _deny(gig_id, published, moderator, reason, catalogue.gigs.TAKEN_DOWN)


def _deny(gig_id: int, sources: set[GigStatus], moderator: User, reason: str, notice: Notice) -> Gig:
    if not reason.strip():
        raise GigError(GigErrorCode.REASON_MISSING)
    locks.lock_review(gig_id)
    gig = locks.lock_gig(gig_id)
    if gig.status == GigStatus.DENIED:
        return gig
    if gig.status not in sources:
        raise GigError(GigErrorCode.WRONG_STATE)
    # The status first: the database knows no live gig that is not published.
    move(gig, to=GigStatus.DENIED, actor=MODERATOR)
    cancel_review(gig, user=moderator)
    # Not `gig.unpublish`: that asks for the right to publish, which nobody has in the admin (wagtail_hooks.GigPolicy).
    UnpublishAction(gig, user=moderator).execute(skip_permission_checks=True)
    log(instance=gig, action=DENY_ACTION, user=moderator, data={"reason": reason.strip()})
    # The editor would refuse to save; the list shows what has become of it.
    tell_seller(gig, notice=notice, about=reason.strip(), view="gigs:desk_list")
    return gig


@transaction.atomic
def restore_gig(*, gig_id: int, moderator: User) -> bool:
    """Bring a service back that was taken down, paused, after its seller's appeal was right; False when it is not down.

    One that was refused before it was ever published stays refused: there is nothing to bring back.
    """
    locks.lock_review(gig_id)
    gig = locks.lock_gig(gig_id)
    if gig.status != GigStatus.DENIED or gig.first_published_at is None:
        return False
    move(gig, to=GigStatus.PAUSED, actor=MODERATOR)
    # The status first, as above.
    gig.live = True
    gig.save(update_fields=["live"])
    log(instance=gig, action=RESTORE_ACTION, user=moderator)
    return True
