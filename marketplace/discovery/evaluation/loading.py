"""A judged set as gigs of a catalogue apart."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from marketplace.accounts.models import User, UserProfile
from marketplace.core.money import FEN_PER_YUAN
from marketplace.discovery.evaluation.isolation import count_anew
from marketplace.discovery.services import rebuild_index
from marketplace.gigs.models import Gig, GigCategory, GigStats, GigTag
from marketplace.gigs.states import GigStatus

Tag = GigTag.tag.field.related_model


def load_set(judged: Mapping[str, Any]) -> dict[int, str]:
    """The gigs of the set, on sale and indexed; returns the set's name of each by its id. Inside a catalogue apart only."""
    gigs = judged["gigs"]
    sellers = _sellers(sorted({gig["seller"] for gig in gigs}))
    categories = _categories(sorted({(gig["category"], gig.get("subcategory") or "") for gig in gigs}))
    now = timezone.now()
    rows = [
        Gig(
            seller=sellers[gig["seller"]],
            category=categories[gig["category"], gig.get("subcategory") or ""],
            title=gig["title"],
            slug=f"gig-{place}",
            description=gig.get("description") or "",
            status=GigStatus.LIVE,
            live=True,
            first_published_at=now,
            last_published_at=now,
        )
        for place, gig in enumerate(gigs)
    ]
    Gig.objects.bulk_create(rows)
    GigStats.objects.bulk_create(_stats(row, gig) for row, gig in zip(rows, gigs, strict=True))
    tags = {name: Tag(name=name, slug=f"tag-{place}") for place, name in enumerate(_tags(gigs))}
    Tag.objects.bulk_create(tags.values())
    GigTag.objects.bulk_create(
        GigTag(content_object=row, tag=tags[name])
        for row, gig in zip(rows, gigs, strict=True)
        for name in dict.fromkeys(gig.get("tags") or ())
    )
    rebuild_index()
    count_anew()
    return {row.pk: gig["id"] for row, gig in zip(rows, gigs, strict=True)}


def _tags(gigs: list[Mapping[str, Any]]) -> list[str]:
    return sorted({name for gig in gigs for name in gig.get("tags") or ()})


def _sellers(names: list[str]) -> dict[str, User]:
    users = [User(username=f"seller-{place}", email=f"seller-{place}@example.com") for place in range(len(names))]
    User.objects.bulk_create(users)
    UserProfile.objects.bulk_create(
        UserProfile(user=user, display_name=name, handle=user.username, seller_since=timezone.now())
        for user, name in zip(users, names, strict=True)
    )
    return dict(zip(names, users, strict=True))


def _categories(pairs: list[tuple[str, str]]) -> dict[tuple[str, str], GigCategory]:
    parents = {
        name: GigCategory(name=name, slug=f"category-{place}")
        for place, name in enumerate(dict.fromkeys(parent for parent, _own in pairs))
    }
    GigCategory.objects.bulk_create(parents.values())
    children = {
        (parent, own): GigCategory(name=own, slug=f"subcategory-{place}", parent=parents[parent])
        for place, (parent, own) in enumerate(pairs)
        if own
    }
    GigCategory.objects.bulk_create(children.values())
    return {pair: children.get(pair, parents[pair[0]]) for pair in pairs}


def _stats(row: Gig, gig: Mapping[str, Any]) -> GigStats:
    orders, rating = gig.get("orders_count") or 0, gig.get("rating")
    return GigStats(
        gig=row,
        price_from_fen=round((gig.get("price") or 0) * FEN_PER_YUAN),
        delivery_days_from=gig.get("delivery_days") or 1,
        orders_completed=orders,
        # The set has one rating for each order, and no rating where there was none.
        rating_sum=round(rating * orders) if rating else 0,
        rating_count=orders if rating else 0,
    )
