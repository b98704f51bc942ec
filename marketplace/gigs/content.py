"""What a seller writes about a gig, as plain values, and the rules it must keep.

The form, the demo catalogue and the tests all hand this to `services`; nothing else builds children of a gig.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import prefetch_related_objects
from wagtail.models import Revision

from marketplace.core.config import get_config
from marketplace.core.money import display_yuan
from marketplace.gigs.attributes import clean_attributes
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import (
    Gig,
    GigCategory,
    GigExtra,
    GigFaq,
    GigMedia,
    GigPackage,
    GigRequirement,
    MediaKind,
    PackageTier,
    RequirementKind,
)

PACKAGE_LIMIT = len(PackageTier.values)
TAG_LIMIT = 5
TAG_LENGTH = 20
PICTURE_LIMIT = 5
# Product decisions: what a buyer reads before deciding; a longer list is a page of its own.
FEATURE_LIMIT, FAQ_LIMIT, EXTRA_LIMIT, NEED_LIMIT = 10, 10, 8, 10
# Shorter, a title says no more than its category.
TITLE_MINIMUM = 6  # letters, digits and characters; pictures and signs say nothing
# Product decision (issue 5): what a buyer looks through; the field allows three pictures (facts/marketplace.md, row 17).
VIDEO_LIMIT = 1
DOCUMENT_LIMIT = 2
# What one order may take. Institutions give nothing back after a year (facts/payments.md, section 3): a buyer whose seller
# never delivers must still be able to cancel. Two months are left for revisions, a pause, and a dispute.
MOST_DELIVERY_DAYS = 300
# What a moderator can judge, and a buyer can decide on; shorter drafts are kept, but not submitted.
DESCRIPTION_MINIMUM = 60
# What a card shows in two lines; the column holds more.
TITLE_LIMIT = 40

_TIER_ORDER = {tier: place for place, tier in enumerate(PackageTier.values)}


@dataclass(frozen=True)
class PackageContent:
    """One package; the price in fen."""

    tier: str
    title: str
    description: str
    price_fen: int
    delivery_days: int
    revisions: int = 1


@dataclass(frozen=True)
class ExtraContent:
    """An add-on; `extra_days` is negative when it makes the delivery faster."""

    title: str
    price_fen: int
    extra_days: int = 0


@dataclass(frozen=True)
class FaqContent:
    question: str
    answer: str


@dataclass(frozen=True)
class RequirementContent:
    prompt: str
    kind: str = RequirementKind.TEXT
    choices: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True)
class PictureContent:
    """A stored picture, film or PDF of the gallery: `name` is its name in the default storage.

    Width, height, renditions and placeholder are those of what is shown: of a film its poster, of a PDF its first page.
    """

    name: str
    alt_text: str = ""
    width: int = 0
    height: int = 0
    kind: str = MediaKind.IMAGE
    renditions: tuple[dict[str, Any], ...] = ()
    placeholder: str = ""
    duration_seconds: int | None = None
    page_count: int | None = None
    # The upload that it comes from, until it has been saved once: then it has to be there still (gallery_files).
    is_new: bool = field(default=False, compare=False)

    @property
    def url(self) -> str:
        """Where browsers fetch it."""
        return default_storage.url(self.name)


@dataclass(frozen=True)
class FeatureRow:
    """A row of the package comparison: text, or whether it is included, for each package in ascending order."""

    label: str
    values: tuple[str | bool, ...]


@dataclass(frozen=True)
class GigContent:
    """The whole of a gig's content. In a draft nearly everything may be missing: a price of 0 is one not yet typed."""

    category: GigCategory | None
    title: str
    description: str
    packages: tuple[PackageContent, ...]
    tags: tuple[str, ...] = ()
    faqs: tuple[FaqContent, ...] = ()
    requirements: tuple[RequirementContent, ...] = ()
    extras: tuple[ExtraContent, ...] = ()
    pictures: tuple[PictureContent, ...] = ()
    features: tuple[FeatureRow, ...] = ()
    language: str = "zh-hans"
    # What the category's attributes say of it: key of GigAttribute → keys of its options (attributes.clean_attributes).
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    video: PictureContent | None = None
    documents: tuple[PictureContent, ...] = ()

    @property
    def media(self) -> tuple[PictureContent, ...]:
        """The whole gallery in the order in which it is shown: pictures, the film, PDFs."""
        return (*self.pictures, *([self.video] if self.video else []), *self.documents)


def said_length(text: str) -> int:
    """How much a title says: its letters, digits and Chinese characters, without emoji, signs and spaces."""
    return sum(character.isalnum() for character in text)


