"""What the seller desk shows: what is due, money, orders by deadline."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Case, Count, F, Q, Sum, When

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.ledger.models import Entry, TransactionKind
from marketplace.ledger.selectors import wallet_of
from marketplace.orders.models import Order
from marketplace.orders.selectors import sales
from marketplace.orders.states import SELLER, WORKED_ON_STATUSES, OrderStatus
from marketplace.orders.turns import waits_for, with_turns

# Only a clock that runs is a deadline: in a dispute, and once delivered, the promised time stands still.
_DUE = Case(When(status__in=WORKED_ON_STATUSES, then=F("due_at")))


@dataclass(frozen=True)
class Desk:
    """The figures of the desk's first page."""

    overdue: int
    due_today: int
    to_deliver: int
    to_revise: int
    in_acceptance: int
    income_30_days_fen: int
    income_before_fen: int
    pending_fen: int
    available_fen: int
    open_orders: list[Order]


def seller_desk(user: User) -> Desk:
    """The desk of one seller. Income is what was released to the seller, less the fee, by the books."""
    now = clock.now()
    mine = Order.objects.filter(seller=user)
    working = Q(status__in=WORKED_ON_STATUSES)
    counts = mine.aggregate(
        # As the list that it leads to: while both talk of ending an order, its work is not what is waited for.
        overdue=Count("pk", filter=working & Q(due_at__lt=now) & waits_for(SELLER), distinct=True),
        due_today=Count("pk", filter=working & Q(due_at__range=(now, now + timedelta(days=1)))),
        to_deliver=Count("pk", filter=Q(status=OrderStatus.IN_PROGRESS)),
        to_revise=Count("pk", filter=Q(status=OrderStatus.REVISION_REQUESTED)),
        in_acceptance=Count("pk", filter=Q(status=OrderStatus.DELIVERED)),
    )
    earned = (TransactionKind.ESCROW_RELEASED, TransactionKind.RELEASE_REVERSED)  # less what refunds took back
    income = Entry.objects.filter(account__owner=user, transaction__kind__in=earned).aggregate(
        recent=Sum("amount_fen", filter=Q(transaction__created_at__gt=now - timedelta(days=30))),
        before=Sum(
            "amount_fen",
            filter=Q(transaction__created_at__range=(now - timedelta(days=60), now - timedelta(days=30))),
        ),
    )
    wallet = wallet_of(user)
    return Desk(
        **counts,
        income_30_days_fen=income["recent"] or 0,
        income_before_fen=income["before"] or 0,
        pending_fen=wallet.pending_fen if wallet else 0,
        available_fen=wallet.available_fen if wallet else 0,
        open_orders=list(with_turns(sales(user, group="open")).order_by(_DUE.asc(nulls_last=True), "pk")[:8]),
    )
