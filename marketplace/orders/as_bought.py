"""The service as it was bought: the snapshot of an order, for its two sides and for whoever mediates between them."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from marketplace.accounts.models import User
from marketplace.gigs.models import PackageTier
from marketplace.orders.models import Order
from marketplace.orders.staff_reading import note_reading


def order_as_bought(user: User, number: str) -> Order:
    """An order for one of its two sides, or, once there was a dispute, for staff that decides those. Raises Http404."""
    sides = Q(buyer=user) | Q(seller=user, paid_at__isnull=False)
    orders = Order.objects.filter(number=number)
    if not user.has_perm("orders.change_dispute"):
        orders = orders.filter(sides)
    else:
        orders = orders.filter(sides | Q(dispute__isnull=False))
    order = orders.select_related("gig", "seller__profile").prefetch_related("items").first()
    if order is None:
        raise Http404
    return order


@login_required
@require_safe
def as_bought(request: HttpRequest, number: str) -> HttpResponse:
    """What the page of the service promised on the day of the purchase."""
    order = order_as_bought(request.user, number)
    note_reading(request.user, order)
    return render(request, "orders/order_as_bought.html", {"order": order, "bought": _shown(order)})


def _shown(order: Order) -> dict[str, Any]:
    """A snapshot, ready to show. Orders of before there were snapshots, and agreed ones, have only what their row froze."""
    gig = order.snapshot.get("gig")
    if gig is None:
        return {"cover_url": _url(order.cover), "seller": order.seller.display_name}
    tiers = dict(PackageTier.choices)
    packages = [
        row | {"label": tiers.get(row["tier"], row["tier"]), "is_bought": row["tier"] == order.package_tier}
        for row in gig["packages"]
    ]
    category = gig["category"] or {}
    english = (get_language() or "").startswith("en")
    return {
        "cover_url": _url(gig["cover"]),
        "seller": order.snapshot["seller"]["display_name"],
        "level": order.snapshot["seller"]["level"],
        "category": category.get("name_en" if english else "name", ""),
        "description": gig["description"],
        "packages": packages,
        "features": gig["features"],
        "attributes": [
            (row["name_en" if english else "name"], row["values_en" if english else "values"])
            for row in gig.get("attributes", ())
        ],
        "offered": [extra for extra in gig.get("extras", ()) if extra not in order.snapshot["bought"]["extras"]],
        "faqs": gig["faqs"],
        "requirements": gig["requirements"],
        "extras": order.snapshot["bought"]["extras"],
        "revision": gig["revision"],
    }


def _url(name: str) -> str:
    return default_storage.url(name) if name else ""
