"""Alipay's notifications: what they say, and how they are signed and sent."""

from __future__ import annotations

import hashlib
import json
import secrets
import urllib.parse
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import rsa

from . import clock, crypto
from .alipay_trades import CLOSED, Refund, Trade, new_number
from .config import SandboxConfig
from .faults import Faults
from .money import format_yuan, parse_yuan
from .outbox import Outbox, post
from .store import Store

BUYER_LOGON_ID = "mai***@sandbox.com"

MINUTE, HOUR = 60, 3600
RETRY_AFTER = (4 * MINUTE, 10 * MINUTE, 10 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 15 * HOUR)


def buyer_ids(trade: Trade) -> dict[str, str]:
    """Who pays this trade: here everybody pays each trade from an account of its own, for nobody signs in to the sandbox."""
    digest = hashlib.sha256(trade.out_trade_no.encode()).hexdigest()
    return {"buyer_id": f"2088{int(digest, 16) % 10**12:012d}", "buyer_open_id": f"074a1{digest[:42]}"}


def notification_fields(config: SandboxConfig, trade: Trade, refund: Refund | None) -> dict[str, str]:
    """Return what one `trade_status_sync` says, without the time of sending and the signature."""
    fields = {
        "notify_type": "trade_status_sync",
        "notify_id": secrets.token_hex(17),
        "app_id": config.alipay_app_id,
        "auth_app_id": config.alipay_app_id,
        "charset": "utf-8",
        "version": "1.0",
        "sign_type": "RSA2",
        "trade_no": trade.trade_no,
        "out_trade_no": trade.out_trade_no,
        "trade_status": trade.status,
        "subject": trade.subject,
        "body": trade.body,
        "passback_params": trade.passback_params,
        "seller_id": config.alipay_seller_id,
        **buyer_ids(trade),
        "buyer_logon_id": BUYER_LOGON_ID,
        "total_amount": format_yuan(trade.total_fen),
        "gmt_create": clock.format_moment(trade.arrived_at or trade.created_at),
    }
    if trade.paid_at is not None:
        amount = format_yuan(trade.total_fen)
        bill = [{"amount": amount, "fundChannel": "ALIPAYACCOUNT"}]
        fields |= {
            "gmt_payment": clock.format_moment(trade.paid_at),
            "receipt_amount": amount,
            "buyer_pay_amount": amount,
            "invoice_amount": amount,
            "point_amount": "0.00",
            "fund_bill_list": json.dumps(bill, separators=(",", ":")),
        }
    if refund is not None:
        moment = datetime.fromtimestamp(refund.created_at, clock.BEIJING)
        fields |= {
            # Cumulative, unlike what the name suggests; out_biz_no says which refund it was.
            "refund_fee": format_yuan(trade.refunded_fen),
            "gmt_refund": moment.isoformat(sep=" ", timespec="milliseconds").removesuffix("+08:00"),
            "out_biz_no": refund.out_request_no,
        }
    if trade.status == CLOSED and trade.closed_at is not None:
        fields["gmt_close"] = clock.format_moment(trade.closed_at)
    return {name: value for name, value in fields.items() if value}


def _with_coupon(trade: Trade, coupon_fen: int) -> dict[str, str]:
    """What changes when Alipay pays a part of the price for the buyer: the merchant receives all of it."""
    coupon, rest = format_yuan(coupon_fen), format_yuan(trade.total_fen - coupon_fen)
    bill = [{"amount": rest, "fundChannel": "ALIPAYACCOUNT"}, {"amount": coupon, "fundChannel": "COUPON"}]
    return {
        "buyer_pay_amount": rest,
        "invoice_amount": rest,
        "fund_bill_list": json.dumps(bill, separators=(",", ":")),
    }


class Notifications(Outbox):
    """Alipay's: a signed form, repeated until the answer is `success`."""

    table = "notification"
    retry_after = RETRY_AFTER

    def __init__(self, config: SandboxConfig, store: Store, faults: Faults, key: rsa.RSAPrivateKey) -> None:
        super().__init__(config, store, faults)
        self._key = key

    def announce(self, trade: Trade, refund: Refund | None = None) -> None:
        """Queue a notification. Call it inside the transaction that makes the change."""
        if not trade.notify_url:
            return
        fields = notification_fields(self._config, trade, refund)
        if trade.paid_at is not None and (coupon_fen := self._faults.take("coupon_fen", trade.out_trade_no)):
            fields |= _with_coupon(trade, min(coupon_fen, trade.total_fen))
        self._queue(trade.out_trade_no, trade.notify_url, fields)

    def _is_taken(self, answer: str) -> bool:
        return answer == "success"

    def _send(self, url: str, out_no: str, stored: dict[str, str]) -> str:
        """Post one signed notification and return the merchant's answer, or what went wrong, in few words."""
        fields = stored | {"notify_time": clock.format_moment(clock.now())}
        if self._faults.take("wrong_amount", out_no):
            fields["total_amount"] = format_yuan(parse_yuan(fields["total_amount"]) + 1)
        if self._faults.take("wrong_app_id", out_no):
            fields["app_id"] = new_number(16)
        if self._faults.take("wrong_seller_id", out_no):
            fields["seller_id"] = f"2088{new_number(12)}"
        text = crypto.notification_text(fields)
        if self._faults.take("corrupt_signature", out_no):
            text += "&"  # a well-formed signature, but of something else
        fields["sign"] = crypto.sign(self._key, text)
        body = urllib.parse.urlencode(fields).encode("ascii")
        form = "application/x-www-form-urlencoded; charset=utf-8"
        return post(url, body, {"Content-Type": form})[1]
