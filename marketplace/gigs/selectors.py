"""Reads of gigs, with the permission in them: a stranger gets 404, never a hint that something is there."""

import time
from collections.abc import Sequence
from functools import cache

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.db.models.functions import JSONObject
from django.http import Http404

from marketplace.accounts.models import User, UserProfile, UserVerification, VerificationStatus
from marketplace.accounts.selectors import sellers_in_order
from marketplace.core import page_cache
from marketplace.core.forgiving import forgiving_cache
from marketplace.core.remembered import columns_of, remember_each, shape_of
from marketplace.gigs.cards import GigCard, gig_cards
from marketplace.gigs.content import ExtraContent, FaqContent, PackageContent, PictureContent
from marketplace.gigs.described import attribute_rows
from marketplace.gigs.models import (
    Favourite,
    Gig,
    GigCategory,
    GigExtra,
    GigFaq,
    GigMedia,
    GigPackage,
    GigStats,
    GigTag,
    PackageTier,
    on_sale,
)
from marketplace.gigs.sales import orders_in_progress
from marketplace.gigs.states import GIG_TRANSITIONS, MODERATOR, GigStatus

SIMILAR_LIMIT = 4
_PACKAGE_COLUMNS = ("tier", "title", "description", "price_fen", "delivery_days", "revisions")
_MEDIA_COLUMNS = (
    *("kind", "alt_text", "width", "height", "renditions", "placeholder", "duration_seconds", "page_count"),
)
# Radios of the order box and the panes they show are numbered 1 to 3 in the page's style sheet.
TIER_NUMBERS = {tier: number for number, tier in enumerate(PackageTier.values, start=1)}


def live_without_named_seller() -> QuerySet[Gig]:
    """Live gigs whose sellers' identity counts no longer, for the job that pauses them."""
    named = sellers_in_order().filter(pk=OuterRef("seller"))
    return Gig.objects.filter(~Exists(named), status=GigStatus.LIVE).order_by("pk")


def get_public_gig(gig_id: int, user: User | None = None) -> Gig:
    """The gig as everybody may see it, or, for its own seller, whatever its state. Raises Http404.

    Small lists come along in the same query (`package_rows`, `media_rows`, `attribute_rows`, `extra_rows`, `faq_rows`,
    `tag_names`, `checked_kinds`), and `orders_in_progress`: a query each would double the cost of the page. What is on sale is
    remembered for everybody until it changes; its seller reads it as it stands. `is_kept`: whether `user` keeps it; `read_at`:
    when it was read, in seconds since the epoch, which tells one reading from the next.
    """
    gig = None
    if not connection.in_atomic_block:  # a transaction sees what nobody else does yet
        names = {gig_id: f"gigs:on_sale:{_shape()}:{gig_id}"}
        gig = remember_each(names, _read_on_sale, tags_of=_tags_of).get(gig_id)
    keeps = Favourite.objects.none()
    if user is not None and user.is_authenticated:
        keeps = Favourite.objects.filter(user_id=user.pk)
    if gig is None or owns(gig, user):
        read_at = time.time()
        gig = _with_small_lists().annotate(is_kept=Exists(keeps.filter(gig=OuterRef("pk")))).filter(pk=gig_id).first()
        if gig is not None:
            gig.read_at = read_at
    else:
        is_somebody = (
            user is not None and user.is_authenticated
        )  # nothing to ask for else, which takes long all the same
        gig.is_kept = is_somebody and keeps.filter(gig=gig_id).exists()  # as the annotation
    if gig is None or not (gig.is_on_sale or owns(gig, user)):
        raise Http404
    return gig


def _read_on_sale(gig_ids: Sequence[int]) -> dict[int, Gig]:
    found = _with_small_lists().defer(*_PRIVATE).filter(pk__in=gig_ids)
    read_at = time.time()
    for gig in found:
        gig.read_at = read_at
    return {gig.pk: gig for gig in found if gig.is_on_sale}


def _tags_of(gig_id: int, gig: Gig) -> tuple[str, ...]:
    return f"gig:{gig_id}", f"seller:{gig.seller_id}", page_cache.SITE


# Of the account nothing goes into the cache but whose it is and whether it is open; two releases know each other's columns.
_PRIVATE = [
    f"seller__{column.attname}" for column in User._meta.concrete_fields if column.name not in ("id", "is_active")
]


@cache
def _shape() -> str:
    """Changes with everything that is kept of a service on sale, the small lists included."""
    rows = columns_of(Gig, User, UserProfile, GigCategory, GigStats)
    values = shape_of(PackageContent, PictureContent, ExtraContent, FaqContent)
    return f"{rows}{values}:{'-'.join(_with_small_lists().query.annotations)}-read_at"


