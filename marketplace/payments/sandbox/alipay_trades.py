"""The life of a trade at Alipay: created, opened by the buyer, paid, refunded, closed. No HTTP in here."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import clock
from .store import Store

WAITING, SUCCESS, FINISHED, CLOSED = "WAIT_BUYER_PAY", "TRADE_SUCCESS", "TRADE_FINISHED", "TRADE_CLOSED"


class BusinessError(Exception):
    """Alipay's business failure (code 40004): `sub_code` for programs, `sub_msg` for people."""

    def __init__(self, sub_code: str, sub_msg: str) -> None:
        super().__init__(f"{sub_code}: {sub_msg}")
        self.sub_code = sub_code
        self.sub_msg = sub_msg


@dataclass(frozen=True)
class Trade:
    """One row of `alipay_trade`."""

    trade_no: str
    out_trade_no: str
    method: str
    subject: str
    body: str
    passback_params: str
    total_fen: int
    refunded_fen: int
    status: str
    notify_url: str
    return_url: str
    quit_url: str
    qr_code: str | None
    created_at: float
    expires_at: float
    arrived_at: float | None
    paid_at: float | None
    closed_at: float | None
    sub_merchant_id: str
    settle_days: int


@dataclass(frozen=True)
class Refund:
    """One row of `alipay_refund`."""

    trade_no: str
    out_request_no: str
    amount_fen: int
    reason: str
    created_at: float


def new_number(length: int = 28) -> str:
    """Return a number in the style of Alipay's own: the day, then digits that cannot be guessed."""
    day = clock.format_moment(clock.now())[:10].replace("-", "")
    return day + "".join(secrets.choice("0123456789") for _ in range(length - len(day)))


