"""What must be so after every race (facts/reliability.md, 2.2), each finding one sentence.

`findings` holds at every moment at which nothing runs; `unfinished` holds once everybody has done everything there is to
do. The institutions' books (institutions.py) are the other side: nothing here asks the portal what it believes of them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import F, Q, Sum

from marketplace.ledger.models import Account, AccountKind, Clearing, Entry, Transaction
from marketplace.orders.models import Dispute, Order, OrderEventType, OrderKind, Refund, RefundStatus
from marketplace.orders.states import (
    DISPUTE_TRANSITIONS,
    FINAL_STATUSES,
    ORDER_TRANSITIONS,
    OrderStatus,
    ProposalStatus,
)
from marketplace.payments.audit import audit_money
from marketplace.payments.gateways.base import NotificationKind, PaymentState, RefundState, SettleState, TransferState
from marketplace.payments.models import (
    Payment,
    PaymentStatus,
    Payout,
    PayoutStatus,
    Settlement,
    SettlementStatus,
    TaxYear,
)
from marketplace.payments.services.payouts import MONEY_IS_BACK
from marketplace.payments.states import PAYOUT_TRANSITIONS, SETTLEMENT_TRANSITIONS
from tests.concurrency import agreed_invariants as agreed
from tests.concurrency.world import World

_S, _E = OrderStatus, OrderEventType
_SETTLED = (SettlementStatus.DONE, SettlementStatus.CANCELLED)  # nothing of it is on its way
# What each line of an order's time line does to its status; the others do nothing to it.
MOVES_OF_EVENTS: dict[str, tuple[OrderStatus, ...]] = {
    _E.PLACED: (_S.PENDING_PAYMENT,),
    _E.PAID: (_S.AWAITING_REQUIREMENTS, _S.IN_PROGRESS, _S.COMPLETED),
    _E.REQUIREMENTS_SUBMITTED: (_S.IN_PROGRESS,),
    _E.REQUIREMENTS_SKIPPED: (_S.IN_PROGRESS,),
    _E.DELIVERED: (_S.DELIVERED,),
    _E.REVISION_REQUESTED: (_S.REVISION_REQUESTED,),
    _E.ACCEPTED: (_S.COMPLETED,),
    _E.AUTO_ACCEPTED: (_S.COMPLETED,),
    _E.CANCELLED: (_S.CANCELLED,),
    _E.PAYMENT_EXPIRED: (_S.CANCELLED,),
    _E.DISPUTE_OPENED: (_S.DISPUTED,),
    _E.DISPUTE_RESOLVED: (_S.RESOLVED,),
    _E.DISPUTE_WITHDRAWN: (_S.IN_PROGRESS, _S.DELIVERED, _S.REVISION_REQUESTED),
}
# Moves of what has no table of its own: payments and refunds.
_PAYMENT_MOVES = {("pending", "paid"), ("pending", "closed"), ("closed", "paid")}
_REFUND_MOVES = {
    ("due", "sent"), ("sent", "done"), ("sent", "stuck"), ("stuck", "due"), ("stuck", "done"), ("due", "done"),
    ("due", "stuck"),
}  # fmt: skip
ALLOWED_MOVES = {
    "orders_order": {(row.source.value, row.target.value) for row in ORDER_TRANSITIONS.rows},
    "payments_payout": {(row.source.value, row.target.value) for row in PAYOUT_TRANSITIONS.rows},
    "payments_settlement": {(row.source.value, row.target.value) for row in SETTLEMENT_TRANSITIONS.rows},
    "payments_payment": _PAYMENT_MOVES,
    "orders_refund": _REFUND_MOVES,
    "orders_dispute": {(row.source.value, row.target.value) for row in DISPUTE_TRANSITIONS.rows},
    "orders_orderproposal": {("open", status) for status in ProposalStatus.values if status != "open"},
}


@contextmanager
def moves_watched() -> Iterator[None]:
    """Within the block the database itself notes every change of a status, in a table of the tests."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS watched_move (id bigserial, model text, row_id bigint, source text, target text)"
        )
        cursor.execute(
            "CREATE OR REPLACE FUNCTION watch_move() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " INSERT INTO watched_move (model, row_id, source, target)"
            " VALUES (TG_TABLE_NAME, NEW.id, OLD.status, NEW.status); RETURN NULL; END $$"
        )
        for table in ALLOWED_MOVES:
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER watch_move AFTER UPDATE ON {table} FOR EACH ROW"
                " WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION watch_move()"
            )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION watch_move CASCADE")
            cursor.execute("DROP TABLE watched_move")