def _with_small_lists() -> QuerySet[Gig]:
    """The query of `get_public_gig` for any gig.

    Put together anew each time: copies of a query share its subqueries, whose aliases are written while it is compiled, and two
    threads that do so at once get a statement that is none.
    """
    own = {"gig_id": OuterRef("pk")}
    tags = GigTag.objects.filter(content_object_id=OuterRef("pk")).order_by("pk").values("tag__name")
    checked = UserVerification.objects.filter(user_id=OuterRef("seller_id"), status=VerificationStatus.APPROVED)
    extras = GigExtra.objects.filter(**own).order_by("sort_order", "pk")
    packages = GigPackage.objects.filter(**own).order_by("price_fen", "pk")
    media = GigMedia.objects.filter(**own).order_by("sort_order", "pk")
    faqs = GigFaq.objects.filter(**own).order_by("sort_order", "pk")
    return Gig.objects.select_related("seller__profile", "category__parent", "stats").annotate(
        package_rows=ArraySubquery(packages.values(row=_row(_PACKAGE_COLUMNS))),
        media_rows=ArraySubquery(media.values(row=_row(_MEDIA_COLUMNS, name="file"))),
        attribute_rows=attribute_rows(),
        extra_rows=ArraySubquery(
            extras.values(row=JSONObject(title="title", price_fen="price_fen", extra_days="extra_days"))
        ),
        faq_rows=ArraySubquery(faqs.values(row=JSONObject(question="question", answer="answer"))),
        tag_names=ArraySubquery(tags),
        checked_kinds=ArraySubquery(checked.order_by("pk").values("kind")),
        orders_in_progress=orders_in_progress("pk"),
    )


def get_paused_gig(gig_id: int) -> Gig:
    """A gig that its seller has paused, for the page that says so. Raises Http404, also for one that was taken down."""
    gig = (
        Gig.objects.select_related("seller__profile", "category__parent")
        .filter(pk=gig_id, status=GigStatus.PAUSED, seller__is_active=True)
        .first()
    )
    if gig is None:
        raise Http404
    return gig


def _row(columns: Sequence[str], **renamed: str) -> JSONObject:
    return JSONObject(**{name: name for name in columns}, **renamed)


def get_own_gig(gig_id: int, user: User) -> Gig:
    """A gig of this seller, in any state. Raises Http404."""
    gig = Gig.objects.select_related("category", "stats").filter(pk=gig_id, seller_id=user.pk).first()
    if gig is None:
        raise Http404
    return gig


def get_deniable_gig(gig_id: int) -> Gig:
    """A gig that a moderator may refuse or take down as it stands now. Raises Http404."""
    states = [status for status in GigStatus if GIG_TRANSITIONS.allows(status, GigStatus.DENIED, MODERATOR)]
    gig = Gig.objects.select_related("seller__profile").filter(pk=gig_id, status__in=states).first()
    if gig is None:
        raise Http404
    return gig


def get_gig_on_sale(gig_id: int) -> Gig:
    """A gig that anybody may find, with its seller: to be kept, reported or read about. Raises Http404."""
    gig = Gig.objects.on_sale().select_related("seller__profile", "category", "stats").filter(pk=gig_id).first()
    if gig is None:
        raise Http404
    return gig


def get_bookable_package(gig_id: int, number: str) -> GigPackage:
    """The package of a gig on sale by its number in the order box (1 basic to 3 premium). Raises Http404."""
    tier = next((tier for tier, own in TIER_NUMBERS.items() if str(own) == number), None)
    package = GigPackage.objects.filter(on_sale("gig__"), gig_id=gig_id, tier=tier).first()
    if package is None:
        raise Http404
    return package


def owns(gig: Gig, user: User | None) -> bool:
    """Whether `user` is the seller of `gig`."""
    return user is not None and user.is_authenticated and gig.seller_id == user.pk


def similar_gigs(gig: Gig, *, user: User | None = None) -> list[GigCard]:
    """Up to four gigs on sale of the same subcategory by other sellers, most completed orders first."""
    key = f"gigs:similar:{gig.pk}"
    ids = forgiving_cache.get(key)
    if ids is None:
        ids = list(
            Gig.objects.listed()
            .filter(category_id=gig.category_id)
            .exclude(seller_id=gig.seller_id)
            .most_ordered_first()
            .values_list("pk", flat=True)[:SIMILAR_LIMIT]
        )
        forgiving_cache.set(key, ids, timeout=300)
    return gig_cards(ids, user=user, only_listed=True)


def subcategory_choices() -> list[tuple[GigCategory, Sequence[GigCategory]]]:
    """Shown categories, each with its shown subcategories: two queries."""
    children = Prefetch("children", GigCategory.objects.filter(is_active=True), to_attr="shown_children")
    parents = GigCategory.objects.filter(parent=None, is_active=True).prefetch_related(children)
    return [(parent, parent.shown_children) for parent in parents if parent.shown_children]
