"""Orders that two people agreed on themselves: custom offers, stages, additional work, tips. Nothing of a package in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from marketplace.accounts.blocks import require_open
from marketplace.accounts.locks import hold_people
from marketplace.accounts.models import BlockedPerson, BlockScope, User
from marketplace.accounts.selectors import sellers_in_order
from marketplace.core import clock
from marketplace.core.rules import current_rules, rule
from marketplace.gigs.models import Gig, RequirementKind
from marketplace.orders import events
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import (
    Order,
    OrderEventType,
    OrderItem,
    OrderItemKind,
    OrderKind,
    OrderRequirement,
)
from marketplace.orders.quotes import commission_rate


@dataclass(frozen=True)
class Question:
    """Something that the buyer is asked before the work begins."""

    prompt: str
    kind: RequirementKind = RequirementKind.TEXT
    choices: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True)
class Terms:
    """What was agreed: the price in fen, working time in days, revisions, and what the buyer is asked."""

    title: str
    total_fen: int
    delivery_days: int
    revisions: int
    description: str = ""
    questions: Sequence[Question] = ()


def place_agreed_order(
    *,
    buyer: User,
    seller: User,
    terms: Terms,
    kind: OrderKind = OrderKind.STANDARD,
    gig: Gig | None = None,
    parent: Order | None = None,
    checkout_key: UUID | None = None,
    snapshot: dict[str, Any] | None = None,
    commission_basis_points: int | None = None,
) -> Order:
    """In the caller's transaction: freeze the terms into a new order that waits for its payment.

    Who calls it has locked what both agreed on, so that it becomes one order. A seller who is away has agreed all the same.
    The platform's fee is that of the seller's level, unless `commission_basis_points` says otherwise.
    Raises OrderError OWN_GIG, GIG_NOT_LIVE when the seller may not sell (any more), NOT_FOR_YOU when either blocked the other,
    or ACCOUNT_CLOSING when an account is going; AccountError BLOCKED when buying is closed to the buyer against abuse, but for
    what belongs to an order under way.
    """
    if parent is None:
        require_open(buyer, BlockScope.BUYING)
    if buyer.pk == seller.pk:
        raise OrderError(OrderErrorCode.OWN_GIG)
    if not sellers_in_order().filter(pk=seller.pk, is_active=True).exists():
        raise OrderError(OrderErrorCode.GIG_NOT_LIVE)
    if BlockedPerson.objects.filter(owner__in=(buyer, seller), person__in=(buyer, seller)).exists():
        raise OrderError(OrderErrorCode.NOT_FOR_YOU)
    if not hold_people(buyer.pk, seller.pk):
        raise OrderError(OrderErrorCode.ACCOUNT_CLOSING)
    now, rules = clock.now(), current_rules()
    order = Order.objects.create(
        checkout_key=checkout_key or uuid4(),
        kind=kind,
        parent=parent,
        buyer=buyer,
        seller=seller,
        gig=gig,
        gig_title=terms.title,
        package_tier="",
        package_title=terms.title[:40],
        package_description=terms.description[:200],
        total_fen=terms.total_fen,
        commission_basis_points=commission_rate(seller) if commission_basis_points is None else commission_basis_points,
        delivery_days=terms.delivery_days,
        revisions_allowed=terms.revisions,
        snapshot=snapshot or {},
        rules=rules,
        payment_expires_at=now + timedelta(minutes=rule(rules, "orders.payment_timeout_minutes")),
    )
    OrderItem.objects.create(order=order, kind=OrderItemKind.AGREED, title=terms.title[:80], price_fen=terms.total_fen)
    OrderRequirement.objects.bulk_create(
        OrderRequirement(
            order=order,
            position=position,
            prompt=question.prompt,
            kind=question.kind,
            choices=list(question.choices),
            required=question.required,
        )
        for position, question in enumerate(terms.questions, start=1)
    )
    events.record(order, OrderEventType.PLACED, actor=buyer, at=now)
    return order
