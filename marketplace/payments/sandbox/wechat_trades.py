"""The life of a payment at WeChat: asked for, paid, refunded, closed; frozen and split in custody. No HTTP in here."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from . import clock
from .faults import Faults
from .store import Store

NOTPAY, SUCCESS, REFUND, CLOSED = "NOTPAY", "SUCCESS", "REFUND", "CLOSED"
PROCESSING, ABNORMAL = "PROCESSING", "ABNORMAL"
MOST_REFUNDS, SECONDS_BETWEEN_REFUNDS, REFUND_DAYS = 50, 60, 365
FREEZE_DAYS, MOST_SPLIT_PERCENT, SECONDS_BEFORE_SPLIT = 180, 30, 30
# The receiver did not get its part. What the seller was to get was not released either, or it was.
SPLIT_FAILED, SPLIT_PARTLY = "FAIL", "PARTLY"
DAY = 24 * 60 * 60
OPENID = "oSandboxBuyer0000000000001"  # whom the Official Account takes everybody for


class ApiError(Exception):
    """A refusal in v3's form: an HTTP status, a code for programs, a sentence for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


def payer_of(out_trade_no: str) -> str:
    """Who scans this code: an account of its own for each trade, for nobody signs in to the sandbox."""
    return f"oSandbox{hashlib.sha256(out_trade_no.encode()).hexdigest()[:20]}"


def new_number(prefix: str = "42") -> str:
    """A number in the style of WeChat's own: 28 digits that cannot be guessed."""
    day = clock.format_moment(clock.now())[:10].replace("-", "")
    return prefix + day + "".join(secrets.choice("0123456789") for _ in range(26 - len(day)))


def require_fits(content: Mapping[str, Any], name: str, label: str, most: int) -> None:
    """WeChat counts bytes, of which a Chinese character has three. Raises ApiError PARAM_ERROR, in WeChat's words."""
    length = len(str(content.get(name) or "").encode())
    if length > most:
        text = f"输入源“/body/{name}”映射到值字段“{label}”字符串规则校验失败，字节数 {length}，大于最大值 {most}"
        raise ApiError(400, "PARAM_ERROR", text)


