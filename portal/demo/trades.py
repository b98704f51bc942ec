"""What the payment sandbox remembers of the demo's payments, so that an open order can really be refunded."""

import os
import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from marketplace.payments.sandbox.store import Store
from portal.demo.offers import Offer
from portal.demo.plan import PAYMENT_MINUTES, OrderPlan
from portal.embedded.paths import state_directory

METHOD = "alipay.trade.page.pay"
MARK = "demo"
PAID, CLOSED = "TRADE_SUCCESS", "TRADE_CLOSED"


def tell_sandbox(plans: Sequence[OrderPlan], offers: Sequence[Offer]) -> bool:
    """Write the paid trades and their refunds into the sandbox's file; False where there is no sandbox to tell.

    What an earlier load told is replaced.
    """
    if not settings.PAYMENT_SANDBOX_URL or settings.ALIPAY["gateway_url"].split("/gateway.do")[0] != (
        settings.PAYMENT_SANDBOX_URL
    ):
        return False
    directory = Path(os.environ.get("SANDBOX_DATA_DIR", state_directory() / "sandbox"))
    try:
        store = Store(directory / "sandbox.sqlite3")
    except sqlite3.Error:
        return False
    try:
        with store.transaction():
            _forget(store)
            for plan in plans:
                if plan.paid_at:
                    _tell_one(store, plan, offers[plan.gig].title)
    finally:
        store.close()
    return True


def _forget(store: Store) -> None:
    store.execute(
        "DELETE FROM alipay_refund WHERE trade_no IN (SELECT trade_no FROM alipay_trade WHERE passback_params = ?)",
        MARK,
    )
    store.execute("DELETE FROM alipay_trade WHERE passback_params = ?", MARK)


def _tell_one(store: Store, plan: OrderPlan, subject: str) -> None:
    assert plan.paid_at is not None  # noqa: S101 asked by the caller
    refunded_fen = plan.refund.amount_fen if plan.refund else 0
    is_closed = refunded_fen == plan.total_fen
    store.insert(
        "alipay_trade",
        trade_no=plan.trade_number,
        out_trade_no=plan.payment_number,
        method=METHOD,
        subject=subject,
        body="",
        passback_params=MARK,
        total_fen=plan.total_fen,
        refunded_fen=refunded_fen,
        status=CLOSED if is_closed else PAID,
        notify_url="",
        return_url="",
        quit_url="",
        created_at=plan.placed_at.timestamp(),
        expires_at=(plan.placed_at + timedelta(minutes=PAYMENT_MINUTES)).timestamp(),
        arrived_at=plan.placed_at.timestamp() + 15,
        paid_at=plan.paid_at.timestamp(),
        closed_at=plan.refund.done_at.timestamp() if is_closed and plan.refund else None,
    )
    if plan.refund:
        store.insert(
            "alipay_refund",
            trade_no=plan.trade_number,
            out_request_no=plan.refund.reference,
            amount_fen=plan.refund.amount_fen,
            reason=subject,
            created_at=plan.refund.done_at.timestamp(),
        )
