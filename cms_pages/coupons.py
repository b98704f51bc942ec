"""A coupon as a page offers it: what it gives in words, and the address by which it is taken."""

from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marketplace.core import clock
from marketplace.core.money import display_yuan
from marketplace.orders.models import Coupon

# Codes can be guessed, a signature cannot: only whom a page shows a coupon finds its address.
_SALT = "cms_pages.coupon"
_WHOLE = 100


@dataclass(frozen=True)
class CouponTerms:
    """What a coupon gives, and on which conditions, in the language of the page."""

    name: str
    gives: str  # "¥50", "10%"; in Chinese a share is what is left to pay: "9折"
    is_off: bool  # whether "off" belongs behind it
    conditions: list[str]
    ends_at: datetime
    code: str


def coupon_terms(coupon: Coupon) -> CouponTerms | None:
    """The terms of a coupon that can be used now; None when it is off, not begun, over or used up."""
    if not coupon.is_active or not coupon.starts_at <= clock.now() < coupon.ends_at:
        return None
    if coupon.uses >= coupon.most_uses or coupon.spent_fen >= coupon.budget_fen:
        return None
    conditions, is_off = [], True
    if coupon.amount_fen is not None:
        gives = f"¥{display_yuan(coupon.amount_fen)}"
    else:
        is_off = not (get_language() or "").startswith("zh")
        gives = f"{coupon.percent}%" if is_off else f"{(_WHOLE - (coupon.percent or 0)) / 10:g}折"
        conditions.append(_("¥%(amount)s at most") % {"amount": display_yuan(coupon.cap_fen or 0)})
    if coupon.minimum_fen:
        conditions.append(_("on orders from ¥%(amount)s") % {"amount": display_yuan(coupon.minimum_fen)})
    if coupon.first_order_only:
        conditions.append(_("for a first order"))
    names = [category.localized_name for category in coupon.categories.all()] if coupon.pk else []
    if names:
        conditions.append(_("for %(categories)s") % {"categories": _(", ").join(names)})
    return CouponTerms(coupon.local_name, gives, is_off, conditions, coupon.ends_at, coupon.code)


def coupon_address(coupon: Coupon) -> str:
    """Where this coupon is taken; "" for an example, which cannot be."""
    if coupon.pk is None:
        return ""
    return reverse("cms_pages:coupon", args=[signing.Signer(salt=_SALT).sign(str(coupon.pk))])


def coupon_of(token: str) -> Coupon | None:
    """The coupon of an address made by `coupon_address`, or None for any other."""
    try:
        pk = signing.Signer(salt=_SALT).unsign(token)
    except signing.BadSignature:
        return None
    return Coupon.objects.prefetch_related("categories").filter(pk=pk).first()
