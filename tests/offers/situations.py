"""Offers, agreements and briefs in the states that tests need, reached by the services alone."""

from datetime import timedelta
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.gigs.models import GigCategory
from marketplace.offers import services
from marketplace.offers.models import Brief, Negotiation, Offer
from marketplace.offers.sent_files import BRIEF_FILES, SUBJECT
from marketplace.offers.terms import OfferTerms
from marketplace.orders import services as orders
from marketplace.orders.models import MilestonePlan, Order
from marketplace.orders.services import Stage
from marketplace.uploads.models import Upload
from marketplace.uploads.services import take_file
from tests.factories import make_category, make_gig, make_seller

_sequence = count(1)


def terms(**changes: Any) -> OfferTerms:
    """A logo for 800 yuan in five days."""
    whole: dict[str, Any] = {
        "title": "茶饮店标志",
        "scope": "三个方向选一个深化，源文件齐全。不含注册。",
        "total_fen": 80_000,
        "delivery_days": 5,
        "revisions": 2,
    }
    return OfferTerms(**(whole | changes))


def stages(*amounts: int, days: int = 10) -> tuple[Stage, ...]:
    """Stages with these amounts in fen (1,000, 1,500 and 500 yuan unless given)."""
    return tuple(
        Stage(f"第{number}阶段", amount, days, 1, f"交付第{number}部分")
        for number, amount in enumerate(amounts or (100_000, 150_000, 50_000), start=1)
    )


def seller_of(category: GigCategory, **fields: Any) -> User:
    """A seller with a service in this subcategory."""
    seller = make_seller(**fields)
    make_gig(seller=seller, category=category)
    return seller


def make_offer(*, seller: User, buyer: User, valid_days: int = 7, **changes: Any) -> Offer:
    """An open offer."""
    fields = {name: changes.pop(name) for name in ("gig", "brief", "words") if name in changes}
    return services.send_offer(seller=seller, buyer=buyer, terms=terms(**changes), valid_days=valid_days, **fields)


def make_agreement(*, seller: User, buyer: User, **changes: Any) -> Negotiation:
    """An offer that the buyer accepted."""
    offer = make_offer(seller=seller, buyer=buyer, **changes)
    return services.accept_offer(offer_id=offer.pk, user=buyer)


def make_plan(*, seller: User, buyer: User, amounts: tuple[int, ...] = ()) -> MilestonePlan:
    """An agreement in stages whose first stage waits for its payment."""
    plan = make_agreement(seller=seller, buyer=buyer, stages=stages(*amounts)).plan
    assert plan is not None
    return plan


def pay(order: Order) -> Order:
    """The money of an order arrives."""
    paid = orders.confirm_payment(
        order_id=order.pk,
        gateway="alipay",
        payment_reference=f"PAO{next(_sequence):025d}",
        amount_fen=order.total_fen,
    )
    assert paid
    order.refresh_from_db()
    return order


def deliver(order: Order) -> Order:
    """The seller hands the work over."""
    orders.deliver_order(order_id=order.pk, seller=order.seller, message="完成了。")
    order.refresh_from_db()
    return order


def complete(order: Order) -> Order:
    """Paid, delivered and accepted."""
    deliver(pay(order))
    orders.accept_delivery(order_id=order.pk, buyer=order.buyer)
    order.refresh_from_db()
    return order


def sent_file(buyer: User, *, name: str = "门头.txt", content: bytes = "字要大".encode()) -> Upload:
    """A file that a buyer has sent for a brief, and used for none yet."""
    return take_file(owner=buyer, purpose=BRIEF_FILES, subject=SUBJECT, file=ContentFile(content, name=name))


def make_brief(*, buyer: User, category: GigCategory | None = None, valid_days: int = 14, **changes: Any) -> Brief:
    """An open brief."""
    fields: dict[str, Any] = {
        "title": "茶饮店要一个标志",
        "story": "城西菜场口的小店，一月开张。要一个看得清的门头。",
        "budget_min_fen": 50_000,
        "budget_max_fen": 150_000,
        "wanted_by": timezone.localdate() + timedelta(days=30),
    }
    return services.publish_brief(
        buyer=buyer,
        category=category or make_category(parent=make_category()),
        valid_days=valid_days,
        **(fields | changes),
    )