def forget_moves() -> None:
    """Begin to watch anew."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM watched_move")


def findings(world: World) -> list[str]:
    """Everything that is wrong now. Nothing may be running."""
    found = list(audit_money().violations)  # I1, I3, I4, I5
    for check in (
        _sum_of_everything, _unlisted_moves, _time_lines, _captures, _refunds, _payouts, _tax_years, _releases,
        _settlements, _acknowledged, _forms, _breaches, _disputes,
    ):  # fmt: skip
        found += check(world)
    for check_agreed in (agreed.coupons, agreed.fees, agreed.changes, agreed.stages):
        found += check_agreed()
    return found


def unfinished(world: World) -> list[str]:
    """What is still open although everything was decided, told and worked off; and whether both books agree (I6)."""
    found = [f"order {order}: {order.status} is left over" for order in Order.objects.filter(status=_S.PENDING_PAYMENT)]
    found += [f"payment {row}: still pending" for row in Payment.objects.filter(status=PaymentStatus.PENDING)]
    found += [f"refund {row}: still {row.status}" for row in Refund.objects.exclude(status=RefundStatus.DONE)]
    found += [f"clearing {row}: still waits" for row in Clearing.objects.filter(cleared_at=None)]
    found += [
        f"payout {row}: still {row.status}"
        for row in Payout.objects.filter(
            status__in=(PayoutStatus.SENT, PayoutStatus.APPROVED, PayoutStatus.AWAITING_PAYEE)
        )
    ]
    found += [f"settlement {row}: {row.status}" for row in Settlement.objects.exclude(status__in=_SETTLED)]
    kept = Account.objects.filter(kind__in=(AccountKind.USER_AVAILABLE, AccountKind.USER_DEBT)).exclude(balance_fen=0)
    if world.is_custody:  # where nobody can withdraw, everything is settled
        found += [f"account {account}: {account.balance_fen} fen are left in custody" for account in kept]
    booked = dict(
        Entry.objects.filter(account__kind=AccountKind.CLEARING)
        .values_list("account__code")
        .annotate(total=Sum("amount_fen"))
    )
    for code, institution in world.institutions.items():
        ours = -booked.get(f"clearing:{code}", 0)
        if ours != institution.holds_fen():
            found.append(f"{code} holds {institution.holds_fen()} fen by its own books, {ours} by ours")
    for institution in world.institutions.values():
        for trade in institution.trades.values():
            ours = Payment.objects.get(out_trade_no=trade.number)
            if (trade.state == PaymentState.PAID) != (ours.status == PaymentStatus.PAID):
                found.append(f"payment {trade.number}: {trade.state} there, {ours.status} here")
    return found


def _sum_of_everything(world: World) -> Iterator[str]:
    """I10: all accounts together are zero."""
    total = Entry.objects.aggregate(total=Sum("amount_fen"))["total"] or 0
    if total:
        yield f"all accounts sum to {total} fen instead of 0"


def _unlisted_moves(world: World) -> Iterator[str]:
    """I11: statuses only move as their tables say, and each move starts where the one before it ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT model, row_id, source, target FROM watched_move ORDER BY id")
        moves = cursor.fetchall()
    standing: dict[tuple[str, int], str] = {}
    for model, row_id, source, target in moves:
        if (source, target) not in ALLOWED_MOVES[model]:
            yield f"{model} {row_id}: went from {source} to {target}"
        if standing.get((model, row_id), source) != source:
            yield f"{model} {row_id}: left {source}, where it was not"
        standing[model, row_id] = target


