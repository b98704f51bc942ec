"""Models of the gigs room, one module a subject."""

from marketplace.gigs.models.advertising import AdvertisingWord
from marketplace.gigs.models.categories import AttributeKind, GigAttribute, GigAttributeOption, GigCategory
from marketplace.gigs.models.figures import Favourite, GigStats
from marketplace.gigs.models.gigs import Gig, GigQuerySet, GigTag, on_sale
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
    "FirstReviewTask",
    "Gig",
    "GigAttribute",
    "GigAttributeOption",
    "GigCategory",
    "GigExtra",
    "GigFaq",
    "GigMedia",
    "GigPackage",
    "GigPart",
    "GigQuerySet",
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
    "on_sale",
]
