"""WeChat's notifications: a signed envelope around an encrypted resource, repeated until the answer is 200 or 204."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from . import clock, wechat_crypto
from .config import SandboxConfig
from .faults import Faults
from .outbox import Outbox, post
from .store import Store
from .wechat_content import refund_content, transaction_content, transfer_content

RETRY_AFTER = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
SUMMARIES = {
    "TRANSACTION": ("transaction", "支付成功"),
    "REFUND": ("refund", "退款状态变化"),
    "MCHTRANSFER": ("mch_payment", "商家转账单据终态通知"),
}


class WechatNotifications(Outbox):
    """The queue of WeChat's notifications."""

    table = "wechat_notification"
    retry_after = RETRY_AFTER

    def __init__(
        self,
        config: SandboxConfig,
        store: Store,
        faults: Faults,
        *,
        key: rsa.RSAPrivateKey,
        key_id: str,
        api_v3_key: str,
    ) -> None:
        super().__init__(config, store, faults)
        self._key = key
        self._key_id = key_id
        self._api_v3_key = api_v3_key

    def announce(self, event: str, out_no: str, row: Mapping[str, Any]) -> None:
        """Queue what happened; `row` is the changed row. Call it inside the transaction that makes the change."""
        if not row["notify_url"]:
            return
        kind, summary = SUMMARIES[event.partition(".")[0]]
        if kind == "transaction":
            content = transaction_content(self._config, row)
        elif kind == "refund":
            trade = self._store.one("SELECT * FROM wechat_trade WHERE out_trade_no = ?", row["out_trade_no"])
            content = refund_content(self._config, row, trade, in_notification=True)  # type: ignore[arg-type]
        else:
            content = transfer_content(self._config, row)
        fields = {
            "id": str(uuid.uuid4()),
            "create_time": _now(),
            "event_type": event,
            "original_type": kind,
            "summary": summary,
            "content": content,
        }
        self._queue(out_no, row["notify_url"], fields)

    def _is_taken(self, answer: str) -> bool:
        return answer.startswith(("200", "204"))

    def _send(self, url: str, out_no: str, stored: dict[str, Any]) -> str:
        """Encrypt, sign and post one notification; the answer's status and first words."""
        content = dict(stored["content"])
        if self._faults.take("wrong_amount", out_no):
            _lie_about_amounts(content)
        if self._faults.take("wrong_app_id", out_no):
            content["appid"] = "wx0000000000000000"
        if self._faults.take("wrong_seller_id", out_no):
            content["mchid"] = "1900000999"
        api_key = secrets.token_hex(16) if self._faults.take("wrong_api_key", out_no) else self._api_v3_key
        kind = stored["original_type"]
        resource = {"original_type": kind} | wechat_crypto.seal(content, api_v3_key=api_key, associated_data=kind)
        envelope = {name: stored[name] for name in ("id", "create_time", "event_type", "summary")}
        envelope |= {"resource_type": "encrypt-resource", "resource": resource}
        body = json.dumps(envelope, ensure_ascii=False).encode()
        if self._faults.take("probe_notify", out_no):
            self._post(url, out_no, body, probe=True)
        status, text = self._post(url, out_no, body)
        return f"{status} {text}"

    def _post(self, url: str, out_no: str, body: bytes, *, probe: bool = False) -> tuple[int, str]:
        stamp = str(int(clock.now()) - self._faults.take("old_notify_seconds", out_no))
        nonce = secrets.token_hex(16)
        signed = body + b" " if self._faults.take("corrupt_signature", out_no) else body
        signature = wechat_crypto.sign(self._key, stamp, nonce, signed)
        if probe:
            # WeChat tests merchants with signatures that must fail (facts: notification considerations).
            signature = "WECHATPAY/SIGNTEST/" + signature[19:]
        return post(
            url,
            body,
            {
                "Content-Type": "application/json",
                "Wechatpay-Timestamp": stamp,
                "Wechatpay-Nonce": nonce,
                "Wechatpay-Signature": signature,
                "Wechatpay-Serial": self._key_id,
                "Wechatpay-Signature-Type": wechat_crypto.SCHEMA,
            },
        )


def _lie_about_amounts(content: dict[str, Any]) -> None:
    """One fen more, whatever the notification is about."""
    if "transfer_amount" in content:
        content["transfer_amount"] += 1
    else:
        content["amount"] = {
            name: value + 1 if name in ("total", "refund") else value for name, value in content["amount"].items()
        }


def _now() -> str:
    return datetime.fromtimestamp(clock.now(), clock.BEIJING).isoformat(timespec="seconds")
