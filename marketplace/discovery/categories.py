"""The shown categories as the search needs them: by slug, without a query most of the time."""

from django.core.cache import cache
from django.db.models import CharField, Count, F, Func, Q

from marketplace.discovery.models import GigDocument
from marketplace.gigs.attributes import Attribute, attributes_of
from marketplace.gigs.models import GigCategory, listed

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


def forget_categories() -> None:
    """Drop the remembered categories: one was edited."""
    cache.delete(CACHE_KEY)


def category_attributes(slug: str) -> tuple[Attribute, ...]:
    """The attributes of the shown category of this slug; none for an empty or unknown one."""
    category = shown_categories().get(slug) if slug else None
    return attributes_of(category) if category is not None else ()


def option_counts(slug: str) -> dict[str, int]:
    """How many gigs on sale of a category and its subcategories say each option, by token (`file-formats:ai`)."""
    token = Func(F("attributes"), function="unnest", output_field=CharField())
    token.set_returning = True
    rows = (
        GigDocument.objects.filter(listed("gig__"), Q(category_slug=slug) | Q(subcategory_slug=slug))
        .annotate(token=token)
        .values("token")
        .annotate(gigs=Count("pk"))
        .order_by()
    )
    return {row["token"]: row["gigs"] for row in rows}
