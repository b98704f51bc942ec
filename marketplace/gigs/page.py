"""Everything the page of a gig shows, gathered with a fixed number of queries."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage

from marketplace.accounts.models import User, VerificationKind
from marketplace.core.money import yuan_text
from marketplace.gigs import selectors
from marketplace.gigs.cards import GigCard, mean_rating
from marketplace.gigs.content import ExtraContent, FaqContent
from marketplace.gigs.models import Gig, GigMedia, GigPackage, MediaKind
from marketplace.gigs.states import GigStatus


@dataclass(frozen=True)
class PackageColumn:
    """A package with its number in the order box (1 to 3) and its column of the comparison."""

    number: int
    package: GigPackage
    included: list[tuple[str, bool]]  # what the pane ticks off: words, and whether it is in
    is_choice: bool  # the one that is chosen when the page opens


@dataclass(frozen=True)
class ComparisonCell:
    value: str | bool
    is_choice: bool


@dataclass(frozen=True)
class GigPage:
    """The page of one gig."""

    gig: Gig
    is_draft: bool
    is_owner: bool
    pictures: list[GigMedia]
    columns: list[PackageColumn]
    comparison: list[tuple[str, list[ComparisonCell]]]
    tags: list[str]
    extras: list[ExtraContent]
    faqs: list[FaqContent]
    verified: list[str]
    similar: list[GigCard]
    rating: Decimal | None
    is_favourite: bool
    description: str
    json_ld: dict[str, Any]


def gig_page(gig: Gig, *, user: User, wants_draft: bool = False) -> GigPage:
    """The page of `gig` for `user`; drafts are for the gig's own seller, who was let in by the selector."""
    is_owner = selectors.owns(gig, user)
    is_draft = is_owner and (wants_draft or gig.status != GigStatus.LIVE)
    shown: Gig = gig.get_latest_revision_as_object() if is_draft else gig
    pictures = _pictures(shown) if is_draft else [GigMedia(**row) for row in gig.picture_rows]
    columns = _columns(shown)
    rating = mean_rating(gig.stats.rating_sum, gig.stats.rating_count)
    summary = " ".join(shown.description.split())[:120]
    return GigPage(
        gig=shown,
        is_draft=is_draft,
        is_owner=is_owner,
        pictures=pictures,
        columns=columns,
        comparison=_comparison(shown, columns),
        tags=[item.tag.name for item in shown.gig_tags.all()] if is_draft else gig.tag_names,
        extras=_extras(shown) if is_draft else [ExtraContent(**row) for row in gig.extra_rows],
        faqs=_faqs(shown) if is_draft else [FaqContent(**row) for row in gig.faq_rows],
        verified=[str(VerificationKind(kind).label) for kind in gig.checked_kinds],
        similar=[] if is_draft else selectors.similar_gigs(gig, user=user),
        rating=rating,
        is_favourite=gig.is_kept,
        description=summary,
        json_ld={} if is_draft else _json_ld(gig, columns, pictures, rating, summary),
    )


def _pictures(gig: Gig) -> list[GigMedia]:
    return [medium for medium in gig.media.all() if medium.kind == MediaKind.IMAGE]


def _extras(gig: Gig) -> list[ExtraContent]:
    return [ExtraContent(extra.title, extra.price_fen, extra.extra_days) for extra in gig.extras.all()]


def _faqs(gig: Gig) -> list[FaqContent]:
    return [FaqContent(faq.question, faq.answer) for faq in gig.faqs.all()]


def _columns(gig: Gig) -> list[PackageColumn]:
    packages = sorted(gig.packages.all(), key=lambda package: selectors.TIER_NUMBERS[package.tier])
    chosen = packages[len(packages) // 2] if packages else None
    return [
        PackageColumn(
            number=selectors.TIER_NUMBERS[package.tier],
            package=package,
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


def _json_ld(
    gig: Gig, columns: list[PackageColumn], pictures: list[GigMedia], rating: Decimal | None, summary: str
) -> dict[str, Any]:
    """schema.org's Product: what search engines show prices and stars from."""
    prices = [column.package.price_fen for column in columns] or [0]
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": gig.title,
        "description": summary,
        "category": gig.category.localized_name,
        "url": settings.SITE_URL + gig.get_absolute_url(),
        "brand": {"@type": "Brand", "name": gig.seller.profile.display_name},
        "offers": {
            "@type": "AggregateOffer",
            "priceCurrency": "CNY",
            "lowPrice": yuan_text(min(prices)),
            "highPrice": yuan_text(max(prices)),
            "offerCount": len(columns),
            "availability": "https://schema.org/InStock",
        },
    }
    if pictures:
        data["image"] = [_absolute(default_storage.url(picture.file.name)) for picture in pictures]
    if rating is not None:
        data["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": str(rating),
            "reviewCount": gig.stats.rating_count,
        }
    return data


def _absolute(url: str) -> str:
    return settings.SITE_URL + url if url.startswith("/") else url
