"""直付通: payments that land frozen in a sub-merchant's account, are split, released, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import clock
from .alipay_trades import FINISHED, SUCCESS, AlipayTrades, BusinessError, Trade, new_number
from .faults import Faults
from .money import format_yuan, parse_yuan
from .store import Store

SPLIT, RELEASE, RETURN = "split", "release", "return"
DAY = 24 * 60 * 60
LONGEST_PERIOD_DAYS = 365


class AlipayCustody:
    """Keeps what was split off and released of each held payment."""

    def __init__(self, store: Store, trades: AlipayTrades, faults: Faults) -> None:
        self._store = store
        self._trades = trades
        self._faults = faults
        self.handlers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "alipay.trade.order.settle": self.split,
            "alipay.trade.order.settle.query": self.query_split,
            "alipay.trade.settle.confirm": self.confirm,
            "alipay.trade.royalty.relation.bind": self.bind,
        }

    def bind(self, content: dict[str, Any]) -> dict[str, Any]:
        """Name who may receive splits."""
        receivers = content.get("receiver_list")
        if not isinstance(receivers, list) or not receivers:
            raise BusinessError("ACQ.INVALID_PARAMETER", "缺少 receiver_list")
        for receiver in receivers:
            account = str(receiver.get("account") or "") if isinstance(receiver, dict) else ""
            if not account:
                raise BusinessError("ACQ.INVALID_PARAMETER", "缺少分账接收方账号")
            self._store.execute("INSERT OR IGNORE INTO alipay_receiver (account) VALUES (?)", account)
        return {"result_code": "SUCCESS"}

    def split(self, content: dict[str, Any]) -> dict[str, Any]:
        """Move a part of a held payment to a receiver."""
        parts = content.get("royalty_parameters")
        if not isinstance(parts, list) or len(parts) != 1 or not isinstance(parts[0], dict):
            raise BusinessError("ACQ.INVALID_PARAMETER", "沙箱一次只分给一个接收方")
        receiver, amount_fen = str(parts[0].get("trans_in") or ""), _amount(parts[0])
        self.release_overdue()
        number = _number(content)
        with self._store.transaction():
            trade = self._held(content)
            earlier = self._find(SPLIT, trade, number)
            if earlier is None:
                if self._store.one("SELECT 1 FROM alipay_receiver WHERE account = ?", receiver) is None:
                    raise BusinessError("ACQ.ROYALTY_RECEIVER_INVALID", "分账接收方没有绑定")
                self._require_held(trade, amount_fen)
                status = self._faults.take("split_status", trade.out_trade_no) or "SUCCESS"
                self._add(SPLIT, trade, number, amount_fen, receiver=receiver, status=status)
            elif earlier["amount_fen"] != amount_fen:
                raise BusinessError("ACQ.DISCORDANT_REPEAT_REQUEST", "同一分账请求号的金额不一致")
            row = self._find(SPLIT, trade, number)
        if row is None:
            raise RuntimeError("The split just written is not there.")
        return {"trade_no": trade.trade_no, "settle_no": row["settle_no"]}

    def query_split(self, content: dict[str, Any]) -> dict[str, Any]:
        """Answer `alipay.trade.order.settle.query`."""
        row = self._find(SPLIT, self._held(content), _number(content))
        if row is None:
            raise BusinessError("ACQ.SETTLE_NOT_EXIST", "分账请求不存在")
        detail = {
            "operation_type": "transfer",
            "execute_dt": clock.format_moment(row["created_at"]),
            "trans_in": row["receiver"],
            "trans_in_type": "userId",
            "amount": format_yuan(row["amount_fen"]),
            "state": row["status"],
            "error_code": "RECEIVER_STATUS_ABNORMAL" if row["status"] == "FAIL" else "",
        }
        return {"out_request_no": row["out_request_no"], "royalty_detail_list": [detail]}

    def confirm(self, content: dict[str, Any]) -> dict[str, Any]:
        """Release held money to the sub-merchant."""
        info = content.get("settle_info")
        details = info.get("settle_detail_infos") if isinstance(info, dict) else None
        if not isinstance(details, list) or len(details) != 1 or not isinstance(details[0], dict):
            raise BusinessError("ACQ.INVALID_PARAMETER", "缺少 settle_detail_infos")
        number, amount_fen = _number(content), _amount(details[0])
        self.release_overdue()
        with self._store.transaction():
            trade = self._held(content)
            earlier = self._find(RELEASE, trade, number)
            if earlier is None:
                self._require_held(trade, amount_fen)
                self._add(RELEASE, trade, number, amount_fen)
            elif earlier["amount_fen"] != amount_fen:
                raise BusinessError("ACQ.DISCORDANT_REPEAT_REQUEST", "同一结算请求号的金额不一致")
        return {"trade_no": trade.trade_no, "out_request_no": number, "settle_amount": format_yuan(amount_fen)}

    def take_back(self, trade: Trade, number: str, parts: object) -> None:
        """退分账: a part of what was split off goes back to the sub-merchant."""
        if not isinstance(parts, list) or len(parts) != 1 or not isinstance(parts[0], dict):
            raise BusinessError("ACQ.INVALID_PARAMETER", "沙箱一次只退一笔分账")
        amount_fen, receiver = _amount(parts[0]), str(parts[0].get("trans_out") or "")
        with self._store.transaction():
            earlier = self._find(RETURN, trade, number)
            if earlier is not None:
                if earlier["amount_fen"] != amount_fen:
                    raise BusinessError("ACQ.DISCORDANT_REPEAT_REQUEST", "同一退款请求号的退分账金额不一致")
                return
            if amount_fen > self._sum(SPLIT, trade, receiver) - self._sum(RETURN, trade, receiver):
                raise BusinessError("ACQ.ALLOC_AMOUNT_VALIDATE_ERROR", "退分账金额超过已分账金额")
            result = self._faults.take("return_result", trade.out_trade_no) or "SUCCESS"
            status = "FAIL" if result == "FAILED" else result  # its word for what WeChat calls FAILED
            self._add(RETURN, trade, number, amount_fen, receiver=receiver, status=status)

    def returned(self, trade: Trade, number: str) -> list[dict[str, str]]:
        """What a refund query says about returned splits."""
        row = self._find(RETURN, trade, number)
        if row is None:
            return []
        return [
            {
                "refund_amount": format_yuan(row["amount_fen"]),
                "royalty_type": "transfer",
                "result_code": row["status"],
                "trans_out": row["receiver"],
            }
        ]

    def require_refundable(self, trade: Trade, amount_fen: int) -> None:
        """A refund is paid from the sub-merchant's account: what was split off and not returned is not there."""
        if not trade.sub_merchant_id:
            return
        gone = self._sum(SPLIT, trade) - self._sum(RETURN, trade)
        if amount_fen > trade.total_fen - trade.refunded_fen - gone:
            raise BusinessError("ACQ.SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足，请先退分账")

    def unsettled_fen(self, trade: Trade) -> int:
        """What is still frozen of a payment."""
        if trade.paid_at is None:
            return 0
        gone = self._sum(SPLIT, trade) - self._sum(RETURN, trade) + self._sum(RELEASE, trade) + trade.refunded_fen
        return max(trade.total_fen - gone, 0)

    def release_overdue(self) -> None:
        """At the end of the agreed period the rest goes to the sub-merchant by itself."""
        with self._store.transaction():
            for row in self._store.all(
                "SELECT trade_no FROM alipay_trade t WHERE sub_merchant_id <> '' AND paid_at + settle_days * ? <= ?"
                " AND NOT EXISTS (SELECT 1 FROM alipay_settlement s WHERE s.trade_no = t.trade_no AND s.kind = ?)",
                DAY, clock.now(), RELEASE,
            ):  # fmt: skip
                trade = self._trades.look_up(trade_no=row["trade_no"])
                if trade is not None and (held_fen := self.unsettled_fen(trade)):
                    self._add(RELEASE, trade, f"auto{new_number(20)}", held_fen)

    def set_status(self, number: str, status: str) -> bool:
        """Decide a split from outside, for instance one that was left PROCESSING. False when there is none."""
        if status not in ("SUCCESS", "PROCESSING", "FAIL"):
            raise ValueError("status must be SUCCESS, PROCESSING or FAIL")
        statement = "UPDATE alipay_settlement SET status = ? WHERE kind IN ('split', 'return') AND out_request_no = ?"
        return self._store.execute(statement, status, number) > 0

    def listing(self, trade: Trade) -> list[dict[str, Any]]:
        """Everything that happened to a held payment, for the control API."""
        rows = self._store.all("SELECT * FROM alipay_settlement WHERE trade_no = ? ORDER BY rowid", trade.trade_no)
        return [
            {"kind": row["kind"], "out_request_no": row["out_request_no"], "amount": format_yuan(row["amount_fen"]),
             "receiver": row["receiver"], "status": row["status"], "at": clock.format_moment(row["created_at"])}
            for row in rows
        ]  # fmt: skip

    def _held(self, content: dict[str, Any]) -> Trade:
        trade = self._trades.find(trade_no=str(content.get("trade_no") or ""))
        if not trade.sub_merchant_id:
            raise BusinessError("ACQ.TRADE_SETTLE_ERROR", "这笔交易不是直付通交易")
        return trade

    def _require_held(self, trade: Trade, amount_fen: int) -> None:
        if trade.status not in (SUCCESS, FINISHED):
            raise BusinessError("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
        if amount_fen > self.unsettled_fen(trade):
            raise BusinessError("ACQ.ALLOC_AMOUNT_VALIDATE_ERROR", "金额超过待结算金额")

    def _find(self, kind: str, trade: Trade, number: str) -> Any:
        return self._store.one(
            "SELECT * FROM alipay_settlement WHERE kind = ? AND trade_no = ? AND out_request_no = ?",
            kind, trade.trade_no, number,
        )  # fmt: skip

    def _add(
        self, kind: str, trade: Trade, number: str, amount_fen: int, *, receiver: str = "", status: str = "SUCCESS"
    ) -> None:
        self._store.insert(
            "alipay_settlement", kind=kind, trade_no=trade.trade_no, out_request_no=number, amount_fen=amount_fen,
            receiver=receiver, status=status, settle_no=new_number(), created_at=clock.now(),
        )  # fmt: skip

    def _sum(self, kind: str, trade: Trade, receiver: str = "") -> int:
        row = self._store.one(
            "SELECT coalesce(sum(amount_fen), 0) AS total FROM alipay_settlement"
            " WHERE kind = ? AND trade_no = ? AND status <> 'FAIL' AND (? = '' OR receiver = ?)",
            kind, trade.trade_no, receiver, receiver,
        )  # fmt: skip
        return int(row["total"]) if row else 0


def custody_of(content: dict[str, Any], total_fen: int) -> dict[str, Any]:
    """Whose account a payment lands in, and for how long it is frozen there: columns of the trade."""
    sub_merchant, info = content.get("sub_merchant"), content.get("settle_info")
    if sub_merchant is None and info is None:
        return {}
    number = str(sub_merchant.get("merchant_id") or "") if isinstance(sub_merchant, dict) else ""
    details = info.get("settle_detail_infos") if isinstance(info, dict) else None
    if not number or not isinstance(info, dict) or not isinstance(details, list) or len(details) != 1:
        raise BusinessError("ACQ.INVALID_PARAMETER", "直付通要同时传 sub_merchant 和 settle_info")
    if not isinstance(details[0], dict) or _amount(details[0]) != total_fen:
        raise BusinessError("ACQ.INVALID_PARAMETER", "结算金额和订单金额不一致")
    period = str(info.get("settle_period_time") or "1d")
    days = int(period[:-1]) if period.endswith("d") and period[:-1].isdigit() else 0
    if not 1 <= days <= LONGEST_PERIOD_DAYS:
        raise BusinessError("ACQ.INVALID_PARAMETER", "settle_period_time 应在 1d 到 365d 之间")
    return {"sub_merchant_id": number, "settle_days": days}


def _amount(part: dict[str, Any]) -> int:
    try:
        amount_fen = parse_yuan(part.get("amount"))
    except ValueError:
        amount_fen = 0
    if amount_fen < 1:
        raise BusinessError("ACQ.INVALID_PARAMETER", "金额无效")
    return amount_fen


def _number(content: dict[str, Any]) -> str:
    number = content.get("out_request_no")
    if not isinstance(number, str) or not 0 < len(number) <= 64:
        raise BusinessError("ACQ.INVALID_PARAMETER", "缺少 out_request_no")
    return number
