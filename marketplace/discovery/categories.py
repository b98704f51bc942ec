"""The shown categories as the search needs them: by slug, without a query most of the time."""

from django.core.cache import cache

from marketplace.gigs.attributes import Attribute, attributes_of
from marketplace.gigs.models import GigCategory

CACHE_KEY, CACHE_SECONDS = "discovery:categories", 60


def shown_categories() -> dict[str, GigCategory]:
    """All shown categories by slug, kept for a minute."""
    found = cache.get(CACHE_KEY)
    if found is None:
        found = {
            category.slug: category for category in GigCategory.objects.filter(is_active=True).select_related("parent")
        }
        cache.set(CACHE_KEY, found, timeout=CACHE_SECONDS)
    return found


def category_attributes(slug: str) -> tuple[Attribute, ...]:
    """The attributes of the shown category of this slug; none for an empty or unknown one."""
    category = shown_categories().get(slug) if slug else None
    return attributes_of(category) if category is not None else ()
