"""Coupons that a browser took from a page: the checkout fills them in. In the session, so that nobody must log in to take one."""

from django.contrib.sessions.backends.base import SessionBase

from marketplace.orders.models import Coupon, normal_code

_KEY = "kept_coupons"
MOST_KEPT = 10


def keep_coupon(session: SessionBase, coupon: Coupon) -> None:
    """Remember a coupon for the checkout; the newest comes first, and the oldest of more than ten is forgotten."""
    session[_KEY] = [coupon.code, *(code for code in kept_codes(session) if code != coupon.code)][:MOST_KEPT]


def kept_codes(session: SessionBase) -> list[str]:
    """The codes that were taken in this browser, the newest first. Whether they still hold is asked at the checkout."""
    return [normal_code(code) for code in session.get(_KEY, []) if isinstance(code, str)]
