"""The shown categories as the search needs them: by slug, without a query most of the time."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import CharField, Count, F, Func, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from marketplace.accounts.models import Language, LanguageLevel, UserProfile
from marketplace.core import one_page
from marketplace.core.forgiving import forgiving_cache
from marketplace.discovery.engines.base import attribute_token
from marketplace.discovery.models import GigDocument
from marketplace.gigs.attributes import Attribute, Option, attributes_of
from marketplace.gigs.models import AttributeKind, Gig, GigCategory, listed

CACHE_KEY, CACHE_SECONDS = "discovery:categories", 60


def shown_categories() -> dict[str, GigCategory]:
    """All shown categories by slug, kept for a minute. Shared by all who ask: nobody changes them."""
    return one_page.once(CACHE_KEY, _read_categories)


def _read_categories() -> dict[str, GigCategory]:
    found: dict[str, GigCategory] | None = forgiving_cache.get_shared(CACHE_KEY)
    if found is None:
        found = {
            category.slug: category for category in GigCategory.objects.filter(is_active=True).select_related("parent")
        }
        forgiving_cache.set(CACHE_KEY, found, timeout=CACHE_SECONDS)
    return found


def forget_categories() -> None:
    """Drop the remembered categories: one was edited."""
    forgiving_cache.delete(CACHE_KEY)
    one_page.forget(CACHE_KEY)


def category_attributes(slug: str) -> tuple[Attribute, ...]:
    """The attributes of the shown category of this slug; none for an empty or unknown one."""
    category = shown_categories().get(slug) if slug else None
    return attributes_of(category) if category is not None else ()


def page_attributes(slug: str) -> tuple[Attribute, ...]:
    """What the page of a category can be filtered by besides price and the like: its attributes, and languages.

    Those of the seller, and the one that the service is described in.
    """
    return (*category_attributes(slug), languages(), written_in())


SPEAKS, WRITTEN = "speaks", "written"
LANGUAGE_FILTERS = frozenset({SPEAKS, WRITTEN})
# Whoever knows a few words of a language cannot work in it.
SPOKEN_ENOUGH = frozenset({LanguageLevel.CONVERSATIONAL, LanguageLevel.FLUENT, LanguageLevel.NATIVE})


@lru_cache(maxsize=1)
def languages() -> Attribute:
    """The languages that sellers speak, as an attribute of their gigs: counted and filtered as all others are."""

    options = tuple(Option(code, *_named(Language(code).label)) for code in Language.values)
    return Attribute(SPEAKS, *_named(_("Seller speaks")), AttributeKind.MANY, is_required=False, options=options)


@lru_cache(maxsize=1)
def written_in() -> Attribute:
    """The language a service is described in. Chinese is no option: nearly all are, so it would leave nothing out."""
    known = Gig._meta.get_field("language").choices or []
    options = tuple(Option(code, *_named(label)) for code, label in known if code != settings.LANGUAGE_CODE)
    return Attribute(WRITTEN, *_named(_("Described in")), AttributeKind.MANY, is_required=False, options=options)


def _named(lazy: Any) -> tuple[str, str]:
    """The words in Chinese and in English."""
    with override("zh-hans"):
        chinese = str(lazy)
    with override("en"):
        return chinese, str(lazy)


def written_tokens(language: str) -> tuple[str, ...]:
    """The language of a gig's description, as its document carries it; nothing for Chinese."""
    return () if language == settings.LANGUAGE_CODE else (attribute_token(WRITTEN, language),)


def language_tokens(profile: UserProfile) -> tuple[str, ...]:
    """The languages of a seller's profile, as a document carries them."""
    return tuple(
        attribute_token(SPEAKS, code)
        for code, level in profile.language_levels
        if code in Language.values and level in SPOKEN_ENOUGH
    )


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