def check_price(price_fen: int) -> None:
    """Raise GigError when a package's price lies outside the platform's bounds."""
    minimum, maximum = get_config("gigs.minimum_price_fen"), get_config("gigs.maximum_price_fen")
    if price_fen < minimum:
        raise GigError(GigErrorCode.PRICE_TOO_LOW, yuan=display_yuan(minimum))
    if price_fen > maximum:
        raise GigError(GigErrorCode.PRICE_TOO_HIGH, yuan=display_yuan(maximum))


def check_extra_price(price_fen: int) -> None:
    """Raise GigError when an add-on costs more than a package may; it may cost less, but something."""
    maximum = get_config("gigs.maximum_price_fen")
    if price_fen <= 0 or price_fen > maximum:
        raise GigError(GigErrorCode.EXTRA_PRICE, yuan=display_yuan(maximum))


def check_packages(packages: Sequence[PackageContent]) -> None:
    """Raise GigError unless there are one to three different packages whose prices do not fall."""
    if not packages:
        raise GigError(GigErrorCode.NO_PACKAGE)
    if len(packages) > PACKAGE_LIMIT:
        raise GigError(GigErrorCode.TOO_MANY_PACKAGES)
    tiers = [package.tier for package in packages]
    if len(set(tiers)) < len(tiers):
        raise GigError(GigErrorCode.DUPLICATE_TIER)
    if PackageTier.BASIC not in tiers:
        raise GigError(GigErrorCode.NO_PACKAGE)
    for package in packages:
        check_price(package.price_fen)
    prices = [package.price_fen for package in in_tier_order(packages)]
    if prices != sorted(prices):
        raise GigError(GigErrorCode.PRICES_NOT_ASCENDING)


def check_tags(tags: Sequence[str]) -> None:
    """Raise GigError when there are too many tags or one is too long."""
    if len(tags) > TAG_LIMIT:
        raise GigError(GigErrorCode.TOO_MANY_TAGS, limit=TAG_LIMIT, count=len(tags))
    for tag in tags:
        if len(tag) > TAG_LENGTH:
            raise GigError(GigErrorCode.TAG_TOO_LONG, limit=TAG_LENGTH, tag=tag)


def check_limits(content: GigContent) -> None:
    """Raise GigError for the first bound that `content` oversteps; nothing need be there yet. This is what a draft keeps to."""
    if content.category is not None and content.category.parent_id is None:
        raise GigError(GigErrorCode.NOT_A_SUBCATEGORY)
    tiers = [package.tier for package in content.packages]
    if len(tiers) > PACKAGE_LIMIT:
        raise GigError(GigErrorCode.TOO_MANY_PACKAGES)
    if len(set(tiers)) < len(tiers):
        raise GigError(GigErrorCode.DUPLICATE_TIER)
    for package in content.packages:
        if package.price_fen:
            check_price(package.price_fen)
    check_tags(content.tags)
    for rows, limit, code in (
        (content.features, FEATURE_LIMIT, GigErrorCode.TOO_MANY_FEATURES),
        (content.extras, EXTRA_LIMIT, GigErrorCode.TOO_MANY_EXTRAS),
        (content.faqs, FAQ_LIMIT, GigErrorCode.TOO_MANY_FAQS),
        (content.requirements, NEED_LIMIT, GigErrorCode.TOO_MANY_REQUIREMENTS),
        (content.pictures, PICTURE_LIMIT, GigErrorCode.TOO_MANY_PICTURES),
        (content.documents, DOCUMENT_LIMIT, GigErrorCode.TOO_MANY_DOCUMENTS),
    ):
        if len(rows) > limit:
            raise GigError(code, limit=limit, count=len(rows))
    for extra in content.extras:
        if extra.price_fen:
            check_extra_price(extra.price_fen)
    if any(len(row.values) != len(content.packages) for row in content.features):
        raise GigError(GigErrorCode.FEATURE_ROW_UNEVEN)


def check_content(content: GigContent) -> None:
    """Raise GigError for the first rule that `content` breaks: its bounds, a subcategory, and packages one can buy."""
    if content.category is None:
        raise GigError(GigErrorCode.NOT_A_SUBCATEGORY)
    check_limits(content)
    parent = content.category.parent  # `check_limits` has refused a category without one
    if not content.category.is_active or parent is None or not parent.is_active:
        raise GigError(GigErrorCode.CATEGORY_HIDDEN)
    check_packages(content.packages)


def in_tier_order(packages: Sequence[PackageContent]) -> list[PackageContent]:
    """The packages from basic to premium."""
    return sorted(packages, key=lambda package: _TIER_ORDER[package.tier])


