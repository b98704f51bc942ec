"""Sellers write gigs bit by bit: a draft may miss nearly everything, and many saves are one revision."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from wagtail.models import Revision, TaskState

from marketplace.accounts.models import User
from marketplace.core.config import get_config
from marketplace.gigs import locks
from marketplace.gigs.content import GigContent, check_limits
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Gig
from marketplace.gigs.moving import move
from marketplace.gigs.reviewing import cancel_review, review_in_progress
from marketplace.gigs.services.authoring import editable_gig, new_gig, write_revision
from marketplace.gigs.services.owning import own_gig
from marketplace.gigs.states import SELLER, GigStatus


def start_draft(*, seller: User, content: GigContent) -> Gig:
    """A new draft with its first revision, however little is in it; returns the gig as it stands in the revision.

    Raises GigError: the code of a bound that is overstepped, NOT_SELLER, or TOO_MANY_GIGS.
    """
    check_limits(content)
    with transaction.atomic():
        # The children are in the revision alone: a table of packages that are for sale is none of drafts (pitfall 5).
        return write_revision(new_gig(seller=seller, content=content), seller=seller, content=content)


def save_draft(*, gig_id: int, seller: User, content: GigContent, seen: str) -> Gig:
    """Write `content` as the latest revision of a gig, or over it while one goes on typing (`_overwritable`).

    `seen` is the `revision_mark` of what the form was made from. What is live stays as it is. Returns the gig as it
    stands in the revision. Raises GigError NOT_SELLER, LOCKED_FOR_REVIEW, WRONG_STATE, the code of a bound that is
    overstepped, or STALE_DRAFT when somebody, or another window, has saved meanwhile.
    """
    check_limits(content)
    with transaction.atomic():
        row = require_current(gig_id=gig_id, seller=seller, seen=seen)
        return write_revision(row, seller=seller, content=content, overwrite=_overwritable(row, seller))


def require_current(*, gig_id: int, seller: User, seen: str) -> Gig:
    """The gig, locked, if what was `seen` is its latest revision. Raises GigError as `save_draft` does."""
    row = editable_gig(gig_id=gig_id, seller=seller)
    if seen != revision_mark(row):
        raise GigError(GigErrorCode.STALE_DRAFT)
    return row


def revision_mark(gig: Gig) -> str:
    """What the latest revision is told apart by: its key is not enough, since it may be written over."""
    revision = gig.latest_revision
    return f"{revision.pk}.{revision.created_at.timestamp():.6f}" if revision else ""


def _overwritable(gig: Gig, seller: User) -> Revision | None:
    """The latest revision, if it is this seller's own, of the last minutes (gigs.autosave_minutes), and nobody relies on it.

    What is live, and what was ever sent to a moderator, stays as it was read.
    """
    revision = gig.latest_revision
    if revision is None or revision.user_id != seller.pk or revision.pk == gig.live_revision_id:
        return None
    if timezone.now() - revision.created_at >= timedelta(minutes=get_config("gigs.autosave_minutes")):
        return None
    return None if TaskState.objects.filter(revision=revision).exists() else revision


@transaction.atomic
def withdraw_gig(*, gig_id: int, seller: User) -> Gig:
    """Take a gig back from the moderators, to edit it. Safe to call twice. Raises GigError NOT_SELLER.

    One that is live or paused keeps its status; the version that waited is the draft again.
    """
    locks.lock_review(gig_id)
    gig = own_gig(gig_id=gig_id, seller=seller)
    if review_in_progress(gig):
        # The status first: what ends without a judgement would else need changes (reviewing._give_back).
        if gig.status == GigStatus.IN_REVIEW:
            move(gig, to=GigStatus.DRAFT, actor=SELLER)
        cancel_review(gig, user=seller)
    return gig
