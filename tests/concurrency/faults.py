"""The faults that the races must find (facts/reliability.md, 2.3, T6), each a mistake that somebody could make."""

from types import ModuleType

from marketplace.core import money
from marketplace.ledger import services as ledger
from marketplace.orders import locks as order_locks
from marketplace.orders.services import acceptance, cancellation
from marketplace.orders.services import refunds as order_refunds
from marketplace.payments import locks as payment_locks
from marketplace.payments import selectors
from marketplace.payments.services import notifications, paying, payouts, refunds
from tests.concurrency.planted import HESITATION_SECONDS, Change, Fault

_LOCK = '.select_for_update(of=("self",), no_key=True)'
_NEW_KEY = '__import__("uuid").uuid4().hex'
_PAUSE = f"__import__('time').sleep({HESITATION_SECONDS})"
_UNPAID = ("unpaid", "two attempts", "paid in silence", "paid twice in silence", "paid after the close")
_REFUNDS = ("delivered, partly given back", "refund due", "refund under way", "refund stuck")
_PARTLY = (
    "in progress, partly given back",
    "delivered, partly given back",
    "completed, partly given back",
)
_WITHDRAWALS = ("withdrawal to approve", "withdrawal to send", "withdrawal sent", "withdrawal waits for its payee")


def _unlocked(module: ModuleType, *functions: str) -> tuple[Change, ...]:
    """The rows are read without a lock, and looked at for a moment."""
    return tuple(Change(module, function, _LOCK, "", hesitates=True) for function in functions)


LOCKS = {
    "no lock on orders": Fault(_unlocked(order_locks, "lock_order")),
    # Under its order's lock a payment's own is the second one: a fault is to take neither.
    "no lock on payments": Fault(_unlocked(payment_locks, "lock_order_of_payment", "lock_payment"), situations=_UNPAID),
    "no lock on refunds": Fault(
        _unlocked(order_locks, "lock_refund"),
        operations=("run refunds", "refund gets through", "tell", "retry refund"),
        situations=_REFUNDS[1:],
    ),
    "no lock on payouts": Fault(
        _unlocked(payment_locks, "lock_payout"),
        operations=("approve", "reject", "cancel withdrawal", "send withdrawals", "transfer arrives"),
        situations=_WITHDRAWALS,
        is_custody=False,
    ),
    "no lock on the year of tax": Fault(
        _unlocked(payment_locks, "lock_tax_year"), operations=("withdraw",), situations=("cleared",), is_custody=False
    ),
    "no lock on settlements": Fault(
        _unlocked(payment_locks, "lock_settlement"),
        operations=("settle", "settlement gets through"),
        situations=("held", "settling"),
        is_custody=True,
    ),
    "no lock on accounts": Fault(
        sql=(
            "ORDER BY id FOR NO KEY UPDATE\n    LOOP",
            f"ORDER BY id\n    LOOP PERFORM pg_sleep({5 * HESITATION_SECONDS});",
        ),
        operations=("clear", "withdraw", "give back"),
        situations=("cleared", "completed", *_PARTLY),
    ),
    "an order is read before it is locked": Fault(
        (
            Change(order_locks, "lock_order", "return ", f"stale = Order.objects.get(pk=order_id); {_PAUSE}; "),
            Change(
                order_locks,
                "lock_order",
                "no_key=True).get(pk=order_id)",
                "no_key=True).get(pk=order_id)\n    return stale",
            ),
        )
    ),
    "locks in the wrong order": Fault(
        (
            Change(
                payouts,
                "cancel_payout",
                "payout = _lock_with_year(payout_id)",
                f"locks.lock_payout(payout_id); {_PAUSE}; payout = _lock_with_year(payout_id)",
            ),
        ),
        operations=("approve", "reject", "cancel withdrawal"),
        situations=("withdrawal to approve",),
        is_custody=False,
    ),
}