def _time_lines(world: World) -> Iterator[str]:
    """I11: an order's status is what its time line tells, by listed moves, with one end."""
    for order in Order.objects.prefetch_related("events"):
        status: OrderStatus | None = None
        for event in sorted(order.events.all(), key=lambda event: event.pk):
            targets = MOVES_OF_EVENTS.get(event.type)
            if targets is None or event.data.get("is_late"):  # answers that came after the work had begun move nothing
                continue
            if status in FINAL_STATUSES:
                yield f"order {order}: {event.type} after it was {status}"
            reached = [to for to in targets if status is None or (status, to) in ORDER_TRANSITIONS.index]
            if not reached:
                yield f"order {order}: {event.type} while it was {status}"
            if event.type == _E.DISPUTE_WITHDRAWN:  # back to where it was, which the line says
                reached = [to for to in reached if to == event.data["to"]]
            status = order_status_after(order, reached or list(targets))
        if status != order.status:
            yield f"order {order}: is {order.status}, its time line says {status}"


def order_status_after(order: Order, reached: list[OrderStatus]) -> OrderStatus:
    """A payment leads to the questions when there are any, else straight to work; a tip's to its end."""
    if len(reached) == 1:
        return reached[0]
    if order.kind == OrderKind.TIP:
        return _S.COMPLETED
    return _S.AWAITING_REQUIREMENTS if order.requirements.exists() else _S.IN_PROGRESS


def _captures(world: World) -> Iterator[str]:
    """I7: a success there, a payment here, a posting: one each, of one amount."""
    posted = _amounts("payment_captured", AccountKind.ESCROW)
    paid = Payment.objects.filter(status=PaymentStatus.PAID)
    for payment in paid:
        trade = world.institutions[payment.gateway].trade_of(payment.out_trade_no)
        if trade is None or trade.state != PaymentState.PAID or trade.amount_fen != payment.amount_fen:
            yield f"payment {payment}: paid here, and not there"
        if posted.pop(f"payment:{payment.out_trade_no}:capture", None) != payment.amount_fen:
            yield f"payment {payment}: not booked as it was paid"
    for key in posted:
        yield f"posting {key}: no payment belongs to it"
    funding = Counter(paid.filter(return_reason="").values_list("order_id", flat=True))
    for order_id, count in funding.items():
        if count > 1:
            yield f"order {order_id}: funded by {count} payments"


def _refunds(world: World) -> Iterator[str]:
    """I8: never more back than was paid; each number once there, once in the books, once in the time line."""
    posted = _amounts("escrow_refunded", AccountKind.ESCROW)
    own: dict[int, int] = defaultdict(int)
    told = Counter(Order.objects.filter(events__type=_E.REFUNDED).values_list("pk", flat=True))
    for refund in Refund.objects.select_related("order"):
        payments = Payment.objects.filter(order=refund.order, status=PaymentStatus.PAID)
        payment = payments.filter(
            Q(out_trade_no=refund.payment_reference) if refund.payment_reference else Q(return_reason="")
        ).first()
        if payment is None:
            yield f"refund {refund}: of no payment"
            continue
        trade = world.institutions[payment.gateway].trade_of(payment.out_trade_no)
        there = trade.refunds.get(refund.reference) if trade else None
        if not refund.payment_reference:
            own[refund.order_id] += refund.amount_fen
        is_done = refund.status == RefundStatus.DONE
        if is_done and (there is None or there.state != RefundState.DONE or there.amount_fen != refund.amount_fen):
            yield f"refund {refund}: done here, and not there"
        booked = posted.pop(f"refund:{refund.reference}", None)
        if booked != (-refund.amount_fen if is_done else None):
            yield f"refund {refund}: {refund.status} of {refund.amount_fen} fen, booked {booked}"
        told[refund.order_id] -= is_done
    for key in posted:
        yield f"posting {key}: no refund belongs to it"
    for order in Order.objects.filter(pk__in=own):
        if own[order.pk] > order.total_fen:
            yield f"order {order}: {own[order.pk]} fen given back of {order.total_fen}"
    for order_id, difference in told.items():
        if difference:
            yield f"order {order_id}: its time line tells of {difference:+d} refunds that were paid back"


