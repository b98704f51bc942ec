"""Categories and gigs, published, each with the one revision that its editor starts from."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from django.utils.text import slugify
from taggit.models import Tag
from wagtail.models import Revision

from marketplace.accounts.models import User
from marketplace.gigs.attributes import forget_attributes
from marketplace.gigs.content import GigContent, write_content
from marketplace.gigs.models import Gig, GigAttribute, GigAttributeOption, GigCategory, GigStats, GigTag
from marketplace.gigs.services import slug_for
from marketplace.gigs.states import GigStatus
from portal.demo.bulk import backdate, insert
from portal.demo.media import Picture
from portal.demo.offers import Offer
from portal.demo.sources import SEED, Sources

CHILDREN = ("packages", "extras", "faqs", "requirements", "media", "gig_tags")


def make_categories(sources: Sources) -> dict[str, GigCategory]:
    """Both levels, by slug."""
    upper = [
        GigCategory(
            name=row["name"],
            name_en=row["name_en"],
            slug=row["slug"],
            icon=row["icon"],
            summary=row["summary"],
            summary_en=row["summary_en"],
            position=position,
        )
        for position, row in enumerate(sources.categories)
    ]
    insert(upper)
    lower = [
        GigCategory(parent=parent, name=one["name"], name_en=one["name_en"], slug=one["slug"], position=position)
        for parent, row in zip(upper, sources.categories, strict=True)
        for position, one in enumerate(row["subcategories"])
    ]
    insert(lower)
    categories = {category.slug: category for category in [*upper, *lower]}
    _insert_attributes(sources, categories)
    return categories


def _insert_attributes(sources: Sources, categories: dict[str, GigCategory]) -> None:
    """What the gigs of the categories are described by."""
    rows = [(slug, place, row) for slug, rows in sources.attributes.items() for place, row in enumerate(rows)]
    attributes = [
        GigAttribute(
            category=categories[slug],
            key=row["key"],
            name=row["name"],
            name_en=row["name_en"],
            kind=row["kind"],
            sort_order=place,
        )
        for slug, place, row in rows
    ]
    insert(attributes)
    insert(
        GigAttributeOption(
            attribute=attribute, key=one["key"], name=one["name"], name_en=one["name_en"], sort_order=place
        )
        for attribute, (_slug, _place, row) in zip(attributes, rows, strict=True)
        for place, one in enumerate(row["options"])
    )
    forget_attributes(category.pk for category in categories.values())


def published_moments(offers: Sequence[Offer], joined: Sequence[datetime], now: datetime) -> list[datetime]:
    """When each gig went live: some time after its seller joined, the popular ones early."""
    moments = []
    for offer in offers:
        rng = Random(f"{SEED}:published:{offer.key}")
        span = now - joined[offer.seller]
        share = rng.uniform(0.04, 0.2) if offer.popularity else rng.uniform(0.6, 0.97)
        moments.append(joined[offer.seller] + max(timedelta(days=1), span * share))
    return moments


def make_gigs(
    offers: Sequence[Offer],
    *,
    sellers: Sequence[User],
    categories: dict[str, GigCategory],
    pictures: dict[str, Picture],
    published: Sequence[datetime],
) -> list[Gig]:
    """The gigs, live, in the order of `offers`, with figures that count nothing yet."""
    by_name = {category.name: category for category in categories.values() if category.parent_id}
    tags = _make_tags(offers)
    gigs = []
    for offer, moment in zip(offers, published, strict=True):
        gig = Gig(
            seller=sellers[offer.seller],
            slug=slug_for(offer.title),
            live=True,
            status=GigStatus.LIVE,
            first_published_at=moment,
            last_published_at=moment,
        )
        # Tags apart: setting them through the manager asks the database for each.
        write_content(gig, content_of(offer, by_name[offer.subcategory], pictures))
        gig.attributes = dict(offer.attributes)
        gig.gig_tags = [GigTag(tag=tags[name.lower()]) for name in offer.tags]
        gigs.append(gig)
    insert(gigs)
    backdate(Gig, {gig.pk: moment for gig, moment in zip(gigs, published, strict=True)})
    _insert_children(gigs)
    _insert_revisions(gigs, published)
    insert(
        GigStats(
            gig=gig,
            price_from_fen=min(package.price_fen for package in offer.packages),
            delivery_days_from=min(package.delivery_days for package in offer.packages),
        )
        for gig, offer in zip(gigs, offers, strict=True)
    )
    return gigs


def content_of(offer: Offer, category: GigCategory, pictures: dict[str, Picture]) -> GigContent:
    """An offer as what a seller would have typed, without the tags."""
    return GigContent(
        category=category,
        title=offer.title,
        description=offer.description,
        packages=offer.packages,
        faqs=offer.faqs,
        requirements=offer.requirements,
        extras=offer.extras,
        features=offer.features,
        pictures=tuple(pictures[name].content(_alt_text(offer, place)) for place, name in enumerate(offer.pictures)),
    )


def _alt_text(offer: Offer, place: int) -> str:
    return f"{offer.title}的封面" if place == 0 else f"{offer.category}类作品示意，第{place}张"


def _make_tags(offers: Sequence[Offer]) -> dict[str, Tag]:
    """One tag a word, whatever its case, by the lower-case word."""
    tags: dict[str, Tag] = {}
    slugs: set[str] = set()
    for name in (name for offer in offers for name in offer.tags):
        if name.lower() in tags:
            continue
        slug = slugify(name, allow_unicode=True) or "tag"
        while slug in slugs:
            slug += "-2"
        slugs.add(slug)
        tags[name.lower()] = Tag(name=name, slug=slug)
    insert(tags.values())
    return tags


def _insert_children(gigs: Sequence[Gig]) -> None:
    """The rows that modelcluster keeps in memory until a save: all gigs' at once, table by table."""
    for relation in CHILDREN:
        rows = []
        for gig in gigs:
            for row in getattr(gig, relation).all():
                setattr(row, "content_object" if relation == "gig_tags" else "gig", gig)
                rows.append(row)
        insert(rows)


def _insert_revisions(gigs: Sequence[Gig], published: Sequence[datetime]) -> None:
    """What save_revision and publish would leave, without their 125 queries a gig."""
    content_type = Gig.get_content_type()
    revisions = [
        Revision(
            content_type=content_type,
            base_content_type=content_type,
            object_id=str(gig.pk),
            created_at=moment,
            user=gig.seller,
            object_str=str(gig),
            content=gig.serializable_data(),
        )
        for gig, moment in zip(gigs, published, strict=True)
    ]
    insert(revisions)
    for gig, revision in zip(gigs, revisions, strict=True):
        gig.latest_revision = gig.live_revision = revision
    Gig.objects.bulk_update(gigs, ["latest_revision", "live_revision"], batch_size=200)