CHECKS = {
    "accepted in any state": Fault(
        (
            Change(
                acceptance,
                "accept_delivery",
                "require_transition(order, to=OrderStatus.COMPLETED, actor=actor)",
                "pass",
            ),
        ),
        operations=("accept", "accept by the clock", "ask for revision", "open dispute"),
        situations=("delivered",),
    ),
    "refunds without a limit": Fault(
        (Change(order_refunds, "refund_part", "if not 0 < amount_fen <= most_fen:", "if amount_fen <= 0:"),),
        operations=("give back",),
        situations=_PARTLY,
    ),
    "a release that forgets what was given back": Fault(
        (Change(acceptance, "release", "kept_fen = order.kept_fen", "kept_fen = order.total_fen"),),
        situations=_PARTLY,
    ),
    "another amount is believed": Fault(
        (
            Change(notifications, "_apply", "if snapshot.amount_fen != payment.amount_fen:", "if False:"),
            Change(paying, "apply_snapshot", "if snapshot.amount_fen != payment.amount_fen:", "if False:"),
        ),
        situations=_UNPAID,
    ),
    "one person approves twice": Fault(
        (Change(payouts, "approve_payout", "elif payout.first_approver_id == staff.pk:", "elif False:"),),
        operations=("approve",),
        situations=("withdrawal to approve",),
        is_custody=False,
    ),
    "settled while a refund is open": Fault(
        (
            Change(
                selectors,
                "is_ready_to_settle",
                "and not payment.order.refunds.exclude(status=RefundStatus.DONE).exists()",
                "",
            ),
        ),
        situations=("held", "cleared"),
        is_custody=True,
    ),
}

ONCE = {
    "cleared as often as asked": Fault(
        (
            Change(ledger, "clear_earnings", "if clearing.cleared_at is not None:", "if False:"),
            Change(ledger, "clear_earnings", 'f"{clearing.reference}:clear"', _NEW_KEY),
        ),
        operations=("clear",),
        situations=("completed", "completed, partly given back"),
    ),
    # The state is looked at, and the key is unique: each of the two would do, so both are taken away.
    "refunds booked again under new keys": Fault(
        (
            Change(order_refunds, "mark_refund_done", "if refund.status == RefundStatus.DONE:", "if False:"),
            Change(order_refunds, "mark_refund_done", 'f"refund:{refund.reference}"', _NEW_KEY),
        ),
        situations=_REFUNDS,
    ),
    "a form's key is ignored": Fault(
        (Change(payouts, "request_payout", "if is_custody():", f"request_key = {_NEW_KEY}\n    if is_custody():"),),
        operations=("withdraw",),
        situations=("cleared",),
        is_custody=False,
    ),
    "an unanswered transfer is tried under a new number": Fault(
        (Change(payouts, "_request_of", "=payout.reference", "=f'{payout.reference}{payout.attempts}'"),),
        situations=_WITHDRAWALS,
        is_custody=False,
    ),
}

LOSSES = {
    "a cancellation that owes no refund": Fault(
        (Change(cancellation, "end_by_cancelling", "if was_funded:\n", "if False:\n"),)
    ),
    "a coupon that is not given back": Fault(
        (Change(cancellation, "end_by_cancelling", "    give_back_coupon(order)\n", ""),),
        operations=("cancel as buyer", "time out"),
        situations=("unpaid with a coupon",),
    ),
    # The audit cannot see it: it shares as the program does. The seller would pay for the platform's coupon.
    "the gross fee is taken instead of the net one": Fault(
        (
            Change(
                money,
                "share_of",
                "seller_fen=kept_fen - net_fen, promotion_fen=promotion_fen",
                "seller_fen=kept_fen - net_fen - promotion_fen",
            ),
        ),
        situations=("delivered with a coupon, partly given back", "completed with a coupon"),
    ),
    "late money is kept": Fault(
        (Change(paying, "apply_snapshot", "if not accepted:", "if False:"),), situations=_UNPAID
    ),
    # Every other time the process dies between the answer and the booking.
    "acknowledged before it is booked": Fault(
        (
            Change(
                notifications,
                "receive_notification",
                "problem_found := _apply(",
                "problem_found := received.pk % 2 and _apply(",
            ),
        ),
        situations=_UNPAID,
    ),
    "money is asked for inside a transaction": Fault(
        (Change(refunds, "pay_refund", "def pay_refund(", "@transaction.atomic\ndef pay_refund("),)
    ),
    "a balance that drifts": Fault(sql=("AND balance_fen <> balances[i]", "AND balance_fen <> balances[i] AND i <> 2")),
}

FAULTS: dict[str, Fault] = LOCKS | CHECKS | ONCE | LOSSES