class AlipayTrades:
    """Every change a trade can go through. Each change and its notification are kept together or not at all."""

    def __init__(self, store: Store, announce: Callable[[Trade, Refund | None], None]) -> None:
        self._store = store
        self._announce = announce

    def open(
        self, *, method: str, out_trade_no: str, subject: str, total_fen: int, expires_at: float, **details: Any
    ) -> Trade:
        """Record what the merchant asks for, or return the unpaid trade that the same number made before."""
        with self._store.transaction():
            self.close_expired()
            row = self._store.one("SELECT * FROM alipay_trade WHERE out_trade_no = ?", out_trade_no)
            if row is None:
                trade_no = new_number()
                self._store.insert(
                    "alipay_trade",
                    trade_no=trade_no,
                    out_trade_no=out_trade_no,
                    method=method,
                    subject=subject,
                    total_fen=total_fen,
                    status=WAITING,
                    created_at=clock.now(),
                    expires_at=expires_at,
                    **details,
                )
                return self._get(trade_no)
            trade = _trade(row)
            if trade.status == CLOSED and trade.paid_at is None:
                raise BusinessError("ACQ.TRADE_HAS_CLOSE", "交易已经关闭")
            if trade.status != WAITING:
                raise BusinessError("ACQ.TRADE_HAS_SUCCESS", "交易已被支付")
            if trade.total_fen != total_fen:
                raise BusinessError("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改")
            return self._change(
                trade,
                method=method,
                subject=subject,
                expires_at=expires_at,
                # A QR code that is already on somebody's screen stays good.
                **{
                    name: value
                    for name, value in details.items()
                    if value and not (name == "qr_code" and trade.qr_code)
                },
            )

    def find(self, *, out_trade_no: str = "", trade_no: str = "") -> Trade:
        """Return a trade that the buyer has opened; Alipay's own number wins when both are given.

        Until the buyer has opened the cashier there is no trade at Alipay, only a request for one.
        """
        trade = self.look_up(out_trade_no=out_trade_no, trade_no=trade_no)
        if trade is None or trade.arrived_at is None:
            raise BusinessError("ACQ.TRADE_NOT_EXIST", "交易不存在")
        return trade

    def look_up(self, *, out_trade_no: str = "", trade_no: str = "", qr_code: str = "") -> Trade | None:
        """Return what was asked for under a number or a QR code, opened by the buyer or not."""
        self.close_expired()
        column, value = next(
            (name, value)
            for name, value in (("trade_no", trade_no), ("qr_code", qr_code), ("out_trade_no", out_trade_no))
            if value or name == "out_trade_no"
        )
        row = self._store.one(f"SELECT * FROM alipay_trade WHERE {column} = ?", value)  # noqa: S608
        return _trade(row) if row else None

    def newest(self, limit: int, *, words: str = "") -> list[Trade]:
        """Return the newest trades for the panel: all, or those with these words in number or subject."""
        self.close_expired()
        return [
            _trade(row)
            for row in self._store.all(
                "SELECT * FROM alipay_trade WHERE instr(out_trade_no, ?) OR instr(subject, ?)"
                " ORDER BY created_at DESC, rowid DESC LIMIT ?",
                words,
                words,
                limit,
            )
        ]

    def arrive(self, trade_no: str) -> Trade:
        """The buyer opens the cashier, and the trade comes into being."""
        with self._store.transaction():
            trade = self._get(trade_no)
            if trade.arrived_at is None and trade.status == WAITING:
                trade = self._change(trade, arrived_at=clock.now())
            return trade

    def pay(self, trade_no: str) -> Trade:
        """The buyer pays. A second click finds the trade paid and changes nothing."""
        with self._store.transaction():
            self.close_expired()
            trade = self.arrive(trade_no)
            if trade.paid_at is not None:
                return trade
            if trade.status != WAITING:
                raise BusinessError("ACQ.TRADE_HAS_CLOSE", "交易已经关闭")
            trade = self._change(trade, status=SUCCESS, paid_at=clock.now())
            self._announce(trade, None)
            return trade

    def pay_late(self, trade_no: str) -> Trade:
        """A payment that was under way when the trade was closed lands all the same."""
        with self._store.transaction():
            trade = self._get(trade_no)
            if trade.status != CLOSED or trade.paid_at is not None:
                raise BusinessError("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
            now = clock.now()
            arrived_at = trade.arrived_at or now
            trade = self._change(trade, status=SUCCESS, paid_at=now, arrived_at=arrived_at, closed_at=None)
            self._announce(trade, None)
            return trade

    def close(self, trade_no: str) -> Trade:
        """Close a trade that waits for payment."""
        with self._store.transaction():
            trade = self._get(trade_no)
            if trade.status != WAITING:
                raise BusinessError("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
            trade = self._change(trade, status=CLOSED, closed_at=clock.now())
            # A request that no buyer has opened is no trade yet, and Alipay has nothing to tell.
            if trade.arrived_at is not None:
                self._announce(trade, None)
            return trade

    def finish(self, trade_no: str) -> Trade:
        """The refund window ends: paid for good."""
        with self._store.transaction():
            trade = self._get(trade_no)
            if trade.status != SUCCESS:
                raise BusinessError("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
            trade = self._change(trade, status=FINISHED)
            self._announce(trade, None)
            return trade

    def refund(self, trade_no: str, *, amount_fen: int, out_request_no: str, reason: str) -> tuple[Trade, Refund, bool]:
        """Give money back. Return the trade, the refund, and whether money moved now (not on a repeated request)."""
        with self._store.transaction():
            trade = self._get(trade_no)
            if not out_request_no:
                if amount_fen != trade.total_fen:
                    raise BusinessError("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "部分退款时 out_request_no 必填")
                out_request_no = trade.out_trade_no
            earlier = self.find_refund(trade, out_request_no)
            if earlier is not None:
                if earlier.amount_fen != amount_fen:
                    raise BusinessError("ACQ.DISCORDANT_REPEAT_REQUEST", "同一退款请求号的退款金额不一致")
                return trade, earlier, False
            if trade.status == FINISHED:
                raise BusinessError("ACQ.TRADE_HAS_FINISHED", "交易已完结")
            if trade.status != SUCCESS:
                raise BusinessError("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
            refunded_fen = trade.refunded_fen + amount_fen
            if refunded_fen > trade.total_fen:
                raise BusinessError("ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款金额超限")
            now = clock.now()
            self._store.insert(
                "alipay_refund",
                trade_no=trade_no,
                out_request_no=out_request_no,
                amount_fen=amount_fen,
                reason=reason,
                created_at=now,
            )
            trade = self._change(trade, refunded_fen=refunded_fen)
            if refunded_fen == trade.total_fen:
                trade = self._change(trade, status=CLOSED, closed_at=now)
            refund = Refund(trade_no, out_request_no, amount_fen, reason, now)
            self._announce(trade, refund)
            return trade, refund, True

    def cancel(self, trade_no: str) -> tuple[Trade, str]:
        """Undo a trade whatever its state. Return it with what was done: `close`, `refund`, or nothing."""
        with self._store.transaction():
            trade = self._get(trade_no)
            if trade.status == WAITING:
                return self.close(trade_no), "close"
            if trade.status == CLOSED:
                return trade, ""
            if trade.status == FINISHED:
                raise BusinessError("ACQ.TRADE_HAS_FINISHED", "交易已完结")
            trade, _, _ = self.refund(
                trade_no,
                amount_fen=trade.total_fen - trade.refunded_fen,
                out_request_no=f"cancel{new_number(20)}",
                reason="撤销交易",
            )
            return trade, "refund"

    def find_refund(self, trade: Trade, out_request_no: str) -> Refund | None:
        """Return one refund of a trade."""
        row = self._store.one(
            "SELECT * FROM alipay_refund WHERE trade_no = ? AND out_request_no = ?", trade.trade_no, out_request_no
        )
        return Refund(**dict(row)) if row else None

    def refunds(self, trade: Trade) -> list[Refund]:
        """Return all refunds of a trade, oldest first."""
        rows = self._store.all(
            "SELECT * FROM alipay_refund WHERE trade_no = ? ORDER BY created_at, rowid", trade.trade_no
        )
        return [Refund(**dict(row)) for row in rows]

    def newest_refunds(self, limit: int, *, words: str = "") -> list[sqlite3.Row]:
        """Return the newest refunds with their trades' numbers, for the panel; or those with these words in a number."""
        return self._store.all(
            "SELECT r.*, t.out_trade_no FROM alipay_refund r JOIN alipay_trade t USING (trade_no)"
            " WHERE instr(t.out_trade_no, ?) OR instr(r.out_request_no, ?)"
            " ORDER BY r.created_at DESC, r.rowid DESC LIMIT ?",
            words,
            words,
            limit,
        )

    def close_expired(self) -> None:
        """Close what ran out of time. Called before every read, so that nobody sees a trade that should be closed."""
        with self._store.transaction():
            for row in self._store.all(
                "SELECT trade_no FROM alipay_trade WHERE status = ? AND expires_at <= ?", WAITING, clock.now()
            ):
                self.close(row["trade_no"])

    def _get(self, trade_no: str) -> Trade:
        row = self._store.one("SELECT * FROM alipay_trade WHERE trade_no = ?", trade_no)
        if row is None:
            raise BusinessError("ACQ.TRADE_NOT_EXIST", "交易不存在")
        return _trade(row)

    def _change(self, trade: Trade, **columns: Any) -> Trade:
        assignments = ", ".join(f"{name} = ?" for name in columns)
        self._store.execute(
            f"UPDATE alipay_trade SET {assignments} WHERE trade_no = ?",  # noqa: S608
            *columns.values(),
            trade.trade_no,
        )
        return self._get(trade.trade_no)


def _trade(row: sqlite3.Row) -> Trade:
    return Trade(**dict(row))
