"""Reads of gigs, with the permission in them: a stranger gets 404, never a hint that something is there."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from wagtail.models import WorkflowState

from marketplace.accounts.models import User, VerificationStatus
from marketplace.gigs.cards import GigCard, gig_cards
from marketplace.gigs.models import Favourite, Gig, GigCategory, GigMedia, GigPackage, MediaKind, PackageTier
from marketplace.gigs.reviewing import changes_wanted, review_in_progress
from marketplace.gigs.states import GigStatus

SIMILAR_LIMIT = 4
# Radios of the order box and the panes they show are numbered 1 to 3 in the page's style sheet.
TIER_NUMBERS = {tier: number for number, tier in enumerate(PackageTier.values, start=1)}


@dataclass(frozen=True)
class GigRow:
    """A line of the seller's own list."""

    gig: Gig
    cover: GigMedia | None
    in_review: bool
    changes: str | None  # what the moderator wrote, None when nothing was sent back


def get_public_gig(gig_id: int, user: User | None = None) -> Gig:
    """The gig as everybody may see it, or, for its own seller, whatever its state. Raises Http404."""
    gig = (
        Gig.objects.select_related("seller__profile", "category__parent", "stats")
        .prefetch_related(
            "packages",
            "extras",
            "faqs",
            Prefetch("media", GigMedia.objects.filter(kind=MediaKind.IMAGE)),
            "gig_tags__tag",
        )
        .filter(pk=gig_id)
        .first()
    )
    if gig is None or (gig.status != GigStatus.LIVE and not owns(gig, user)):
        raise Http404
    return gig


def get_own_gig(gig_id: int, user: User) -> Gig:
    """A gig of this seller, in any state. Raises Http404."""
    gig = Gig.objects.select_related("category", "stats").filter(pk=gig_id, seller_id=user.pk).first()
    if gig is None:
        raise Http404
    return gig


def get_favourable_gig(gig_id: int) -> Gig:
    """A live gig, to be kept or let go. Raises Http404."""
    gig = Gig.objects.filter(pk=gig_id, status=GigStatus.LIVE).first()
    if gig is None:
        raise Http404
    return gig


def get_bookable_package(gig_id: int, number: str) -> GigPackage:
    """The package of a live gig by its number in the order box (1 basic to 3 premium). Raises Http404."""
    tier = next((tier for tier, own in TIER_NUMBERS.items() if str(own) == number), None)
    package = GigPackage.objects.filter(gig_id=gig_id, gig__status=GigStatus.LIVE, tier=tier).first()
    if package is None:
        raise Http404
    return package


def owns(gig: Gig, user: User | None) -> bool:
    """Whether `user` is the seller of `gig`."""
    return user is not None and user.is_authenticated and gig.seller_id == user.pk


def is_favourite(gig: Gig, user: User | None) -> bool:
    """Whether `user` keeps `gig`."""
    return user is not None and user.is_authenticated and Favourite.objects.filter(gig=gig, user=user).exists()


def verified_kinds(user: User) -> list[str]:
    """What has been checked about a seller, in words for tags on the page."""
    approved = user.verifications.filter(status=VerificationStatus.APPROVED)
    return [str(verification.get_kind_display()) for verification in approved]


def similar_gigs(gig: Gig, *, user: User | None = None) -> list[GigCard]:
    """Up to four live gigs of the same subcategory by other sellers, most completed orders first."""
    ids = (
        Gig.objects.filter(category_id=gig.category_id, status=GigStatus.LIVE)
        .exclude(seller_id=gig.seller_id)
        .order_by("-stats__orders_completed", "-pk")
        .values_list("pk", flat=True)[:SIMILAR_LIMIT]
    )
    return gig_cards(list(ids), user=user)


def seller_gigs(user: User, *, status: str = "") -> list[GigRow]:
    """The seller's own gigs, newest first, without archived ones unless asked for by `status`."""
    states: QuerySet[WorkflowState] = WorkflowState.objects.active().select_related("current_task_state")
    gigs = (
        Gig.objects.filter(seller_id=user.pk)
        .select_related("category", "stats", "latest_revision")
        .prefetch_related(
            Prefetch("media", GigMedia.objects.filter(kind=MediaKind.IMAGE).order_by("sort_order")),
            Prefetch("_workflow_states", states, to_attr="_current_workflow_states"),
        )
    )
    gigs = gigs.filter(status=status) if status else gigs.exclude(status=GigStatus.ARCHIVED)
    return [
        GigRow(
            gig=gig,
            cover=next(iter(gig.media.all()), None),
            in_review=review_in_progress(gig),
            changes=changes_wanted(gig),
        )
        for gig in gigs
    ]


def subcategory_choices() -> list[tuple[GigCategory, Sequence[GigCategory]]]:
    """Shown categories, each with its shown subcategories: two queries."""
    children = Prefetch("children", GigCategory.objects.filter(is_active=True), to_attr="shown_children")
    parents = GigCategory.objects.filter(parent=None, is_active=True).prefetch_related(children)
    return [(parent, parent.shown_children) for parent in parents if parent.shown_children]


def has_draft_changes(gig: Gig) -> bool:
    """Whether the seller has saved something that buyers do not see yet."""
    return gig.has_unpublished_changes or not gig.live