class WechatTrades:
    """Every change a payment can go through. Each change and its notification are kept together or not at all."""

    def __init__(
        self, store: Store, faults: Faults, announce: Callable[[str, str, Mapping[str, Any]], None], *, speed: float
    ) -> None:
        self._store = store
        self._faults = faults
        self._announce = announce
        self._speed = speed
        """Divides the waits that WeChat asks for between steps."""

    def open(self, *, request: Mapping[str, Any], expires_at: float, **columns: Any) -> sqlite3.Row:
        """Record what the merchant asks for; the same request again is the same payment with the same code."""
        number = str(columns["out_trade_no"])
        asked = json.dumps(request, sort_keys=True, ensure_ascii=False)
        with self._store.transaction():
            row = self._store.one("SELECT * FROM wechat_trade WHERE out_trade_no = ?", number)
            if row is None:
                self._store.insert(
                    "wechat_trade", **columns, transaction_id=new_number(), request=asked, state=NOTPAY,
                    prepay_id=f"wx{secrets.token_hex(17)}", created_at=clock.now(), expires_at=expires_at,
                )  # fmt: skip
                return self.get(number)
            if row["state"] == CLOSED:
                raise ApiError(400, "ORDER_CLOSED", "该订单已关闭")
            if row["state"] != NOTPAY:
                raise ApiError(400, "ORDERPAID", "该订单已支付")
            if row["request"] != asked:
                raise ApiError(400, "INVALID_REQUEST", "201 商户订单号重复")
            return row

    def get(self, out_trade_no: str) -> sqlite3.Row:
        """One payment. Raises ApiError ORDER_NOT_EXIST."""
        row = self._store.one("SELECT * FROM wechat_trade WHERE out_trade_no = ?", out_trade_no)
        if row is None:
            raise ApiError(404, "ORDER_NOT_EXIST", "订单不存在")
        return row

    def find(self, column: str, value: str) -> sqlite3.Row | None:
        """One payment by `transaction_id` or `prepay_id`."""
        return self._store.one(f"SELECT * FROM wechat_trade WHERE {column} = ?", value)  # noqa: S608 names of our own

    def newest(self, limit: int, *, words: str = "") -> list[sqlite3.Row]:
        """The newest payments, for the phone and the panel: all, or those with these words in number or description."""
        return self._store.all(
            "SELECT * FROM wechat_trade WHERE instr(out_trade_no, ?) OR instr(description, ?)"
            " ORDER BY created_at DESC, rowid DESC LIMIT ?",
            words,
            words,
            limit,
        )

    def refunds(self, out_trade_no: str) -> list[sqlite3.Row]:
        """All refunds of a payment, oldest first."""
        return self._store.all("SELECT * FROM wechat_refund WHERE out_trade_no = ? ORDER BY created_at", out_trade_no)

    def newest_refunds(self, limit: int, *, words: str = "") -> list[sqlite3.Row]:
        """The newest refunds, for the panel: all, or those with these words in a number."""
        return self._store.all(
            "SELECT * FROM wechat_refund WHERE instr(out_trade_no, ?) OR instr(out_refund_no, ?)"
            " ORDER BY created_at DESC, rowid DESC LIMIT ?",
            words,
            words,
            limit,
        )

    def pay(self, out_trade_no: str, *, whatever_the_state: bool = False) -> sqlite3.Row:
        """The buyer pays. A second press changes nothing; `whatever_the_state` pays after a close, as races do."""
        with self._store.transaction():
            row = self.get(out_trade_no)
            if row["paid_at"] is not None:
                return row
            if not whatever_the_state and (row["state"] != NOTPAY or row["expires_at"] <= clock.now()):
                raise ApiError(400, "ORDER_CLOSED", "订单已关闭或已过期")
            coupon_fen = min(self._faults.take("coupon_fen", out_trade_no), row["total_fen"] - 1)
            self._store.execute(
                "UPDATE wechat_trade SET state = ?, paid_at = ?, coupon_fen = ?, frozen_fen = ? WHERE out_trade_no = ?",
                SUCCESS, clock.now(), coupon_fen, row["total_fen"] if row["sub_mchid"] else 0, out_trade_no,
            )  # fmt: skip
            row = self.get(out_trade_no)
            self._announce("TRANSACTION.SUCCESS", out_trade_no, dict(row))
            return row

    def close(self, out_trade_no: str) -> None:
        """Close a payment that nobody has made."""
        with self._store.transaction():
            row = self.get(out_trade_no)
            if row["paid_at"] is not None:
                raise ApiError(400, "ORDERPAID", "该订单已支付")
            self._store.execute("UPDATE wechat_trade SET state = ? WHERE out_trade_no = ?", CLOSED, out_trade_no)

    def refund(
        self, *, out_trade_no: str, out_refund_no: str, amount_fen: int, total_fen: int, reason: str, notify_url: str
    ) -> sqlite3.Row:
        """Accept a refund; a repeated number is the same refund. It is done a moment later, when nothing is set against it."""
        with self._store.transaction():
            row = self.get(out_trade_no)
            if row["paid_at"] is None or row["total_fen"] != total_fen:
                raise ApiError(400, "INVALID_REQUEST", "订单未支付或订单金额不一致")
            earlier = self._store.one("SELECT * FROM wechat_refund WHERE out_refund_no = ?", out_refund_no)
            if earlier is not None:
                if (earlier["out_trade_no"], earlier["amount_fen"]) != (out_trade_no, amount_fen):
                    raise ApiError(400, "INVALID_REQUEST", "退款单号重复且参数不一致")
                if earlier["status"] != CLOSED:
                    return earlier
                # A refund that failed is asked for again under the same number.
                self._store.execute("DELETE FROM wechat_refund WHERE out_refund_no = ?", out_refund_no)
            self._check_refund(row, amount_fen)
            refund_id = new_number("50")
            self._store.insert(
                "wechat_refund", refund_id=refund_id, out_refund_no=out_refund_no, out_trade_no=out_trade_no,
                amount_fen=amount_fen, reason=reason, notify_url=notify_url, status=PROCESSING, created_at=clock.now(),
            )  # fmt: skip
            self._store.execute(
                "UPDATE wechat_trade SET refunded_fen = refunded_fen + ?, frozen_fen = max(0, frozen_fen - ?), state = ?"
                " WHERE out_trade_no = ?",
                amount_fen, amount_fen, REFUND, out_trade_no,
            )  # fmt: skip
            status = self._faults.take("refund_status", out_refund_no) or self._faults.take(
                "refund_status", out_trade_no
            )
            if (status or SUCCESS) != PROCESSING:
                self.decide_refund(out_refund_no, status or SUCCESS)
            return self.get_refund(out_refund_no)

    def _check_refund(self, row: sqlite3.Row, amount_fen: int) -> None:
        if clock.now() - row["paid_at"] > REFUND_DAYS * DAY:
            raise ApiError(400, "INVALID_REQUEST", "交易时间超过一年的订单无法提交退款")
        earlier = self.refunds(row["out_trade_no"])
        if len(earlier) >= MOST_REFUNDS:
            raise ApiError(400, "INVALID_REQUEST", "一笔订单最多退款50次")
        if earlier and clock.now() - earlier[-1]["created_at"] < SECONDS_BETWEEN_REFUNDS / self._speed:
            raise ApiError(429, "FREQUENCY_LIMITED", "同一笔订单的退款间隔不能少于1分钟")
        if row["refunded_fen"] + amount_fen > row["total_fen"]:
            raise ApiError(400, "INVALID_REQUEST", "退款金额超过可退金额")
        split = self._store.one(
            "SELECT coalesce(sum(amount_fen - returned_fen), 0) AS kept FROM wechat_split WHERE transaction_id = ?",
            row["transaction_id"],
        )
        kept = split["kept"] if split else 0
        if row["sub_mchid"] and row["refunded_fen"] + amount_fen > row["total_fen"] - kept:
            raise ApiError(403, "NOT_ENOUGH", "已分账的金额需先回退")

    def decide_refund(self, out_refund_no: str, status: str) -> None:
        """How a refund ends: SUCCESS, ABNORMAL (and later one of the others), or CLOSED (then the amount is free again).

        Raises ApiError, and ValueError for another status.
        """
        if status not in (SUCCESS, ABNORMAL, CLOSED):
            raise ValueError(f"status must be {SUCCESS}, {ABNORMAL} or {CLOSED}")
        with self._store.transaction():
            refund = self.get_refund(out_refund_no)
            if refund["status"] not in (PROCESSING, ABNORMAL):
                raise ApiError(400, "INVALID_REQUEST", "退款已经有结果")
            self._store.execute(
                "UPDATE wechat_refund SET status = ?, done_at = ? WHERE out_refund_no = ?",
                status, clock.now(), out_refund_no,
            )  # fmt: skip
            if status == CLOSED:
                self._store.execute(
                    "UPDATE wechat_trade SET refunded_fen = refunded_fen - ? WHERE out_trade_no = ?",
                    refund["amount_fen"], refund["out_trade_no"],
                )  # fmt: skip
            self._announce(f"REFUND.{status}", refund["out_trade_no"], dict(self.get_refund(out_refund_no)))

    def get_refund(self, out_refund_no: str) -> sqlite3.Row:
        """One refund. Raises ApiError RESOURCE_NOT_EXISTS."""
        row = self._store.one("SELECT * FROM wechat_refund WHERE out_refund_no = ?", out_refund_no)
        if row is None:
            raise ApiError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
        return row

    # Custody: what is frozen, split, released and taken back

    def settle(self, *, transaction_id: str, sub_mchid: str, out_order_no: str, amount_fen: int) -> sqlite3.Row:
        """Split `amount_fen` off to the platform and release the rest; a repeated number is the same split."""
        with self._store.transaction():
            known = self._store.one("SELECT * FROM wechat_split WHERE out_order_no = ?", out_order_no)
            if known is not None:
                if (known["transaction_id"], known["amount_fen"]) != (transaction_id, amount_fen):
                    raise ApiError(400, "INVALID_REQUEST", "商户分账单号重复且参数不一致")
                return known  # one that failed too: under this number it has failed for good
            row = self.find("transaction_id", transaction_id)
            if row is None or row["sub_mchid"] != sub_mchid or row["paid_at"] is None:
                raise ApiError(404, "RESOURCE_NOT_EXISTS", "订单不存在")
            age = clock.now() - row["paid_at"]
            if age < SECONDS_BEFORE_SPLIT / self._speed:
                raise ApiError(400, "INVALID_REQUEST", "支付30秒后才能分账")
            if age > FREEZE_DAYS * DAY or not row["frozen_fen"]:
                raise ApiError(403, "NOT_ENOUGH", "冻结资金已解冻")
            if amount_fen > row["frozen_fen"] or amount_fen * 100 > row["total_fen"] * MOST_SPLIT_PERCENT:
                raise ApiError(403, "NOT_ENOUGH", "分账金额超过比例上限或可分金额")
            status = self._faults.take("split_status", out_order_no) or "FINISHED"
            released_fen = 0 if status == SPLIT_FAILED else row["frozen_fen"] - amount_fen
            paid_fen = 0 if status in (SPLIT_FAILED, SPLIT_PARTLY) else amount_fen
            self._store.insert(
                "wechat_split", out_order_no=out_order_no, order_id=new_number("30"), transaction_id=transaction_id,
                sub_mchid=sub_mchid, amount_fen=amount_fen, released_fen=released_fen,
                status=status, created_at=clock.now(),
            )  # fmt: skip
            self._store.execute(
                "UPDATE wechat_trade SET frozen_fen = frozen_fen - ? WHERE transaction_id = ?",
                released_fen + paid_fen, transaction_id,
            )  # fmt: skip
            return self.get_split(out_order_no)

    def get_split(self, out_order_no: str) -> sqlite3.Row:
        """One split. Raises ApiError RESOURCE_NOT_EXISTS."""
        row = self._store.one("SELECT * FROM wechat_split WHERE out_order_no = ?", out_order_no)
        if row is None:
            raise ApiError(404, "RESOURCE_NOT_EXISTS", "分账单不存在")
        return row

    def finish_split(self, out_order_no: str) -> None:
        """A split that was PROCESSING is done."""
        self._store.execute("UPDATE wechat_split SET status = 'FINISHED' WHERE out_order_no = ?", out_order_no)

    def take_back(self, *, out_order_no: str, out_return_no: str, amount_fen: int) -> sqlite3.Row:
        """Return (a part of) a split to the sub-merchant; a repeated number is the same return."""
        with self._store.transaction():
            known = self._store.one("SELECT * FROM wechat_return WHERE out_return_no = ?", out_return_no)
            if known is not None:
                if known["amount_fen"] != amount_fen:
                    raise ApiError(400, "INVALID_REQUEST", "回退单号重复且参数不一致")
                return known
            split = self.get_split(out_order_no)
            if split["returned_fen"] + amount_fen > split["amount_fen"]:
                raise ApiError(403, "NOT_ENOUGH", "回退金额超过分账金额")
            result = self._faults.take("return_result", out_return_no) or SUCCESS
            self._store.insert(
                "wechat_return", out_return_no=out_return_no, return_no=new_number("31"), out_order_no=out_order_no,
                amount_fen=amount_fen, result=result, created_at=clock.now(),
            )  # fmt: skip
            if result == SUCCESS:
                self._store.execute(
                    "UPDATE wechat_split SET returned_fen = returned_fen + ? WHERE out_order_no = ?",
                    amount_fen, out_order_no,
                )  # fmt: skip
            return self.get_return(out_return_no)

    def finish_returns(self) -> None:
        """Every return that was PROCESSING succeeds."""
        with self._store.transaction():
            for row in self._store.all("SELECT * FROM wechat_return WHERE result = 'PROCESSING'"):
                self._store.execute(
                    "UPDATE wechat_split SET returned_fen = returned_fen + ? WHERE out_order_no = ?",
                    row["amount_fen"], row["out_order_no"],
                )  # fmt: skip
            self._store.execute("UPDATE wechat_return SET result = 'SUCCESS' WHERE result = 'PROCESSING'")

    def get_return(self, out_return_no: str) -> sqlite3.Row:
        """One return. Raises ApiError RESOURCE_NOT_EXISTS."""
        row = self._store.one("SELECT * FROM wechat_return WHERE out_return_no = ?", out_return_no)
        if row is None:
            raise ApiError(404, "RESOURCE_NOT_EXISTS", "回退单不存在")
        return row

    def release_expired(self) -> None:
        """What was frozen for 180 days goes to the seller by itself."""
        self._store.execute(
            "UPDATE wechat_trade SET frozen_fen = 0 WHERE frozen_fen > 0 AND paid_at <= ?",
            clock.now() - FREEZE_DAYS * DAY,
        )
