"""What search engines read of a gig: schema.org's Service with an offer a package, and where it stands in the site."""

from collections.abc import Sequence
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.core import structured_data as schema
from marketplace.core.money import yuan_text
from marketplace.core.structured_data import absolute
from marketplace.core.templatetags.jiangji import home_url
from marketplace.gigs.content import FaqContent, PackageContent
from marketplace.gigs.models import Gig, PackageTier

__all__ = ["absolute", "blocks"]


def blocks(
    gig: Gig,
    *,
    packages: Sequence[PackageContent],
    image: str,
    rating: Decimal | None,
    description: str,
    faqs: Sequence[FaqContent] = (),
) -> list[schema.Json]:
    """Every block of the page of `gig`: the service, the way to it, and its questions where it has some."""
    found: list[schema.Thing | None] = [
        service(gig, packages=packages, image=image, rating=rating, description=description),
        breadcrumbs(gig),
        schema.questions_page((faq.question, faq.answer) for faq in faqs),
    ]
    return [block.as_document() for block in found if block is not None]


def service(
    gig: Gig, *, packages: Sequence[PackageContent], image: str, rating: Decimal | None, description: str
) -> schema.Service:
    """The service itself."""
    profile = gig.seller.profile
    url = absolute(gig.get_absolute_url())
    rated = None
    if rating is not None:
        rated = schema.AggregateRating(rating_value=rating, review_count=gig.stats.rating_count)
    return schema.Service(
        id=f"{url}#service",
        name=gig.title,
        description=description,
        service_type=gig.category.localized_name,
        url=url,
        image=absolute(image) if image else "",
        area_served=schema.Country(name="CN"),
        provider=schema.Person(name=profile.display_name, url=absolute(profile.get_absolute_url())),
        offers=[
            schema.Offer(
                name=f"{PackageTier(package.tier).label} · {package.title}",
                price=yuan_text(package.price_fen),
                availability="https://schema.org/PreOrder" if profile.is_away else "https://schema.org/InStock",
                url=f"{url}#packages",
            )
            for package in packages
        ],
        aggregate_rating=rated,
    )


def breadcrumbs(gig: Gig) -> schema.BreadcrumbList:
    """Home, category, subcategory, and the service itself, as the crumbs of the page show them."""
    search = reverse("discovery:search")
    steps = [(_("Home"), home_url())]
    steps += [
        (category.localized_name, f"{search}?category={category.slug}")
        for category in (gig.category.parent, gig.category)
        if category is not None
    ]
    return schema.breadcrumbs([*steps, (gig.title, gig.get_absolute_url())])