def write_content(gig: Gig, content: GigContent) -> None:
    """Put `content` into `gig` in memory. A package keeps its key, so that a checkout under way survives publishing."""
    gig.category = content.category
    gig.title = content.title
    gig.description = content.description
    gig.language = content.language
    # What the category does not know, after a change of it for instance, is dropped.
    gig.attributes = clean_attributes(content.category, content.attributes) if content.category else {}
    gig.feature_rows = [{"label": row.label, "values": list(row.values)} for row in content.features]
    # The stubs do not know that a ParentalKey's related manager takes a list.
    keys = {package.tier: package.pk for package in gig.packages.all()} if gig.pk else {}
    gig.packages = [  # type: ignore[misc]
        GigPackage(
            pk=keys.get(package.tier),
            tier=package.tier,
            title=package.title,
            description=package.description,
            price_fen=package.price_fen,
            delivery_days=package.delivery_days,
            revisions=package.revisions,
        )
        for package in in_tier_order(content.packages)
    ]
    gig.extras = [  # type: ignore[misc]
        GigExtra(title=extra.title, price_fen=extra.price_fen, extra_days=extra.extra_days, sort_order=place)
        for place, extra in enumerate(content.extras)
    ]
    gig.faqs = [  # type: ignore[misc]
        GigFaq(question=faq.question, answer=faq.answer, sort_order=place) for place, faq in enumerate(content.faqs)
    ]
    gig.requirements = [  # type: ignore[misc]
        GigRequirement(
            prompt=item.prompt, kind=item.kind, choices=list(item.choices), required=item.required, sort_order=place
        )
        for place, item in enumerate(content.requirements)
    ]
    gig.media = [  # type: ignore[misc]
        GigMedia(
            kind=medium.kind,
            file=medium.name,
            alt_text=medium.alt_text,
            width=medium.width,
            height=medium.height,
            renditions=list(medium.renditions),
            placeholder=medium.placeholder,
            duration_seconds=medium.duration_seconds,
            page_count=medium.page_count,
            sort_order=place,
        )
        for place, medium in enumerate(content.media)
    ]
    gig.tags.set(content.tags)


def read_content(gig: Gig) -> GigContent:
    """The content of `gig` (a row, or a revision rebuilt as an object) as plain values: the inverse of `write_content`."""
    packages = tuple(read_package(package) for package in gig.packages.all())
    media = [read_medium(medium) for medium in gig.media.all()]
    return GigContent(
        category=gig.category,
        title=gig.title,
        description=gig.description,
        language=gig.language,
        packages=tuple(in_tier_order(packages)),
        tags=tuple(tag.name for tag in gig.tags.all()),
        faqs=tuple(FaqContent(faq.question, faq.answer) for faq in gig.faqs.all()),
        requirements=tuple(
            RequirementContent(item.prompt, item.kind, tuple(item.choices), item.required)
            for item in gig.requirements.all()
        ),
        extras=tuple(ExtraContent(extra.title, extra.price_fen, extra.extra_days) for extra in gig.extras.all()),
        pictures=tuple(medium for medium in media if medium.kind == MediaKind.IMAGE),
        video=next((medium for medium in media if medium.kind == MediaKind.VIDEO), None),
        documents=tuple(medium for medium in media if medium.kind == MediaKind.PDF),
        features=tuple(FeatureRow(row["label"], tuple(row["values"])) for row in gig.feature_rows),
        attributes=dict(gig.attributes),
    )


def read_revision(revision: Revision) -> GigContent:
    """What a revision says, to be read only: the same as `read_content(revision.as_object())` in two queries.

    Wagtail would ask for each child whether the rows it points at are still there: the gig for every package and picture.
    """
    gig: Gig = Gig.from_serializable_data(revision.content, check_fks=False)
    category = GigCategory.objects.select_related("parent").filter(pk=gig.category_id).first()
    gig.category = category
    prefetch_related_objects(list(gig.gig_tags.all()), "tag")
    return read_content(gig)


def read_package(package: GigPackage) -> PackageContent:
    """A row of a package as plain values."""
    return PackageContent(
        tier=package.tier,
        title=package.title,
        description=package.description,
        price_fen=package.price_fen,
        delivery_days=package.delivery_days,
        revisions=package.revisions,
    )


def read_medium(medium: GigMedia) -> PictureContent:
    """A row of the gallery as plain values."""
    return PictureContent(
        name=medium.file.name or "",
        alt_text=medium.alt_text,
        width=medium.width,
        height=medium.height,
        kind=medium.kind,
        renditions=tuple(medium.renditions),
        placeholder=medium.placeholder,
        duration_seconds=medium.duration_seconds,
        page_count=medium.page_count,
    )
