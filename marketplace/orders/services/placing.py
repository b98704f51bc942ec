"""From the gig page to money in escrow."""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.locks import hold_people
from marketplace.accounts.models import BlockedPerson, SellerLevelChoice, User
from marketplace.accounts.selectors import sellers_in_order
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.gigs.models import GigExtra, GigMedia, GigPackage, MediaKind
from marketplace.gigs.states import GigStatus
from marketplace.ledger import services as ledger
from marketplace.orders import deadlines, events, locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order, OrderEventType, OrderItem, OrderItemKind, OrderKind, OrderRequirement
from marketplace.orders.services._rules import require_transition, tell
from marketplace.orders.services.acceptance import release_tip
from marketplace.orders.states import SYSTEM, OrderStatus

# All that an order takes over. The long texts of the gig and of its seller's profile stay where they are.
SOLD_FIELDS = (
    *("tier", "title", "description", "price_fen", "delivery_days", "revisions"),
    *("gig__status", "gig__title", "gig__seller__is_active", "gig__seller__profile__level"),
    *("gig__seller__profile__away_from", "gig__seller__profile__away_until", "gig__seller__profile__away_takes_orders"),
)


def commission_rate(seller: User) -> int:
    """The platform's fee for what this seller sells now, in basis points; an order keeps the one of its purchase."""
    key, level = "payments.commission_basis_points", seller.profile.level
    return get_config(key if level == SellerLevelChoice.NEW else f"{key}_{level}")


def offer_of(package: GigPackage) -> str:
    """A fingerprint of what a buyer of this package is shown: price, days, revisions, add-ons with their prices."""
    extras = sorted((extra.pk, extra.price_fen, extra.extra_days) for extra in package.gig.extras.all())
    shown = [package.pk, package.price_fen, package.delivery_days, package.revisions, extras]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]


@transaction.atomic
def place_order(
    *,
    buyer: User,
    package: GigPackage,
    extra_ids: Sequence[int] = (),
    checkout_key: UUID | None = None,
    seen_offer: str | None = None,
) -> Order:
    """Freeze what is bought into a new order that waits for its payment. Raises what `get_or_place_order` raises."""
    order, _is_new = get_or_place_order(
        buyer=buyer, package=package, extra_ids=extra_ids, checkout_key=checkout_key, seen_offer=seen_offer
    )
    return order


def get_or_place_order(
    *,
    buyer: User,
    package: GigPackage,
    extra_ids: Sequence[int] = (),
    checkout_key: UUID | None = None,
    seen_offer: str | None = None,
) -> tuple[Order, bool]:
    """In the caller's transaction: the order that a checkout page leads to, and whether it was placed just now.

    `checkout_key` comes with the checkout page: the same page sent twice with the same choice gives the same order
    back, as long as that one can still be paid. `seen_offer` is what the page showed (`offer_of`).
    Raises OrderError OWN_GIG, GIG_NOT_LIVE (also when the seller's identity counts no longer), SELLER_AWAY, SELLER_AWAY_OPEN,
    NOT_FOR_YOU
    when the seller blocked the buyer, ACCOUNT_CLOSING when an account went meanwhile, or OFFER_CHANGED when the package or
    an add-on is no longer what was seen.
    """
    checkout_key = checkout_key or uuid4()
    # As it is now, not as the page read it.
    pictures = GigMedia.objects.filter(gig=OuterRef("gig"), kind=MediaKind.IMAGE)
    blocks = BlockedPerson.objects.filter(owner=OuterRef("gig__seller"), person=buyer)
    named = sellers_in_order().filter(pk=OuterRef("gig__seller"))
    package = (
        GigPackage.objects.select_related("gig__seller__profile")
        .prefetch_related("gig__extras")
        .annotate(cover=Subquery(pictures.values("file")[:1]), is_blocked=Exists(blocks), is_named=Exists(named))
        .only(*SOLD_FIELDS)
        .get(pk=package.pk)
    )
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
    # Whoever is closing an account was first, and is seen here, or waits for this order and then finds it in the way.
    if not hold_people(buyer.pk, gig.seller_id):
        raise OrderError(OrderErrorCode.ACCOUNT_CLOSING)
    extras = [extra for extra in gig.extras.all() if extra.pk in set(extra_ids)]
    if len(extras) != len(set(extra_ids)) or (seen_offer is not None and seen_offer != offer_of(package)):
        raise OrderError(OrderErrorCode.OFFER_CHANGED)
    total_fen = package.price_fen + sum(extra.price_fen for extra in extras)
    now = clock.now()
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
                total_fen=total_fen,
                commission_basis_points=commission_rate(gig.seller),
                # A faster add-on takes days off, but never all of them.
                delivery_days=max(1, package.delivery_days + sum(extra.extra_days for extra in extras)),
                revisions_allowed=package.revisions,
                payment_expires_at=now + timedelta(minutes=get_config("orders.payment_timeout_minutes")),
            )
    except IntegrityError:
        # The page was sent before, or twice at once: the unique key let the other copy be first. Nearly every page is
        # sent once, so nobody looks before.
        is_same = partial(_is_same_purchase, buyer=buyer, package=package, extras=extras, total_fen=total_fen)
        placed, next_key = _led_to(checkout_key, is_same)
        if placed is not None:
            return placed, False
        if next_key == checkout_key:
            raise
        return get_or_place_order(
            buyer=buyer, package=package, extra_ids=extra_ids, checkout_key=next_key, seen_offer=seen_offer
        )
    lines = [OrderItem(order=order, kind=OrderItemKind.PACKAGE, title=package.title, price_fen=package.price_fen)]
    lines += [
        OrderItem(order=order, kind=OrderItemKind.EXTRA, title=extra.title, price_fen=extra.price_fen)
        for extra in extras
    ]
    OrderItem.objects.bulk_create(lines)
    OrderRequirement.objects.bulk_create(
        OrderRequirement(
            order=order,
            position=position,
            prompt=requirement.prompt,
            kind=requirement.kind,
            choices=requirement.choices,
            required=requirement.required,
        )
        for position, requirement in enumerate(gig.requirements.all(), start=1)
    )
    events.record(order, OrderEventType.PLACED, actor=buyer, at=now)
    return order, True


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


def _is_same_purchase(
    order: Order, *, buyer: User, package: GigPackage, extras: Sequence[GigExtra], total_fen: int
) -> bool:
    titles = sorted(order.items.filter(kind=OrderItemKind.EXTRA).values_list("title", flat=True))
    return (
        order.buyer_id == buyer.pk
        and order.package_id == package.pk
        and order.status == OrderStatus.PENDING_PAYMENT
        and order.total_fen == total_fen
        and titles == sorted(extra.title for extra in extras)
    )


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
    tell(order.seller_id, order, _("A new order: the money is in escrow"))
    return True
