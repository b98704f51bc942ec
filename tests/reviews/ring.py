"""A ring of accounts that trade with each other for the reviews, and the single steps it is made of."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from uuid import uuid4

from django.core.files.base import ContentFile

from marketplace.accounts.models import User
from marketplace.accounts.services import note_browser_use
from marketplace.core import clock
from marketplace.core.identifiers import new_reference
from marketplace.gigs.models import Gig
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.payments.gateways.base import PaymentState, PaySnapshot
from marketplace.payments.models import Payment, PayoutDestinationKind
from marketplace.payments.services import apply_snapshot, set_destination
from marketplace.reviews.models import RatingAspect
from marketplace.reviews.services import write_review
from tests.factories import make_category, make_gig, make_verified_seller

_trades = count(1)
ASPECTS = dict.fromkeys((RatingAspect.COMMUNICATION, RatingAspect.QUALITY, RatingAspect.AS_DESCRIBED), 5)


@dataclass(frozen=True)
class Ring:
    """Who is in it, and what they bought from each other."""

    members: list[User]
    orders: list[Order]

    @property
    def ids(self) -> set[int]:
        return {member.pk for member in self.members}


def pay(order: Order, *, payer: str = "", gateway: str = "alipay") -> Order:
    """The gateway says that the order was paid, and by whom."""
    payment = Payment.objects.create(
        order=order,
        gateway=gateway,
        out_trade_no=new_reference("PA"),
        amount_fen=order.total_fen,
        expires_at=order.payment_expires_at,
    )
    snapshot = PaySnapshot(
        payment.out_trade_no,
        PaymentState.PAID,
        gateway_trade_no=f"T{uuid4().hex}",
        amount_fen=order.total_fen,
        paid_at=clock.now(),
        payer=payer or f"payer-of-{payment.out_trade_no}",
    )
    apply_snapshot(payment_id=payment.pk, snapshot=snapshot)
    order.refresh_from_db()
    return order


def deal(
    buyer: User,
    gig: Gig,
    *,
    payer: str = "",
    work: timedelta = timedelta(),
    look: timedelta = timedelta(),
    stars: int | None = 5,
    answered: bool = True,
) -> Order:
    """An order from payment to acceptance: the seller works for `work`, the buyer looks at it for `look`; both write."""
    order = pay(orders.place_order(buyer=buyer, package=gig.packages.get()), payer=payer)
    with clock.moved_to(clock.now() + work):
        file = ContentFile(b"the work", name="work.txt")
        orders.deliver_order(order_id=order.pk, seller=gig.seller, message="完成了。", files=[file])  # type: ignore[list-item]
        with clock.moved_to(clock.now() + look):
            orders.accept_delivery(order_id=order.pk, buyer=buyer)
            if stars is not None:
                aspects = dict.fromkeys(ASPECTS, stars)
                write_review(order_id=order.pk, author=buyer, stars=stars, aspects=aspects, body="很好，很快。")
                if answered:
                    write_review(order_id=order.pk, author=gig.seller, stars=5, aspects={}, body="好客户。")
    order.refresh_from_db()
    return order


def make_ring(*, rounds: int = 2, rows: int = 3, columns: int = 4, price_fen: int = 10_000) -> Ring:
    """Accounts on a grid: each buys from the next one of its row and of its column, so that both are loops.

    They accept at once and praise, pay from one account a row, are paid out to two accounts, and log in in two browsers.
    """
    category = make_category(parent=make_category())
    members = [make_verified_seller(name=f"环{next(_trades)}") for _ in range(rows * columns)]
    gigs = [make_gig(seller=member, category=category, price_fen=price_fen) for member in members]
    for place, member in enumerate(members):
        note_browser_use(user=member, browser=f"browser-{place % 2}")
        account = f"ring{place // columns % 2}@example.com"
        set_destination(user=member, kind=PayoutDestinationKind.ALIPAY, account=account)
    made = []
    for _round in range(rounds):
        for place, buyer in enumerate(members):
            row, column = divmod(place, columns)
            payer = f"payer-{row}"
            nexts = {row * columns + (column + 1) % columns, (row + 1) % rows * columns + column}
            for seller in sorted(nexts - {place}):
                made.append(deal(buyer, gigs[seller], payer=payer))
    return Ring(members, made)
