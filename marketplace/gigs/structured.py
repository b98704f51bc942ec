"""What search engines read of a gig: schema.org's Service with an offer a package, and where it stands in the site."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.core.money import yuan_text
from marketplace.core.templatetags.jiangji import home_url
from marketplace.gigs.models import Gig, GigPackage

_IN_STOCK, _LATER = "https://schema.org/InStock", "https://schema.org/PreOrder"


def absolute(url: str) -> str:
    """An address as others need it: ours with our host; that of a bucket has one already."""
    return settings.SITE_URL + url if url.startswith("/") else url


def service(
    gig: Gig, *, packages: list[GigPackage], image: str, rating: Decimal | None, description: str
) -> dict[str, Any]:
    """The service itself. Ratings are named only when there are some: a made-up zero is against the rules of search engines."""
    profile = gig.seller.profile
    url = absolute(gig.get_absolute_url())
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Service",
        "@id": f"{url}#service",
        "name": gig.title,
        "description": description,
        "serviceType": gig.category.localized_name,
        "url": url,
        "inLanguage": "zh-Hans" if gig.language == "zh-hans" else gig.language,
        "areaServed": {"@type": "Country", "name": "CN"},
        "provider": {
            "@type": "Person",
            "name": profile.display_name,
            "url": absolute(profile.get_absolute_url()),
        },
        "offers": [
            {
                "@type": "Offer",
                "name": f"{package.get_tier_display()} · {package.title}",
                "price": yuan_text(package.price_fen),
                "priceCurrency": "CNY",
                "availability": _LATER if profile.is_away else _IN_STOCK,
                "url": f"{url}#packages",
            }
            for package in packages
        ],
    }
    if image:
        data["image"] = absolute(image)
    if rating is not None:
        data["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": str(rating),
            "bestRating": 5,
            "worstRating": 1,
            "reviewCount": gig.stats.rating_count,
        }
    return data


def breadcrumbs(gig: Gig) -> dict[str, Any]:
    """Home, category, subcategory, and the service itself, as the crumbs of the page show them."""
    search = reverse("discovery:search")
    steps = [(_("Home"), home_url())]
    steps += [
        (category.localized_name, f"{search}?category={category.slug}")
        for category in (gig.category.parent, gig.category)
        if category is not None
    ]
    steps.append((gig.title, gig.get_absolute_url()))
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": str(name), "item": absolute(url)}
            for place, (name, url) in enumerate(steps, start=1)
        ],
    }
