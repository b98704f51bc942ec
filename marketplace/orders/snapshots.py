"""The gig as its page promised it at purchase, as plain values: kept with the order, read by both sides and a mediator."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import override

from marketplace.gigs.described import attribute_rows, facts
from marketplace.gigs.models import GigExtra, GigFaq, GigPackage, GigRequirement
from marketplace.orders.quotes import Quote

# A snapshot says which form it has; whoever changes the form adds one, and the page goes on reading the old ones.
VERSION = 1

_PACKAGE = ("tier", "title", "description", "price_fen", "delivery_days", "revisions")
_REQUIREMENT = ("prompt", "kind", "choices", "required")
_FAQ = ("question", "answer")


def snapshot_rows() -> dict[str, ArraySubquery]:
    """The gig's packages, questions and requirements as annotations of a query over packages: no query of their own."""
    parts = (
        ("all_packages", GigPackage, _PACKAGE),
        ("all_faqs", GigFaq, _FAQ),
        ("asked", GigRequirement, _REQUIREMENT),
    )
    rows = {
        name: ArraySubquery(
            model._default_manager.filter(gig=OuterRef("gig")).values(
                row=JSONObject(**{field: field for field in fields})
            )
        )
        for name, model, fields in parts
    }
    return rows | {"attribute_rows": attribute_rows("gig__")}


def snapshot_of(quote: Quote) -> dict[str, Any]:
    """The snapshot of what is bought. `quote.package` carries `snapshot_rows` and `cover`."""
    package: Any = quote.package
    gig, profile = package.gig, package.gig.seller.profile
    category = gig.category
    return {
        "version": VERSION,
        "gig": {
            "id": gig.pk,
            "revision": gig.live_revision_id,
            "title": gig.title,
            "description": gig.description,
            "category": {"name": category.name, "name_en": category.name_en} if category else None,
            "cover": package.cover or "",
            "language": gig.language,
            "attributes": _attributes(package),
            "features": gig.feature_rows,
            "extras": [_extra(extra) for extra in gig.extras.all()],
            "packages": package.all_packages,
            "faqs": package.all_faqs,
            "requirements": package.asked,
        },
        "seller": {"display_name": profile.display_name, "level": profile.level},
        "bought": {
            "tier": package.tier,
            "quantity": quote.quantity,
            "extras": [_extra(extra) for extra in quote.extras],
            "coupon": quote.coupon.code if quote.coupon else "",
        },
    }


def _extra(extra: GigExtra) -> dict[str, Any]:
    return {"title": extra.title, "price_fen": extra.price_fen, "extra_days": extra.extra_days}


def _attributes(package: Any) -> list[dict[str, Any]]:
    """What the category asks of a service and this one answers, in the words of that day: file formats, style, licence."""
    with override("zh-hans"):
        own = facts(package.gig, package.attribute_rows)
    with override("en"):
        english = facts(package.gig, package.attribute_rows)
    return [
        {"name": fact.name, "name_en": other.name, "values": fact.values, "values_en": other.values}
        for fact, other in zip(own, english, strict=True)
    ]
