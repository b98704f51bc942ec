"""From the gig page to money in escrow."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils.formats import date_format

from marketplace.accounts.blocks import require_open
from marketplace.accounts.locks import hold_people
from marketplace.accounts.models import BlockedPerson, BlockScope, User
from marketplace.accounts.selectors import sellers_in_order
from marketplace.core import clock
from marketplace.core.money import split_commission
from marketplace.core.rules import current_rules, rule
from marketplace.gigs.models import GigMedia, GigPackage, MediaKind
from marketplace.gigs.states import GigStatus
from marketplace.ledger import services as ledger
from marketplace.notifications import catalogue
from marketplace.orders import deadlines, events, locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import (
    CouponUse,
    Order,
    OrderEventType,
    OrderItem,
    OrderItemKind,
    OrderKind,
    OrderRequirement,
    normal_code,
)
from marketplace.orders.quotes import Quote, commission_rate, quote_of
from marketplace.orders.services._rules import require_transition, tell
from marketplace.orders.services.acceptance import release_tip
from marketplace.orders.services.cancellation import drop_unpaid
from marketplace.orders.services.coupons import find_coupon, take_coupon
from marketplace.orders.snapshots import snapshot_of, snapshot_rows
from marketplace.orders.states import SYSTEM, OrderStatus

# All that an order and its snapshot take over; the long text of the seller's profile stays where it is.
SOLD_FIELDS = (
    *("tier", "title", "description", "price_fen", "delivery_days", "revisions"),
    *(
        "gig__status",
        "gig__title",
        "gig__description",
        "gig__feature_rows",
        "gig__attributes",
        "gig__language",
        "gig__live_revision",
        "gig__seller__is_active",
    ),
    *("gig__category__name", "gig__category__name_en", "gig__category__parent"),
    *("gig__seller__profile__level", "gig__seller__profile__display_name"),
    *("gig__seller__profile__away_from", "gig__seller__profile__away_until", "gig__seller__profile__away_takes_orders"),
)


@transaction.atomic
def place_order(
    *,
    buyer: User,
    package: GigPackage,
    extra_ids: Sequence[int] = (),
    quantity: int = 1,
    coupon_code: str = "",
    checkout_key: UUID | None = None,
    seen_offer: str | None = None,
) -> Order:
    """Freeze what is bought into a new order that waits for its payment. Raises what `get_or_place_order` raises."""
    order, _is_new = get_or_place_order(
        buyer=buyer,
        package_id=package.pk,
        extra_ids=extra_ids,
        quantity=quantity,
        coupon_code=coupon_code,
        checkout_key=checkout_key,
        seen_offer=seen_offer,
    )
    return order


def get_or_place_order(
    *,
    buyer: User,
    package_id: int,
    extra_ids: Sequence[int] = (),
    quantity: int = 1,
    coupon_code: str = "",
    checkout_key: UUID | None = None,
    seen_offer: str | None = None,
) -> tuple[Order, bool]:
    """In the caller's transaction: the order that a checkout page leads to, and whether it was placed just now.

    `checkout_key` comes with the checkout page: the same page sent twice with the same choice gives the same order
    back, as long as that one can still be paid. `seen_offer` is what the page showed (`Quote.seen`), the choice included.
    Raises GigPackage.DoesNotExist, OrderError OWN_GIG, GIG_NOT_LIVE (also when the seller's identity counts no longer),
    SELLER_AWAY, SELLER_AWAY_OPEN, NOT_FOR_YOU when the seller blocked the buyer, ACCOUNT_CLOSING when an account went
    meanwhile, OFFER_CHANGED when the choice or the terms are no longer what was seen, QUANTITY, ORDER_TOO_LONG, and about the
    coupon what `find_coupon`, `check_coupon` and `discount_of` raise; AccountError BLOCKED when buying is closed against abuse.
    """
    require_open(buyer, BlockScope.BUYING)
    package = _as_it_is_now(package_id, buyer)
    _require_on_sale(package, buyer)
    # Whoever is closing an account was first, and is seen here, or waits for this order and then finds it in the way.
    if not hold_people(buyer.pk, package.gig.seller_id):
        raise OrderError(OrderErrorCode.ACCOUNT_CLOSING)
    key = checkout_key or uuid4()
    try:
        coupon = find_coupon(coupon_code, package=package) if coupon_code else None
        quote = quote_of(package, extra_ids=extra_ids, quantity=quantity, coupon=coupon)
    except OrderError:
        # The coupon may have ended since this very page placed its order, which has it and can still be paid.
        plain = quote_of(package, extra_ids=extra_ids, quantity=quantity)
        placed, _key = _led_to(key, partial(_is_paid_with, buyer=buyer, quote=plain, code=normal_code(coupon_code)))
        if placed is None:
            raise
        return placed, False
    if seen_offer is not None and seen_offer != quote.seen:
        raise OrderError(OrderErrorCode.OFFER_CHANGED)
    while True:
        order = _placed(quote, buyer=buyer, checkout_key=key)
        if order is not None:
            return order, True
        # The page was sent before, or twice at once: the unique key let the other copy be first. Nearly every page is
        # sent once, so nobody looks before.
        first = key
        placed, key = _led_to(key, partial(_is_same_purchase, buyer=buyer, quote=quote))
        if placed is not None:
            return placed, False
        if quote.coupon is not None:
            _free_coupons(first_key=first, buyer=buyer)


def _as_it_is_now(package_id: int, buyer: User) -> Any:
    """The package with everything that is bought with it, as it is now, not as the page read it."""
    pictures = GigMedia.objects.filter(gig=OuterRef("gig"), kind=MediaKind.IMAGE)
    blocks = BlockedPerson.objects.filter(owner=OuterRef("gig__seller"), person=buyer)
    named = sellers_in_order().filter(pk=OuterRef("gig__seller"))
    return (
        GigPackage.objects.select_related("gig__seller__profile", "gig__category")
        .prefetch_related("gig__extras")
        .annotate(
            cover=Subquery(pictures.values("file")[:1]),
            is_blocked=Exists(blocks),
            is_named=Exists(named),
            **snapshot_rows(),
        )
        .only(*SOLD_FIELDS)
        .get(pk=package_id)
    )


def _require_on_sale(package: Any, buyer: User) -> None:
    gig = package.gig
    if gig.status != GigStatus.LIVE or not gig.seller.is_active or not package.is_named:
        raise OrderError(OrderErrorCode.GIG_NOT_LIVE)
    if gig.seller_id == buyer.pk:
        raise OrderError(OrderErrorCode.OWN_GIG)
    if gig.seller.profile.refuses_orders:
        until = gig.seller.profile.away_until
        if until is None:
            raise OrderError(OrderErrorCode.SELLER_AWAY_OPEN)
        raise OrderError(OrderErrorCode.SELLER_AWAY, day=date_format(until, "DATE_FORMAT"))
    if package.is_blocked:
        raise OrderError(OrderErrorCode.NOT_FOR_YOU)


def _placed(quote: Quote, *, buyer: User, checkout_key: UUID) -> Order | None:
    """A new order of this quote with everything that hangs on it. None when the key has one already."""
    package: Any = quote.package
    gig, rules, now = package.gig, current_rules(), clock.now()
    rate = commission_rate(gig.seller)
    try:
        with transaction.atomic():
            order = Order.objects.create(
                checkout_key=checkout_key,
                buyer=buyer,
                seller_id=gig.seller_id,
                gig=gig,
                package=package,
                gig_title=gig.title,
                package_tier=package.tier,
                package_title=package.title,
                package_description=package.description,
                cover=package.cover or "",
                quantity=quote.quantity,
                total_fen=quote.total_fen,
                discount_fen=quote.discount_fen,
                commission_basis_points=rate,
                delivery_days=quote.delivery_days,
                revisions_allowed=quote.revisions,
                snapshot=snapshot_of(quote),
                rules=rules,
                payment_expires_at=now + timedelta(minutes=rule(rules, "orders.payment_timeout_minutes")),
            )
    except IntegrityError:
        if Order.objects.filter(checkout_key=checkout_key).exists():
            return None
        raise
    kinds = [(OrderItemKind.PACKAGE, quote.package_line), *((OrderItemKind.EXTRA, line) for line in quote.extra_lines)]
    OrderItem.objects.bulk_create(
        OrderItem(order=order, kind=kind, title=line.title, quantity=line.quantity, price_fen=line.price_fen)
        for kind, line in kinds
    )
    if package.asked:
        OrderRequirement.objects.bulk_create(
            OrderRequirement(order=order, position=position, **asked)
            for position, asked in enumerate(package.asked, start=1)
        )
    events.record(order, OrderEventType.PLACED, actor=buyer, at=now)
    if quote.coupon is not None:
        fee = split_commission(amount_fen=quote.price_fen, rate_basis_points=rate)
        # Last: whoever uses the same coupon waits from here on.
        take_coupon(order, coupon_id=quote.coupon.pk, fee_fen=fee.commission_fen)
    return order


def _led_to(checkout_key: UUID, is_same: Callable[[Order], bool]) -> tuple[Order | None, UUID]:
    """The order that a page has led to and that can still be paid, or None; and the key of the next one.

    A page sent again after its order ended, or with another choice, is another order: one, however often it is sent at
    the same time, so the next key follows from the one before.
    """
    while (placed := Order.objects.filter(checkout_key=checkout_key).first()) is not None:
        if is_same(placed):
            return placed, checkout_key
        checkout_key = uuid5(checkout_key, str(placed.pk))
    return None, checkout_key


def _is_same_purchase(order: Order, *, buyer: User, quote: Quote) -> bool:
    sums = (order.total_fen, order.discount_fen)
    code = "" if quote.coupon is None else quote.coupon.code
    is_same = sums == (quote.total_fen, quote.discount_fen) and _coupon_of(order) == code
    return is_same and _is_same_choice(order, buyer=buyer, quote=quote)


def _coupon_of(order: Order) -> str:
    """The code of the coupon that an order was placed with; empty for none."""
    return str(order.snapshot.get("bought", {}).get("coupon") or "")


def _is_paid_with(order: Order, *, buyer: User, quote: Quote, code: str) -> bool:
    """Whether an order is this choice with the coupon of this code; `quote` is without one."""
    if order.total_fen + order.discount_fen != quote.price_fen or _coupon_of(order) != code:
        return False
    return bool(order.discount_fen) and _is_same_choice(order, buyer=buyer, quote=quote)


def _is_same_choice(order: Order, *, buyer: User, quote: Quote) -> bool:
    titles = sorted(order.items.filter(kind=OrderItemKind.EXTRA).values_list("title", flat=True))
    return (
        order.buyer_id == buyer.pk
        and order.package_id == quote.package.pk
        and order.status == OrderStatus.PENDING_PAYMENT
        and order.quantity == quote.quantity
        and titles == sorted(extra.title for extra in quote.extras)
    )


def _free_coupons(*, first_key: UUID, buyer: User) -> None:
    """The page chose anew: what it placed before, unpaid, with a coupon is dropped, or it would hold that one, or the only
    first order that there is.

    Money that still comes for it goes back. The order's lock comes before the coupon's (docs/locking.md).
    """
    placed = unpaid_of_page(first_key, buyer=buyer)
    for order_id in CouponUse.objects.filter(order__in=placed, returned_at=None).values_list("order"):
        earlier = locks.lock_order(order_id[0])
        if earlier.status == OrderStatus.PENDING_PAYMENT:
            drop_unpaid(earlier, user=buyer)


def unpaid_of_page(checkout_key: UUID, *, buyer: User) -> list[int]:
    """Ids of the orders that a checkout page has placed for this buyer and that are not paid, in their order."""
    found = []
    while (placed := Order.objects.filter(checkout_key=checkout_key).first()) is not None:
        if placed.buyer_id == buyer.pk and placed.status == OrderStatus.PENDING_PAYMENT:
            found.append(placed.pk)
        checkout_key = uuid5(checkout_key, str(placed.pk))
    return found


@transaction.atomic(savepoint=False)  # whoever calls in a transaction of its own wants all of it or nothing
def confirm_payment(
    *, order_id: int, gateway: str, payment_reference: str, amount_fen: int, locked_order: Order | None = None
) -> bool:
    """The gateway has the money: hold it in escrow and let the order go on.

    Called by payments, under the order's lock, before the payment's own (docs/locking.md); `locked_order` is the row
    that it locked, so that it need not be read again. Returns False when the
    order no longer waits for money (it was closed, or paid otherwise); payments then gives this one back.
    """
    order = locked_order or locks.lock_order(order_id)
    if order.status != OrderStatus.PENDING_PAYMENT:
        return False
    target = OrderStatus.AWAITING_REQUIREMENTS if order.requirements.exists() else OrderStatus.IN_PROGRESS
    if order.kind == OrderKind.TIP:
        target = OrderStatus.COMPLETED
    require_transition(order, to=target, actor=SYSTEM)

    now = clock.now()
    if order.kind != OrderKind.TIP:  # `release_tip` ends it below, once its money is there
        order.status = target
    order.paid_at = now
    if target == OrderStatus.IN_PROGRESS:
        order.started_at, order.due_at = now, now + timedelta(days=order.delivery_days)
    order.save(update_fields=["status", "paid_at", "started_at", "due_at", "updated_at"])
    deadlines.keep_clocks(order)
    ledger.hold_escrow(
        reference=order.number,
        gateway=gateway,
        amount_fen=amount_fen,
        key=f"payment:{payment_reference}:capture",
        at=now,
    )
    events.record(order, OrderEventType.PAID, actor=None, at=now, gateway=gateway, amount_fen=amount_fen)
    if order.kind == OrderKind.TIP:
        release_tip(order, at=now)
        return True
    tell(order.seller_id, order, catalogue.orders.PLACED)
    return True
