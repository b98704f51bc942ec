"""Sellers write gigs and send them to the moderators; moderation itself is in reviewing.py."""

from django.db import transaction
from django.utils.text import slugify
from pypinyin import lazy_pinyin

from marketplace.accounts.models import User
from marketplace.accounts.selectors import publishing_is_missing
from marketplace.gigs.content import GigContent, check_content, read_content, write_content
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.gallery_files import attach_gallery
from marketplace.gigs.models import Gig, GigStats
from marketplace.gigs.moving import move
from marketplace.gigs.pictures import stored_pictures
from marketplace.gigs.readiness import missing_for_review
from marketplace.gigs.reviewing import review_in_progress, send_to_review
from marketplace.gigs.services.owning import own_gig
from marketplace.gigs.states import SELLER, GigStatus
from marketplace.gigs.stats import refresh_stats

SLUG_LENGTH = 60
EDITABLE = frozenset({GigStatus.DRAFT, GigStatus.NEEDS_CHANGES, GigStatus.LIVE, GigStatus.PAUSED})


def create_gig(*, seller: User, content: GigContent) -> Gig:
    """A new draft with its first revision; nobody but the seller sees it. Raises GigError."""
    if not seller.is_seller:
        raise GigError(GigErrorCode.NOT_SELLER)
    check_content(content)
    with stored_pictures(content) as stored, transaction.atomic():
        # live=True is Wagtail's default: a draft would be on the shelf at once.
        gig = Gig(seller=seller, slug=slug_for(stored.title), live=False, status=GigStatus.DRAFT)
        write_content(gig, stored)
        gig.save()
        gig.save_revision(user=seller)
        attach_gallery(seller, stored)
        GigStats.objects.create(gig=gig)
        refresh_stats(gig)
    return gig


def update_gig(*, gig_id: int, seller: User, content: GigContent) -> Gig:
    """Write `content` as a new revision. What is live stays as it is until the revision has been reviewed.

    Returns the gig as it stands in the new revision. Raises GigError NOT_SELLER, LOCKED_FOR_REVIEW, WRONG_STATE or
    the code of the broken rule.
    """
    check_content(content)
    with stored_pictures(content) as stored, transaction.atomic():
        return _write_revision(gig_id=gig_id, seller=seller, content=stored)


def _write_revision(*, gig_id: int, seller: User, content: GigContent) -> Gig:
    row = own_gig(gig_id=gig_id, seller=seller)
    # Wagtail does not stop save_revision, and would publish it unseen (facts/accounts.md, section 3, pitfall 1).
    if review_in_progress(row):
        raise GigError(GigErrorCode.LOCKED_FOR_REVIEW)
    if row.status not in EDITABLE:
        raise GigError(GigErrorCode.WRONG_STATE)
    draft = row.get_latest_revision_as_object()
    write_content(draft, content)
    draft.save_revision(user=seller)
    attach_gallery(seller, content)
    if not row.live:
        # Figures of a draft are for its seller's own list only.
        cheapest = min(package.price_fen for package in content.packages)
        fastest = min(package.delivery_days for package in content.packages)
        GigStats.objects.filter(gig_id=gig_id).update(price_from_fen=cheapest, delivery_days_from=fastest)
        Gig.objects.filter(pk=gig_id).update(title=content.title, category=content.category)
    return draft


@transaction.atomic
def submit_gig(*, gig_id: int, seller: User) -> Gig:
    """Send the latest revision to the moderators. Submitting twice is harmless.

    A gig that is live or paused keeps its status: its published version goes on selling while the new one is read.
    Raises GigError NOT_SELLER, WRONG_STATE, NOT_READY, or SELLER_NOT_READY when the seller still owes a verified number or
    identity papers (accounts.selectors.publishing_is_missing).
    """
    gig = own_gig(gig_id=gig_id, seller=seller)
    if review_in_progress(gig):
        return gig
    if gig.status not in EDITABLE:
        raise GigError(GigErrorCode.WRONG_STATE)
    if needed := publishing_is_missing(seller):
        raise GigError(GigErrorCode.SELLER_NOT_READY, missing="、".join(str(label) for label in needed))
    missing = missing_for_review(read_content(gig.get_latest_revision_as_object()))
    if missing:
        raise GigError(GigErrorCode.NOT_READY, missing="、".join(str(item.label) for item in missing))
    if gig.status in (GigStatus.DRAFT, GigStatus.NEEDS_CHANGES):
        move(gig, to=GigStatus.IN_REVIEW, actor=SELLER)
    send_to_review(gig, seller=seller)
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
    slug = slugify("-".join(lazy_pinyin(title)))
    # Whole syllables only.
    return (slug if len(slug) <= SLUG_LENGTH else slug[:SLUG_LENGTH].rpartition("-")[0]) or "gig"
