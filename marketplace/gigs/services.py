"""What sellers and buyers do with gigs. Moderation is in reviewing.py."""

from django.db import transaction
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override
from pypinyin import lazy_pinyin
from wagtail.actions.unpublish import UnpublishAction
from wagtail.log_actions import log

from marketplace.accounts.models import User
from marketplace.accounts.selectors import publishing_is_missing, sellers_in_order
from marketplace.gigs import locks
from marketplace.gigs.content import GigContent, check_content, read_content, write_content
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Favourite, Gig, GigStats
from marketplace.gigs.moving import move
from marketplace.gigs.pictures import stored_pictures
from marketplace.gigs.readiness import missing_for_review
from marketplace.gigs.reviewing import (
    cancel_review,
    review_in_progress,
    send_to_review,
    tell_seller,
    tell_unnamed_seller,
)
from marketplace.gigs.states import MODERATOR, SELLER, SYSTEM, GigStatus
from marketplace.gigs.stats import refresh_stats

__all__ = [
    "archive_gig",
    "create_gig",
    "deny_gig",
    "pause_gig",
    "pause_unnamed_gig",
    "publish_directly",
    "refresh_stats",
    "resume_gig",
    "submit_gig",
    "take_down_gig",
    "toggle_favourite",
    "update_gig",
]

SLUG_LENGTH = 60
DENY_ACTION = "gigs.deny"
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
    row = _own_gig(gig_id=gig_id, seller=seller)
    # Wagtail does not stop save_revision, and would publish it unseen (facts/accounts.md, section 3, pitfall 1).
    if review_in_progress(row):
        raise GigError(GigErrorCode.LOCKED_FOR_REVIEW)
    if row.status not in EDITABLE:
        raise GigError(GigErrorCode.WRONG_STATE)
    draft = row.get_latest_revision_as_object()
    write_content(draft, content)
    draft.save_revision(user=seller)
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
    gig = _own_gig(gig_id=gig_id, seller=seller)
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
def pause_gig(*, gig_id: int, seller: User) -> Gig:
    """Take a live gig off the lists; running orders go on. Safe to call twice. Raises GigError."""
    gig = _own_gig(gig_id=gig_id, seller=seller)
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
    with override("zh-hans"):
        title = _("“%(title)s” is paused") % {"title": gig.title}
        tell_unnamed_seller(gig, title=title)
    return True


@transaction.atomic
def resume_gig(*, gig_id: int, seller: User) -> Gig:
    """Put a paused gig back. Safe to call twice. Raises GigError, SELLER_NOT_READY like `submit_gig`."""
    gig = _own_gig(gig_id=gig_id, seller=seller)
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
    gig = _own_gig(gig_id=gig_id, seller=seller)
    if gig.status != GigStatus.ARCHIVED:
        move(gig, to=GigStatus.ARCHIVED, actor=SELLER)
        cancel_review(gig, user=seller)
    return gig


@transaction.atomic
def deny_gig(*, gig_id: int, moderator: User, reason: str) -> Gig:
    """Refuse for good a gig that waits for its first review; the seller is told why. Safe to call twice.

    Raises GigError WRONG_STATE or REASON_MISSING.
    """
    return _deny(
        gig_id, {GigStatus.IN_REVIEW}, moderator, reason, gettext_noop("“%(title)s” was not accepted for Jiangji")
    )


@transaction.atomic
def take_down_gig(*, gig_id: int, moderator: User, reason: str) -> Gig:
    """Take a published gig off for good, with a review under way; running orders go on. Safe to call twice.

    Raises GigError WRONG_STATE or REASON_MISSING.
    """
    published = {GigStatus.LIVE, GigStatus.PAUSED}
    return _deny(gig_id, published, moderator, reason, gettext_noop("“%(title)s” was taken down"))


def _deny(gig_id: int, sources: set[GigStatus], moderator: User, reason: str, title: str) -> Gig:
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
    with override("zh-hans"):
        # The editor would refuse to save; the list shows what has become of it.
        tell_seller(gig, title=_(title) % {"title": gig.title}, body=reason.strip(), url=reverse("gigs:desk_list"))
    return gig


@transaction.atomic
def toggle_favourite(*, gig: Gig, user: User) -> bool:
    """Keep the gig, or stop keeping it; returns whether it is kept now. Raises GigError OWN_GIG."""
    if gig.seller_id == user.pk:
        raise GigError(GigErrorCode.OWN_GIG)
    # The row lock makes a double click two clicks in a row, and the counter exact.
    locks.lock_gig(gig.pk)
    _favourite, kept = Favourite.objects.get_or_create(user=user, gig=gig)
    if not kept:
        Favourite.objects.filter(user=user, gig=gig).delete()
    GigStats.objects.filter(gig=gig).update(favourite_count=Favourite.objects.filter(gig=gig).count())
    return kept


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


def _own_gig(*, gig_id: int, seller: User) -> Gig:
    gig = locks.lock_gig(gig_id)
    if gig.seller_id != seller.pk:
        raise GigError(GigErrorCode.NOT_SELLER)
    return gig
