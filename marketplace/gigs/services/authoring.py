"""Sellers write gigs and send them to the moderators; moderation itself is in reviewing.py."""

from django.db import transaction
from wagtail.models import Revision

from marketplace.accounts.models import User
from marketplace.accounts.selectors import publishing_is_missing
from marketplace.core.slugs import pinyin_slug
from marketplace.gigs import locks
from marketplace.gigs.content import GigContent, check_content, read_content, write_content
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.gallery_files import attach_gallery
from marketplace.gigs.limits import require_room
from marketplace.gigs.models import Gig, GigStats
from marketplace.gigs.moving import move
from marketplace.gigs.readiness import missing_for_review
from marketplace.gigs.reviewing import review_in_progress, send_to_review
from marketplace.gigs.services.owning import own_gig
from marketplace.gigs.states import EDITABLE, SELLER, GigStatus
from marketplace.gigs.stats import refresh_stats

ANSWER_LENGTH = 500
# Of the words in an address, which people pass on in a chat and which stand twenty-four times in a list (product decision).
_SLUG_LENGTH = 24


def create_gig(*, seller: User, content: GigContent) -> Gig:
    """A new draft with its first revision and all that a gig needs; nobody but the seller sees it.

    Raises GigError: the code of the broken rule, NOT_SELLER, MEDIA_GONE, or TOO_MANY_GIGS at the limit of the seller's level.
    """
    check_content(content)
    with transaction.atomic():
        gig = new_gig(seller=seller, content=content)
        write_content(gig, content)
        gig.save()
        gig.save_revision(user=seller)
        attach_gallery(seller, content)
        refresh_stats(gig)
    return gig


def new_gig(*, seller: User, content: GigContent) -> Gig:
    """The row of a new draft, without its children. Call it in a transaction. Raises GigError NOT_SELLER or TOO_MANY_GIGS."""
    if not seller.is_seller:
        raise GigError(GigErrorCode.NOT_SELLER)
    # Two windows that begin a gig each would both find room for one (tests/concurrency/test_gig_limit.py).
    locks.lock_seller(seller.pk)
    require_room(seller)
    # live=True is Wagtail's default: a draft would be on the shelf at once.
    gig = Gig(
        seller=seller,
        slug=slug_for(content.title),
        title=content.title,
        category=content.category,
        live=False,
        status=GigStatus.DRAFT,
    )
    gig.save()
    GigStats.objects.create(gig=gig)
    return gig


def update_gig(*, gig_id: int, seller: User, content: GigContent) -> Gig:
    """Write `content`, which must be complete, as a new revision. What is live stays as it is until it has been reviewed.

    Returns the gig as it stands in the new revision. Raises GigError NOT_SELLER, LOCKED_FOR_REVIEW, WRONG_STATE or
    the code of the broken rule.
    """
    check_content(content)
    with transaction.atomic():
        row = editable_gig(gig_id=gig_id, seller=seller)
        return write_revision(row, seller=seller, content=content)


def editable_gig(*, gig_id: int, seller: User) -> Gig:
    """The seller's gig, locked, if it may be edited now. Raises GigError NOT_SELLER, LOCKED_FOR_REVIEW or WRONG_STATE."""
    row = own_gig(gig_id=gig_id, seller=seller)
    # Wagtail does not stop save_revision, and would publish it unseen (facts/accounts.md, section 3, pitfall 1).
    if review_in_progress(row):
        raise GigError(GigErrorCode.LOCKED_FOR_REVIEW)
    if row.status not in EDITABLE:
        raise GigError(GigErrorCode.WRONG_STATE)
    return row


def write_revision(row: Gig, *, seller: User, content: GigContent, overwrite: Revision | None = None) -> Gig:
    """`content` as a revision of a locked gig, in the place of `overwrite` where that is given; the row only of what was
    never published. Returns the gig as it stands in the revision. Raises GigError MEDIA_GONE."""
    attach_gallery(seller, content)
    draft: Gig = row.get_latest_revision_as_object()
    write_content(draft, content)
    if row.first_published_at is None:
        draft.slug = slug_for(content.title)
    # Not cleaned: a draft may be empty. What is submitted has been checked by then (submit_gig).
    draft.save_revision(user=seller, clean=False, overwrite_revision=overwrite)
    if not row.live:
        # For its seller's own list only.
        prices = [package.price_fen for package in content.packages if package.price_fen]
        days = [package.delivery_days for package in content.packages if package.price_fen]
        GigStats.objects.filter(gig_id=row.pk).update(
            price_from_fen=min(prices, default=0), delivery_days_from=min(days, default=0)
        )
        Gig.objects.filter(pk=row.pk).update(title=content.title, category=content.category, slug=draft.slug)
    return draft


@transaction.atomic
def submit_gig(*, gig_id: int, seller: User, answer: str = "") -> Gig:
    """Send the latest revision to the moderators, with an answer to what they wrote. Submitting twice is harmless.

    A gig that is live or paused keeps its status: its published version goes on selling while the new one is read. An
    edit that needs no review is published at once (materiality.py): then no review is in progress afterwards.
    Raises GigError NOT_SELLER, WRONG_STATE, NOT_READY, the code of a bound that is overstepped, or SELLER_NOT_READY when the
    seller still owes a verified number or identity papers (accounts.selectors.publishing_is_missing).
    """
    # Taking up what was sent back writes the workflow: before the gig, as whoever ends a review does.
    locks.lock_review(gig_id)
    gig = own_gig(gig_id=gig_id, seller=seller)
    if review_in_progress(gig):
        return gig
    if gig.status not in EDITABLE:
        raise GigError(GigErrorCode.WRONG_STATE)
    if needed := publishing_is_missing(seller):
        raise GigError(GigErrorCode.SELLER_NOT_READY, missing="、".join(str(label) for label in needed))
    content = read_content(gig.get_latest_revision_as_object())
    missing = missing_for_review(content)
    if missing:
        raise GigError(GigErrorCode.NOT_READY, missing="、".join(str(item.label) for item in missing))
    # Bounds may have changed since the draft was saved.
    check_content(content)
    if gig.status in (GigStatus.DRAFT, GigStatus.NEEDS_CHANGES):
        move(gig, to=GigStatus.IN_REVIEW, actor=SELLER)
    send_to_review(gig, seller=seller, answer=answer.strip()[:ANSWER_LENGTH])
    if not review_in_progress(gig):
        return Gig.objects.get(pk=gig_id)  # published meanwhile, from the revision
    return gig


@transaction.atomic
def publish_directly(*, gig: Gig) -> Gig:
    """Publish the latest revision without a review: for the demo catalogue and the tests, never for people."""
    revision = gig.get_latest_revision() or gig.save_revision()
    revision.publish(skip_permission_checks=True)
    Gig.objects.filter(pk=gig.pk).update(status=GigStatus.LIVE)
    gig.refresh_from_db()
    refresh_stats(gig)
    return gig


def slug_for(title: str) -> str:
    """The title in pinyin, for the address: `奶茶店LOGO` → `nai-cha-dian-logo`."""
    return pinyin_slug(title, fallback="gig", length=_SLUG_LENGTH)