def _releases(world: World) -> Iterator[str]:
    """An order's money is released once, all that was not given back, and waits to clear once."""
    released = Transaction.objects.filter(kind="escrow_released").values_list("reference", flat=True)
    for number, count in Counter(released).items():
        if count > 1:
            yield f"order {number}: released {count} times"
    cleared = Transaction.objects.filter(kind__in=("earnings_cleared", "debt_repaid"))
    sums = dict(
        Entry.objects.filter(transaction__in=cleared, account__kind=AccountKind.USER_PENDING)
        .values_list("transaction__reference")
        .annotate(total=Sum("amount_fen"))
    )
    for clearing in Clearing.objects.exclude(cleared_at=None):
        number = clearing.reference.removeprefix("order:").removesuffix(":release")
        if -sums.pop(number, 0) != clearing.amount_fen:
            yield f"clearing {clearing}: moved another sum than was due"
    for number in sums:
        yield f"order {number}: cleared although nothing was due"


def _payouts(world: World) -> Iterator[str]:
    """I9: what left the wallet is what is with the institution, one transfer each, and back once if it did not go."""
    begun = _amounts("payout_requested", AccountKind.USER_AVAILABLE)
    returned = _amounts("payout_returned", AccountKind.USER_AVAILABLE)
    arrived = _amounts("payout_paid", AccountKind.PAYOUTS_IN_TRANSIT)
    transit = 0
    for payout in Payout.objects.all():
        transfer = world.institutions[payout.gateway].transfers.get(payout.reference)
        key, is_back = f"payout:{payout.reference}", payout.status in MONEY_IS_BACK
        if begun.pop(key, None) != -payout.gross_fen:
            yield f"payout {payout}: did not leave the wallet as it says"
        if returned.pop(f"{key}:returned", None) != (payout.gross_fen if is_back else None):
            yield f"payout {payout}: {payout.status}, and its money is not where that says"
        was_booked = arrived.pop(f"{key}:paid", None)
        if (payout.status == PayoutStatus.PAID) and was_booked != -payout.amount_fen:
            yield f"payout {payout}: arrived, and is not booked so"
        if payout.status == PayoutStatus.PAID and (transfer is None or transfer.amount_fen != payout.amount_fen):
            yield f"payout {payout}: paid here, and not there"
        if is_back and transfer is not None and transfer.state != TransferState.FAILED:
            yield f"payout {payout}: {payout.status}, while its transfer is {transfer.state}"
        if not is_back and payout.status != PayoutStatus.PAID:
            transit += payout.amount_fen
    known = set(Payout.objects.values_list("reference", flat=True))
    for institution in world.institutions.values():
        for reference in institution.transfers.keys() - known:
            yield f"transfer {reference}: nobody here asked for it"
    for key in (*begun, *returned, *arrived):
        yield f"posting {key}: no payout belongs to it"
    settling = Settlement.objects.exclude(status__in=_SETTLED)
    transit += settling.aggregate(total=Sum("seller_fen"))["total"] or 0
    on_the_way = Entry.objects.filter(account__kind=AccountKind.PAYOUTS_IN_TRANSIT)
    if (booked := on_the_way.aggregate(total=Sum("amount_fen"))["total"] or 0) != transit:
        yield f"{booked} fen are in transit by the books, {transit} by the payouts"


def _tax_years(world: World) -> Iterator[str]:
    """A year of tax is the sum of its payouts that did not come back, and its account holds what was withheld."""
    for year in TaxYear.objects.all():
        live = year.payouts.exclude(status__in=MONEY_IS_BACK)
        sums = live.aggregate(gross=Sum("gross_fen"), tax=Sum("tax_fen"))
        stands = ((sums["gross"] or 0), (sums["tax"] or 0))
        if stands != (year.income_fen, year.withheld_fen):
            yield f"tax year {year}: says {(year.income_fen, year.withheld_fen)}, its payouts {stands}"
        held = Account.objects.filter(code=f"tax:{year.user_id}:{year.year}").values_list("balance_fen", flat=True)
        if sum(held) != year.withheld_fen:
            yield f"tax year {year}: {year.withheld_fen} fen withheld, {sum(held)} in its account"
    for payout in Payout.objects.filter(second_approver=F("first_approver")).exclude(first_approver=None):
        yield f"payout {payout}: approved twice by one person"


def _settlements(world: World) -> Iterator[str]:
    """Custody: settled here is settled there, of the same parts."""
    for settlement in Settlement.objects.filter(status=SettlementStatus.DONE).select_related("payment"):
        trade = world.institutions[settlement.payment.gateway].trade_of(settlement.payment.out_trade_no)
        split = trade.split if trade else None
        parts = (settlement.reference, settlement.commission_fen, settlement.seller_fen, SettleState.DONE)
        if split is None or (split.reference, split.commission_fen, split.seller_fen, split.state) != parts:
            yield f"settlement {settlement}: done here, and not so there"


