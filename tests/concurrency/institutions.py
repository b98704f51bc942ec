"""Payment institutions inside the test process: strict, with books of their own, never asked the portal's opinion.

The sandbox over HTTP takes 2 to 4 ms a call, and after every step all of its books would have to be asked for, trade by
trade: that time is better spent on more races. So this stands in for it, for speed only; the sandbox itself is what
tests/payments and the kill tests talk to. It is strict where a real institution might be lenient: whatever a
correct portal never asks for (more back than was paid, one number for two things, a call from inside a transaction) is
refused and remembered as a breach, and every breach fails the test.
"""

import hashlib
import hmac
import json
import threading
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from marketplace.core import clock
from marketplace.payments.gateways.base import (
    NotificationKind,
    PaymentState,
    RawRequest,
    RefundState,
    Rejected,
    SettleState,
    TransferState,
)

_REFUND_STANDS = (RefundState.DONE, RefundState.PROCESSING, RefundState.ABNORMAL)


@dataclass
class Refund:
    """Money on its way back to a buyer."""

    reference: str
    amount_fen: int
    state: RefundState


@dataclass
class Split:
    """A held payment's settlement, with what came back of our fee."""

    reference: str
    commission_fen: int
    seller_fen: int
    state: SettleState
    returns: dict[str, int] = field(default_factory=dict)


@dataclass
class Trade:
    """A payment as the institution has it."""

    number: str
    amount_fen: int
    sub_merchant_id: str
    trade_no: str
    state: PaymentState = PaymentState.PENDING
    paid_at: Any = None
    refunds: dict[str, Refund] = field(default_factory=dict)
    split: Split | None = None

    @property
    def refunded_fen(self) -> int:
        """What went back or is on its way."""
        return sum(refund.amount_fen for refund in self.refunds.values() if refund.state in _REFUND_STANDS)

    @property
    def arrived_back_fen(self) -> int:
        """What went back."""
        return sum(refund.amount_fen for refund in self.refunds.values() if refund.state == RefundState.DONE)


@dataclass
class Transfer:
    """Money to a person."""

    reference: str
    amount_fen: int
    account: str
    state: TransferState


@dataclass
class Notice:
    """A notification to send until it is acknowledged."""

    code: str
    kind: NotificationKind
    number: str  # of the payment, the refund or the transfer
    body: bytes
    signature: str
    is_true: bool = True
    acknowledged: bool = False
    says: str = ""  # the state it tells of


