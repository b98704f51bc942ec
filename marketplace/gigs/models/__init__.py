"""Models of the gigs room, one module a subject."""

from marketplace.gigs.models.advertising import AdvertisingWord
from marketplace.gigs.models.categories import AttributeKind, GigAttribute, GigAttributeOption, GigCategory
from marketplace.gigs.models.exchange import GigImport, GigReference
from marketplace.gigs.models.figures import Favourite, FigureBatch, GigDay, GigStats
from marketplace.gigs.models.gigs import Gig, GigQuerySet, GigTag, listed, on_sale
from marketplace.gigs.models.media import GigMedia, MediaKind
from marketplace.gigs.models.parts import GigExtra, GigFaq, GigPackage, GigRequirement, PackageTier, RequirementKind
from marketplace.gigs.models.reviews import (
    FirstReviewTask,
    GigPart,
    ReviewCase,
    ReviewKind,
    ReviewReason,
    SecondReviewTask,
)

__all__ = [
    "AdvertisingWord",
    "AttributeKind",
    "Favourite",
    "FigureBatch",
    "FirstReviewTask",
    "Gig",
    "GigAttribute",
    "GigAttributeOption",
    "GigCategory",
    "GigDay",
    "GigExtra",
    "GigFaq",
    "GigImport",
    "GigMedia",
    "GigPackage",
    "GigPart",
    "GigQuerySet",
    "GigReference",
    "GigRequirement",
    "GigStats",
    "GigTag",
    "MediaKind",
    "PackageTier",
    "RequirementKind",
    "ReviewCase",
    "ReviewKind",
    "ReviewReason",
    "SecondReviewTask",
    "listed",
    "on_sale",
]
