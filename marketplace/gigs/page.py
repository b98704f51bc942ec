"""Everything the page of a gig shows, gathered with a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from marketplace.accounts.models import User, UserProfile, VerificationKind
from marketplace.accounts.places import place_name
from marketplace.core.money import yuan_text
from marketplace.core.ratings import shown_rating
from marketplace.gigs import selectors, structured
from marketplace.gigs.content import ExtraContent, FaqContent, PackageContent, PictureContent, read_medium, read_package
from marketplace.gigs.described import Fact, attribute_rows_of, facts
from marketplace.gigs.models import Gig, PackageTier
from marketplace.gigs.states import GigStatus
from marketplace.gigs.works import SharePicture, Shot, share_picture, shots


@dataclass(frozen=True)
class PackageColumn:
    """A package with its number in the order box (1 to 3) and its column of the comparison."""

    number: int
    package: PackageContent
    tier_name: str
    included: list[tuple[str, bool]]  # what the pane ticks off: words, and whether it is in
    is_choice: bool  # the one that is chosen when the page opens


@dataclass(frozen=True)
class ComparisonCell:
    value: str | bool
    is_choice: bool


@dataclass(frozen=True)
class Maker:
    """The seller, as the page shows them beside their figures."""

    name: str
    portrait_url: str
    level: str
    headline: str
    place: str
    about: str
    url: str
    verified: tuple[str, ...]


@dataclass(frozen=True)
class GigPage:
    """Who looks at which service, and how."""

    gig: Gig  # as shown: a draft, for its own seller
    stored: Gig  # as it stands, with its figures
    is_draft: bool
    is_owner: bool
    is_favourite: bool


@dataclass(frozen=True)
class GigContent:
    """What the page of one gig says to everybody, in plain values: what shows them are components."""

    gallery: list[Shot]
    share_picture: SharePicture | None  # its address absolute
    facts: list[Fact]
    columns: list[PackageColumn]
    comparison: list[tuple[str, list[ComparisonCell]]]
    tags: list[str]
    extras: list[ExtraContent]
    faqs: list[FaqContent]
    maker: Maker
    takes_orders: bool  # False while the seller is away and says so
    rating: Decimal | None
    orders_in_progress: int  # of this gig; those of other gigs of the same seller are none of its
    description: str
    price_from: str  # of the cheapest package in yuan, as machines write it; "" without one
    address: str  # absolute and without parameters: what is canonical, shared and signed
    json_ld: list[dict]


def gig_page(gig: Gig, *, user: User, wants_draft: bool = False) -> GigPage:
    """The page of `gig` for `user`; drafts are for the gig's own seller, who was let in by the selector."""
    is_owner = selectors.owns(gig, user)
    is_draft = is_owner and (wants_draft or gig.status != GigStatus.LIVE)
    return GigPage(
        gig=gig.get_latest_revision_as_object() if is_draft else gig,
        stored=gig,
        is_draft=is_draft,
        is_owner=is_owner,
        is_favourite=gig.is_kept,
    )


def gig_content(page: GigPage) -> GigContent:
    """What the page says of its gig. Queries for a draft alone, whose small lists are its own."""
    gig, stored, is_draft = page.gig, page.stored, page.is_draft
    media = (
        [read_medium(medium) for medium in gig.media.all()]
        if is_draft
        else [PictureContent(**{**row, "renditions": tuple(row["renditions"])}) for row in gig.media_rows]
    )
    gallery = shots(media, title=gig.title)
    shared = share_picture(gallery)
    if shared is not None:
        shared = shared._replace(url=structured.absolute(shared.url))
    packages = (
        [read_package(package) for package in gig.packages.all()]
        if is_draft
        else [PackageContent(**row) for row in gig.package_rows]
    )
    columns = _columns(gig, packages)
    faqs = _faqs(gig) if is_draft else [FaqContent(**row) for row in gig.faq_rows]
    rating = shown_rating(stored.stats.rating_sum, stored.stats.rating_count)
    summary = " ".join(gig.description.split())[:120]
    return GigContent(
        gallery=gallery,
        share_picture=shared,
        facts=facts(gig, attribute_rows_of(gig.category) if is_draft else gig.attribute_rows),
        columns=columns,
        comparison=_comparison(gig, columns),
        tags=[item.tag.name for item in gig.gig_tags.all()] if is_draft else gig.tag_names,
        extras=_extras(gig) if is_draft else [ExtraContent(**row) for row in gig.extra_rows],
        faqs=faqs,
        takes_orders=not gig.seller.profile.refuses_orders,
        maker=_maker(gig.seller.profile, stored.checked_kinds),
        rating=rating,
        orders_in_progress=stored.orders_in_progress,
        description=summary,
        price_from=yuan_text(columns[0].package.price_fen) if columns else "",
        address=structured.absolute(stored.get_absolute_url()),
        json_ld=[]
        if is_draft
        else structured.blocks(
            gig,
            packages=[column.package for column in columns],
            image=shared.url if shared else "",
            rating=rating,
            description=summary,
            faqs=faqs,
        ),
    )


def _maker(profile: UserProfile, checked_kinds: Iterable[str]) -> Maker:
    return Maker(
        name=profile.display_name,
        portrait_url=profile.avatar.url if profile.avatar else "",
        level=profile.level,
        headline=profile.headline,
        place=place_name(profile.province, ""),
        about=profile.about,
        url=profile.get_absolute_url(),
        verified=tuple(str(VerificationKind(kind).label) for kind in checked_kinds),
    )


def _extras(gig: Gig) -> list[ExtraContent]:
    return [ExtraContent(extra.title, extra.price_fen, extra.extra_days) for extra in gig.extras.all()]


def _faqs(gig: Gig) -> list[FaqContent]:
    return [FaqContent(faq.question, faq.answer) for faq in gig.faqs.all()]


def _columns(gig: Gig, packages: list[PackageContent]) -> list[PackageColumn]:
    packages = sorted(packages, key=lambda package: selectors.TIER_NUMBERS[package.tier])
    chosen = packages[len(packages) // 2] if packages else None
    return [
        PackageColumn(
            number=selectors.TIER_NUMBERS[package.tier],
            package=package,
            tier_name=str(PackageTier(package.tier).label),
            included=_included(gig, place),
            is_choice=package is chosen,
        )
        for place, package in enumerate(packages)
    ]


def _included(gig: Gig, place: int) -> list[tuple[str, bool]]:
    """The comparison's column as a list to tick off: `2个原创方案`, `矢量源文件`; what is missing comes last."""
    lines = []
    for row in gig.feature_rows:
        value = row["values"][place] if place < len(row["values"]) else False
        lines.append((f"{row['label']} {value}" if isinstance(value, str) else row["label"], bool(value)))
    return sorted(lines, key=lambda line: not line[1])


def _comparison(gig: Gig, columns: list[PackageColumn]) -> list[tuple[str, list[ComparisonCell]]]:
    return [
        (
            row["label"],
            [ComparisonCell(value, column.is_choice) for value, column in zip(row["values"], columns, strict=False)],
        )
        for row in gig.feature_rows
    ]
