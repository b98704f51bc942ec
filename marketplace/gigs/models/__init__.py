"""Models of the gigs room, one module a subject."""

from marketplace.gigs.models.categories import AttributeKind, GigAttribute, GigAttributeOption, GigCategory
from marketplace.gigs.models.exchange import GigImport, GigReference
from marketplace.gigs.models.figures import Favourite, FigureBatch, GigDay, GigStats
from marketplace.gigs.models.gigs import Gig, GigQuerySet, GigTag, listed, on_sale
from marketplace.gigs.models.media import GigMedia, MediaKind
from marketplace.gigs.models.parts import GigExtra, GigFaq, GigPackage, GigRequirement, PackageTier, RequirementKind

__all__ = [
    "AttributeKind",
    "Favourite",
    "FigureBatch",
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
    "GigQuerySet",
    "GigReference",
    "GigRequirement",
    "GigStats",
    "GigTag",
    "MediaKind",
    "PackageTier",
    "RequirementKind",
    "listed",
    "on_sale",
]
