"""Writes of payments, one subject a file. No call to a gateway ever happens inside a database transaction."""

from marketplace.payments.services.auditing import run_audit
from marketplace.payments.services.destinations import account_is_plausible, set_destination
from marketplace.payments.services.notifications import forget_refused_notifications, receive_notification
from marketplace.payments.services.paying import (
    apply_snapshot,
    begin_payment,
    can_scan,
    close_expired_order,
    open_payment,
    refresh_payment,
    scene_for,
    settle_undecided,
    start_payment,
)
from marketplace.payments.services.payouts import (
    apply_transfer_snapshot,
    approve_payout,
    cancel_payout,
    check_payout,
    needs_approval,
    payout_refusal,
    preview_tax,
    recheck_payout,
    refresh_payout,
    reject_payout,
    request_payout,
    send_payout,
)
from marketplace.payments.services.refunds import apply_refund_snapshot, pay_refund

__all__ = [
    "account_is_plausible",
    "apply_refund_snapshot",
    "apply_snapshot",
    "apply_transfer_snapshot",
    "approve_payout",
    "begin_payment",
    "can_scan",
    "cancel_payout",
    "check_payout",
    "close_expired_order",
    "forget_refused_notifications",
    "needs_approval",
    "open_payment",
    "pay_refund",
    "payout_refusal",
    "preview_tax",
    "receive_notification",
    "recheck_payout",
    "refresh_payment",
    "refresh_payout",
    "reject_payout",
    "request_payout",
    "run_audit",
    "scene_for",
    "send_payout",
    "set_destination",
    "settle_undecided",
    "start_payment",
]