class Institution:
    """The books of one institution, and the levers of the people at its other end: buyers, payees, banks."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.is_slow = code == "wechatpay"  # refunds take days, payees confirm: WeChat's ways
        self.lock = threading.RLock()
        self._numbers = count(1)
        self._secret = code.encode() * 4
        self.forget()

    def forget(self) -> None:
        """An institution that nobody has used yet."""
        with self.lock:
            self.trades: dict[str, Trade] = {}
            self.transfers: dict[str, Transfer] = {}
            self.notices: list[Notice] = []
            self.breaches: list[str] = []
            self.own_fen = 0  # what the platform itself keeps there, to pay sellers whose buyers paid elsewhere

    def breach(self, text: str) -> Rejected:
        """Remember what a correct portal never asks for; returns the refusal to raise."""
        self.breaches.append(f"{self.code}: {text}")
        return Rejected("BREACH", text)

    def trade_of(self, number: str) -> Trade | None:
        """A payment by our number."""
        return self.trades.get(number)

    def holds_fen(self) -> int:
        """What it holds for the platform by its own books: received, less what left in any direction."""
        with self.lock:
            held = sum(self._held_of(trade) for trade in self.trades.values())
            return held - sum(row.amount_fen for row in self.transfers.values() if row.state == TransferState.DONE)

    def _held_of(self, trade: Trade) -> int:
        if trade.state != PaymentState.PAID:
            return 0
        if trade.split is None or trade.split.state != SettleState.DONE:
            return trade.amount_fen - trade.arrived_back_fen
        return trade.split.commission_fen - sum(trade.split.returns.values())

    # What people do there

    def pay(self, number: str, *, even_closed: bool = False) -> bool:
        """The buyer pays an open trade; `even_closed`: the bank's money lands after the close. Returns whether it did."""
        with self.lock:
            trade = self.trades.get(number)
            payable = (PaymentState.PENDING, PaymentState.CLOSED) if even_closed else (PaymentState.PENDING,)
            if trade is None or trade.state not in payable:
                return False
            trade.state, trade.paid_at = PaymentState.PAID, clock.now()
            self.tell_payment(trade)
            return True

    def decide_refund(self, reference: str, state: RefundState) -> bool:
        """A refund under way arrives (DONE) or cannot get through (ABNORMAL)."""
        with self.lock:
            for trade in self.trades.values():
                refund = trade.refunds.get(reference)
                if refund is not None and refund.state == RefundState.PROCESSING:
                    refund.state = state
                    self._tell(NotificationKind.REFUND, reference, state, trade=trade.number, amount=refund.amount_fen)
                    return True
            return False

    def unblock_refund(self, reference: str) -> None:
        """The cause of a refund that could not get through is gone: it is under way again."""
        with self.lock:
            for trade in self.trades.values():
                if reference in trade.refunds and trade.refunds[reference].state == RefundState.ABNORMAL:
                    trade.refunds[reference].state = RefundState.PROCESSING

    def decide_transfer(self, reference: str, state: TransferState) -> bool:
        """A transfer under way ends; one that arrived can still bounce (FAILED)."""
        with self.lock:
            transfer = self.transfers.get(reference)
            if transfer is None or transfer.state == TransferState.FAILED or transfer.state == state:
                return False
            transfer.state = state
            self._tell(NotificationKind.TRANSFER, reference, state, amount=transfer.amount_fen)
            return True

    def decide_split(self, number: str) -> bool:
        """A split under way is done."""
        with self.lock:
            split = self.trades[number].split if number in self.trades else None
            if split is None or split.state != SettleState.PROCESSING:
                return False
            split.state = SettleState.DONE
            return True

    def lie_about(self, number: str) -> Notice | None:
        """A notification with a valid signature and another amount; it is not among the true ones."""
        with self.lock:
            trade = self.trades.get(number)
            if trade is None:
                return None
            fields = self._payment_fields(trade) | {"amount": trade.amount_fen + 1, "state": PaymentState.PAID}
            return self._sealed(NotificationKind.PAYMENT, number, PaymentState.PAID, fields, is_true=False)

    # What it tells

    def raw(self, notice: Notice) -> RawRequest:
        """The notification as it goes over the wire."""
        return RawRequest("POST", f"/pay/{self.code}/notify/", {"signature": notice.signature}, notice.body)

    def is_overtaken(self, notice: Notice) -> bool:
        """Whether it tells of an arrival after which the money bounced: taken or set aside for a person, both are right."""
        transfer = self.transfers.get(notice.number)
        return bool(transfer) and transfer.state == TransferState.FAILED and notice.says == TransferState.DONE

    def _payment_fields(self, trade: Trade) -> dict[str, Any]:
        return {
            "number": trade.number,
            "state": trade.state,
            "trade_no": trade.trade_no,
            "amount": trade.amount_fen,
        }

    def tell_payment(self, trade: Trade) -> None:
        self.notices.append(
            self._sealed(NotificationKind.PAYMENT, trade.number, trade.state, self._payment_fields(trade))
        )

    def _tell(self, kind: NotificationKind, number: str, state: Any, **fields: Any) -> None:
        if self.is_slow or kind == NotificationKind.TRANSFER:  # Alipay tells of no refund by itself
            self.notices.append(self._sealed(kind, number, state, {"number": number, "state": state} | fields))

    def _sealed(
        self, kind: NotificationKind, number: str, state: Any, fields: dict[str, Any], *, is_true: bool = True
    ) -> Notice:
        body = json.dumps({"kind": kind, "id": next(self._numbers), "trade": number} | fields).encode()
        return Notice(self.code, kind, number, body, self.sign(body), is_true=is_true, says=str(state))

    def sign(self, body: bytes) -> str:
        """The institution's signature."""
        return hmac.new(self._secret, body, hashlib.sha256).hexdigest()

    def next_number(self) -> str:
        """A number of its own."""
        return f"{self.code}-{next(self._numbers):020d}"
