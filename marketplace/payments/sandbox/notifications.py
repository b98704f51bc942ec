"""Tells the merchant what happened, again and again until it answers `success`.

A notification is a row written together with the change it speaks of, so a restart forgets nothing. One thread looks
for rows that are due; a few more send them, so that one slow merchant page does not hold up the others.
"""

from __future__ import annotations

import http.client
import json
import logging
import secrets
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from email.message import Message
from typing import IO

from cryptography.hazmat.primitives.asymmetric import rsa

from . import clock, crypto
from .alipay_trades import CLOSED, Refund, Trade, new_number
from .config import SandboxConfig
from .faults import Faults
from .money import format_yuan, parse_yuan
from .store import Store

logger = logging.getLogger(__name__)

BUYER_ID = "2088722000000002"
BUYER_OPEN_ID = "074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5lsNpazWYoCo5"
BUYER_LOGON_ID = "mai***@sandbox.com"

MINUTE, HOUR = 60, 3600
RETRY_AFTER = (4 * MINUTE, 10 * MINUTE, 10 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 15 * HOUR)
SEND_TIMEOUT = 10.0


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
        "buyer_id": BUYER_ID,
        "buyer_open_id": BUYER_OPEN_ID,
        "buyer_logon_id": BUYER_LOGON_ID,
        "total_amount": format_yuan(trade.total_fen),
        "alipay_cert_sn": trade.cert_sn,
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


class Notifications:
    """The queue of notifications and the threads that send it."""

    def __init__(self, config: SandboxConfig, store: Store, faults: Faults, key: rsa.RSAPrivateKey) -> None:
        self._config = config
        self._store = store
        self._faults = faults
        self._key = key
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._sending: set[int] = set()
        self._senders: ThreadPoolExecutor | None = None
        self._thread: threading.Thread | None = None
        self._every_second: Callable[[], None] = lambda: None

    def announce(self, trade: Trade, refund: Refund | None = None) -> None:
        """Queue a notification. Call it inside the transaction that makes the change."""
        if not trade.notify_url:
            return
        state = "withheld" if self._faults.take("no_notify", trade.out_trade_no) else "pending"
        self._store.insert(
            "notification",
            out_no=trade.out_trade_no,
            url=trade.notify_url,
            fields=json.dumps(notification_fields(self._config, trade, refund), ensure_ascii=False),
            state=state,
            next_at=clock.now(),
        )
        self._wake.set()

    def resend(self, out_no: str) -> bool:
        """Send the order's newest notification again, from the start of the schedule. False when it has none."""
        changed = self._store.execute(
            "UPDATE notification SET state = 'pending', attempts = 0, next_at = ?"
            " WHERE id = (SELECT max(id) FROM notification WHERE out_no = ?)",
            clock.now(),
            out_no,
        )
        self._wake.set()
        return changed > 0

    def listing(self, out_no: str) -> list[dict[str, object]]:
        """Return the notifications of one order, oldest first, for the control API."""
        rows = self._store.all("SELECT * FROM notification WHERE out_no = ? ORDER BY id", out_no)
        return [
            {
                "state": row["state"],
                "url": row["url"],
                "fields": json.loads(row["fields"]),
                "attempts": row["attempts"],
                "next_at": clock.format_moment(row["next_at"]) if row["state"] == "pending" else None,
                "last_at": clock.format_moment(row["last_at"]) if row["last_at"] else None,
                "last_result": row["last_result"],
            }
            for row in rows
        ]

    def start(self, every_second: Callable[[], None]) -> None:
        """Start sending; `every_second` is called from the same loop."""
        self._every_second = every_second
        self._senders = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sandbox-notify")
        self._thread = threading.Thread(target=self._run, name="sandbox-notifications", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being sent; the rest waits in the store for the next start."""
        self._stopped.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        if self._senders is not None:
            self._senders.shutdown(wait=True, cancel_futures=True)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            try:
                self._every_second()
                self._submit_due()
                pause = self._pause()
            except Exception:
                # The loop is the only thing that sends; one bad moment of the disk must not end it.
                logger.exception("The notification loop stumbled.")
                pause = 1.0
            self._wake.wait(pause)

    def _submit_due(self) -> None:
        if self._senders is None:
            return
        for row in self._store.all(
            "SELECT id FROM notification WHERE state = 'pending' AND next_at <= ? ORDER BY next_at, id", clock.now()
        ):
            if row["id"] not in self._sending:
                self._sending.add(row["id"])
                self._senders.submit(self._deliver, row["id"])

    def _pause(self) -> float:
        rows = self._store.all("SELECT id, next_at FROM notification WHERE state = 'pending'")
        waits: list[float] = [row["next_at"] - clock.now() for row in rows if row["id"] not in self._sending]
        return max(0.005, min([1.0, *waits]))

    def _deliver(self, notification_id: int) -> None:
        try:
            row = self._store.one("SELECT * FROM notification WHERE id = ?", notification_id)
            if row is None or row["state"] != "pending":
                return
            fields: dict[str, str] = json.loads(row["fields"])
            copies = 1 + self._faults.take("duplicate_notify", row["out_no"])
            results = [self._send(row["url"], row["out_no"], fields) for _ in range(copies)]
            attempts = row["attempts"] + 1
            if "success" in results:
                state = "delivered"
            elif attempts > len(RETRY_AFTER):
                state = "given_up"
            else:
                state = "pending"
            pause = RETRY_AFTER[attempts - 1] / self._config.notify_speed if state == "pending" else 0
            # Only if nobody asked for a resend meanwhile: that starts the schedule afresh.
            self._store.execute(
                "UPDATE notification SET state = ?, attempts = ?, next_at = ?, last_at = ?, last_result = ?"
                " WHERE id = ? AND next_at = ?",
                state, attempts, clock.now() + pause, clock.now(), results[-1], notification_id, row["next_at"],
            )  # fmt: skip
            logger.info("Notified %s of %s: %s", row["url"], row["out_no"], results[-1])
        except Exception:
            logger.exception("Notification %s could not be sent.", notification_id)
            # The row is still due; without a breath the loop would take it up again at once.
            self._stopped.wait(1.0)
        finally:
            self._sending.discard(notification_id)
            self._wake.set()

    def _send(self, url: str, out_no: str, stored: dict[str, str]) -> str:
        """Post one signed notification and return the merchant's answer, or what went wrong, in few words."""
        fields = stored | {"notify_time": clock.format_moment(clock.now())}
        if self._faults.take("wrong_amount", out_no):
            fields["total_amount"] = format_yuan(parse_yuan(fields["total_amount"]) + 1)
        if self._faults.take("wrong_app_id", out_no):
            fields["app_id"] = new_number(16)
        text = crypto.notification_text(fields)
        if self._faults.take("corrupt_signature", out_no):
            text += "&"  # a well-formed signature, but of something else
        fields["sign"] = crypto.sign(self._key, text)
        request = urllib.request.Request(  # noqa: S310 - the gateway admits http and https URLs only
            url,
            data=urllib.parse.urlencode(fields).encode("ascii"),
            headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "User-Agent": "sandbox"},
        )
        try:
            with _OPENER.open(request, timeout=SEND_TIMEOUT) as response:
                body: bytes = response.read(200)
        except urllib.error.HTTPError as error:
            error.close()
            return f"HTTP {error.code}"
        except (OSError, http.client.HTTPException, ValueError) as error:
            return f"{type(error).__name__}: {error}"[:200]
        return body.decode(errors="replace")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is not an answer: Alipay does not follow it either."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


# Without the environment's proxies: the merchant of a sandbox is on this machine or this network.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