def _acknowledged(world: World) -> Iterator[str]:
    """What we acknowledged is in our books: the institution will not tell it again."""
    for institution in world.institutions.values():
        for notice in institution.notices:
            if not notice.acknowledged:
                continue
            if not notice.is_true:
                yield f"a notification of another amount of {notice.number} was acknowledged"
            elif (reason := _is_missing(notice.kind, notice.number, notice.says)) is not None:
                yield f"{notice.kind} {notice.number}: {notice.says} was acknowledged, and {reason}"


def _is_missing(kind: NotificationKind, number: str, says: str) -> str | None:
    match kind, says:
        case NotificationKind.PAYMENT, PaymentState.PAID:
            status = Payment.objects.get(out_trade_no=number).status
            return None if status == PaymentStatus.PAID else f"it is {status}"
        case NotificationKind.REFUND, RefundState.DONE:
            status = Refund.objects.get(reference=number).status
            return None if status == RefundStatus.DONE else f"it is {status}"
        case NotificationKind.TRANSFER, TransferState.DONE:
            status = Payout.objects.get(reference=number).status
            return None if status in (PayoutStatus.PAID, PayoutStatus.FAILED) else f"it is {status}"
        case NotificationKind.TRANSFER, TransferState.FAILED:
            status = Payout.objects.get(reference=number).status
            return None if status == PayoutStatus.FAILED else f"it is {status}"
    return None


def _forms(world: World) -> Iterator[str]:
    """I13: one form is one payout, and one order that can be paid, however often it was sent."""
    for form in world.forms:
        led_to = form.led_to
        if not form.is_withdrawal:  # a page sent again after its order ended is a purchase of its own
            led_to = set(Order.objects.filter(pk__in=led_to, status=_S.PENDING_PAYMENT).values_list("pk", flat=True))
        if len(led_to) > 1:
            yield f"the form {form} led to {sorted(led_to)}"


def _breaches(world: World) -> Iterator[str]:
    """What the institutions refused because a correct portal never asks for it."""
    for institution in world.institutions.values():
        yield from institution.breaches


def _disputes(world: World) -> Iterator[str]:
    """A closed dispute moved exactly what was decided last or agreed; an order that ended leaves no proposal and no clock."""
    for dispute in Dispute.objects.exclude(outcome="").select_related("order").prefetch_related("decisions"):
        decision = dispute.decisions.order_by("number").last()
        if dispute.order.status != _S.RESOLVED:
            yield f"dispute {dispute}: closed, while its order is {dispute.order.status}"
        if dispute.decided_by_id and (decision is None or decision.refund_fen != dispute.refund_fen):
            yield f"dispute {dispute}: gives back {dispute.refund_fen} fen, which nobody decided"
        if not dispute.decided_by_id:
            agreed = dispute.order.proposals.filter(kind="split", status=ProposalStatus.ACCEPTED)
            if [row.amount_fen for row in agreed] != [dispute.refund_fen]:
                yield f"dispute {dispute}: gives back {dispute.refund_fen} fen, which nobody agreed on"
    over = Order.objects.filter(status__in=FINAL_STATUSES)
    for order in over.filter(proposals__status=ProposalStatus.OPEN):
        yield f"order {order}: is {order.status}, and a proposal still waits"
    for order in over.filter(deadlines__isnull=False):
        yield f"order {order}: is {order.status}, and a clock still runs"
    for dispute in Dispute.objects.filter(order__status=_S.DISPUTED, status__in=("closed", "withdrawn")):
        yield f"dispute {dispute}: {dispute.status}, while its order is disputed"


def _amounts(kind: str, account_kind: str) -> dict[str, int]:
    """By the key of each posting of a kind: what it moved on accounts of a kind, in fen."""
    legs: Iterable[tuple[str, int]] = Entry.objects.filter(
        transaction__kind=kind, account__kind=account_kind
    ).values_list("transaction__idempotency_key", "amount_fen")
    sums: dict[str, int] = defaultdict(int)
    for key, amount_fen in legs:
        sums[key] += amount_fen
    return dict(sums)
