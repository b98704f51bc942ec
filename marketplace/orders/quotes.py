"""What a choice at checkout costs, and what it promises. One computation for the page, its preview and the order itself.

Quantity multiplies the whole: the price of the package and of each add-on, working days, revisions. A buyer of three logos
gets three, each with the add-ons and rounds that one has, in the time that three take.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.accounts.models import SellerLevelChoice, User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.money import display_yuan, split_commission
from marketplace.core.rules import digest_in_force
from marketplace.gigs.content import MOST_DELIVERY_DAYS
from marketplace.gigs.models import GigExtra, GigPackage
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Coupon

# Product decision: more is a talk with the seller, who may want other terms then.
MOST_AT_ONCE = 10
# The columns hold no more.
_MOST_REVISIONS = 32_000


@dataclass(frozen=True)
class Line:
    """One line of the sum: what one of it costs, and all of them, in fen."""

    title: str
    unit_fen: int
    quantity: int

    @property
    def price_fen(self) -> int:
        return self.unit_fen * self.quantity


@dataclass(frozen=True)
class Quote:
    """A choice with its price in fen, its working days and its revisions."""

    package: GigPackage
    extras: tuple[GigExtra, ...]
    quantity: int
    coupon: Coupon | None
    discount_fen: int
    is_capped: bool  # the coupon would give more than the platform's fee on this price

    @property
    def package_line(self) -> Line:
        return Line(self.package.title, self.package.price_fen, self.quantity)

    @property
    def extra_lines(self) -> list[Line]:
        return [Line(extra.title, extra.price_fen, self.quantity) for extra in self.extras]

    @property
    def extras_fen(self) -> int:
        return sum(line.price_fen for line in self.extra_lines)

    @property
    def price_fen(self) -> int:
        """The full price, before the coupon: what the seller's share is worked out from."""
        return self.package_line.price_fen + self.extras_fen

    @property
    def total_fen(self) -> int:
        """What the buyer pays."""
        return self.price_fen - self.discount_fen

    @property
    def delivery_days(self) -> int:
        """A faster add-on takes days off each of them, but never all."""
        return max(1, self.package.delivery_days + sum(extra.extra_days for extra in self.extras)) * self.quantity

    @property
    def revisions(self) -> int:
        return min(self.package.revisions * self.quantity, _MOST_REVISIONS)

    @property
    def seen(self) -> str:
        """A fingerprint of all that the buyer is shown: the terms, what was chosen of them, and the coupon."""
        return offer_of(
            self.package,
            extras=self.extras,
            quantity=self.quantity,
            coupon_code=self.coupon.code if self.coupon else "",
            discount_fen=self.discount_fen,
        )


def quote_of(
    package: GigPackage, *, extra_ids: Sequence[int] = (), quantity: int = 1, coupon: Coupon | None = None
) -> Quote:
    """The quote of a choice. Reads what is loaded with the package: its gig's add-ons, its seller's level.

    Whether this person may (still) use the coupon is another question: services/coupons.py.
    Raises OrderError QUANTITY, ORDER_TOO_LONG, OFFER_CHANGED for an add-on that is not offered (any more), or what `discount_of`
    raises.
    """
    if not 1 <= quantity <= MOST_AT_ONCE:
        raise OrderError(OrderErrorCode.QUANTITY, most=MOST_AT_ONCE)
    extras = tuple(extra for extra in package.gig.extras.all() if extra.pk in set(extra_ids))
    if len(extras) != len(set(extra_ids)):
        raise OrderError(OrderErrorCode.OFFER_CHANGED)
    full = Quote(package, extras, quantity, None, 0, is_capped=False)
    if full.delivery_days > MOST_DELIVERY_DAYS:
        raise OrderError(OrderErrorCode.ORDER_TOO_LONG, days=full.delivery_days, most=MOST_DELIVERY_DAYS)
    if coupon is None:
        return full
    fee = split_commission(
        amount_fen=full.price_fen, rate_basis_points=commission_rate(package.gig.seller)
    ).commission_fen
    discount_fen = discount_of(coupon, price_fen=full.price_fen, fee_fen=fee)
    return Quote(
        package, extras, quantity, coupon, discount_fen, is_capped=discount_fen < _face_value(coupon, full.price_fen)
    )


def discount_of(coupon: Coupon, *, price_fen: int, fee_fen: int) -> int:
    """What a coupon takes off a price, in fen. The platform bears it out of its fee, so never more than that.

    Raises OrderError COUPON_OVER, COUPON_MINIMUM or COUPON_NO_GAIN.
    """
    if not coupon.is_active or not coupon.starts_at <= clock.now() < coupon.ends_at:
        raise OrderError(OrderErrorCode.COUPON_OVER)
    if price_fen < coupon.minimum_fen:
        raise OrderError(OrderErrorCode.COUPON_MINIMUM, minimum=display_yuan(coupon.minimum_fen))
    # At least a fen is paid: gateways take no payment of nothing.
    discount_fen = min(_face_value(coupon, price_fen), fee_fen, price_fen - 1)
    if discount_fen <= 0:
        raise OrderError(OrderErrorCode.COUPON_NO_GAIN)
    return discount_fen


def _face_value(coupon: Coupon, price_fen: int) -> int:
    """What the coupon says it gives for this price, in fen."""
    if coupon.amount_fen is not None:
        return coupon.amount_fen
    return min(price_fen * (coupon.percent or 0) // 100, coupon.cap_fen or 0)


def commission_rate(seller: User) -> int:
    """The platform's fee for what this seller sells now, in basis points; an order keeps the one of its purchase."""
    return commission_of_level(seller.profile.level)


def commission_of_level(level: str) -> int:
    """The platform's fee for what a seller of this level sells now, in basis points."""
    key = "payments.commission_basis_points"
    return get_config(key if level == SellerLevelChoice.NEW else f"{key}_{level}")


def offer_of(
    package: GigPackage,
    *,
    extras: Sequence[GigExtra] = (),
    quantity: int = 1,
    coupon_code: str = "",
    discount_fen: int = 0,
) -> str:
    """A fingerprint of what a buyer is shown: the service with its words, the add-ons, the choice, and the rules in force.

    The words are those that the order's snapshot will have: nobody buys a text that they have not seen.
    """
    gig = package.gig
    offered = sorted((extra.pk, extra.title, extra.price_fen, extra.extra_days) for extra in gig.extras.all())
    chosen = [sorted(extra.pk for extra in extras), quantity, coupon_code, discount_fen]
    terms = [package.pk, package.title, package.description]
    terms += [package.price_fen, package.delivery_days, package.revisions]
    words = [gig.live_revision_id, gig.title, gig.description, gig.feature_rows]
    shown = [terms, words, offered, chosen, digest_in_force()]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]
