"""Payment institutions inside the test process: strict, with books of their own, never asked the portal's opinion.

The sandbox answers over HTTP with real signatures and takes 10 to 30 ms a call, in one process of its own on the same two
cores: the races here make tens of thousands of calls. So this stands in for it, for speed only; the sandbox itself is
what tests/payments and the kill tests talk to. It is strict where a real institution might be lenient: whatever a
correct portal never asks for (more back than was paid, one number for two things, a call from inside a transaction) is
refused and remembered as a breach, and every breach fails the test.
"""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from itertools import count
from typing import Any, TypeVar

from django.db import connection

from marketplace.core import clock
from marketplace.payments.gateways.base import (
    Capability,
    CloseOutcome,
    Notification,
    NotificationKind,
    PayIntent,
    PayIntentKind,
    PaymentState,
    PayRequest,
    PaySnapshot,
    RawReply,
    RawRequest,
    RefundRequest,
    RefundSnapshot,
    RefundState,
    Rejected,
    SettleRequest,
    SettleReturnRequest,
    SettleSnapshot,
    SettleState,
    SignatureInvalid,
    TransferRequest,
    TransferSnapshot,
    TransferState,
    Unknown,
)

Call = TypeVar("Call", bound=Callable[..., Any])
LOST_BEFORE, LOST_AFTER = "before it was accepted", "after it was accepted"
_lost: ContextVar[str] = ContextVar("answers_lost", default="")
_REFUND_STANDS = (RefundState.DONE, RefundState.PROCESSING, RefundState.ABNORMAL)


@contextmanager
def answers_lost(how: str) -> Iterator[None]:
    """Within the block, in this thread, calls end without an answer, done or not done as `how` says; "" is neither."""
    token = _lost.set(how)
    try:
        yield
    finally:
        _lost.reset(token)


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
        self._lock = threading.RLock()
        self._numbers = count(1)
        self._secret = code.encode() * 4
        self.forget()

    def forget(self) -> None:
        """An institution that nobody has used yet."""
        with self._lock:
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
        with self._lock:
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
        with self._lock:
            trade = self.trades.get(number)
            payable = (PaymentState.PENDING, PaymentState.CLOSED) if even_closed else (PaymentState.PENDING,)
            if trade is None or trade.state not in payable:
                return False
            trade.state, trade.paid_at = PaymentState.PAID, clock.now()
            self._tell_payment(trade)
            return True

    def decide_refund(self, reference: str, state: RefundState) -> bool:
        """A refund under way arrives (DONE) or cannot get through (ABNORMAL)."""
        with self._lock:
            for trade in self.trades.values():
                refund = trade.refunds.get(reference)
                if refund is not None and refund.state == RefundState.PROCESSING:
                    refund.state = state
                    self._tell(NotificationKind.REFUND, reference, state, trade=trade.number, amount=refund.amount_fen)
                    return True
            return False

    def unblock_refund(self, reference: str) -> None:
        """The cause of a refund that could not get through is gone: it is under way again."""
        with self._lock:
            for trade in self.trades.values():
                if reference in trade.refunds and trade.refunds[reference].state == RefundState.ABNORMAL:
                    trade.refunds[reference].state = RefundState.PROCESSING

    def decide_transfer(self, reference: str, state: TransferState) -> bool:
        """A transfer under way ends; one that arrived can still bounce (FAILED)."""
        with self._lock:
            transfer = self.transfers.get(reference)
            if transfer is None or transfer.state == TransferState.FAILED or transfer.state == state:
                return False
            transfer.state = state
            self._tell(NotificationKind.TRANSFER, reference, state, amount=transfer.amount_fen)
            return True

    def decide_split(self, number: str) -> bool:
        """A split under way is done."""
        with self._lock:
            split = self.trades[number].split if number in self.trades else None
            if split is None or split.state != SettleState.PROCESSING:
                return False
            split.state = SettleState.DONE
            return True

    def lie_about(self, number: str) -> Notice | None:
        """A notification with a valid signature and another amount; it is not among the true ones."""
        with self._lock:
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

    def _tell_payment(self, trade: Trade) -> None:
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


def call(method: Call) -> Call:
    """A call over the network: some milliseconds, now and then no answer, and never from inside a transaction."""

    @wraps(method)
    def over_the_wire(self: "StrictGateway", *args: Any, **kwargs: Any) -> Any:
        lost = _lost.get()
        if connection.in_atomic_block:
            self.institution.breach(f"{method.__name__} was called inside a transaction")
        time.sleep(0.001)  # lets the other threads go on, as a network would
        if lost == LOST_BEFORE:
            raise Unknown("no answer, and nothing was done")
        with self.institution._lock:
            answer = method(self, *args, **kwargs)
        if lost == LOST_AFTER:
            raise Unknown("no answer, though it was done")
        return answer

    return over_the_wire  # type: ignore[return-value]


class StrictGateway:
    """The adapter of an institution; `adapter_of` makes one class for each."""

    institution: Institution
    code: str
    freeze_limit_days = 180
    capabilities = frozenset(Capability)

    @staticmethod
    def is_configured() -> bool:
        return True

    @call
    def create(self, request: PayRequest) -> PayIntent:
        here, known = self.institution, self.institution.trades.get(request.out_trade_no)
        if known is None:
            owner = request.custody.sub_merchant_id if request.custody else ""
            here.trades[request.out_trade_no] = Trade(
                request.out_trade_no, request.amount_fen, owner, here.next_number()
            )
        elif known.amount_fen != request.amount_fen:
            raise here.breach(f"{request.out_trade_no} was opened with two amounts")
        elif known.state != PaymentState.PENDING:
            raise Rejected("TRADE_HAS_ENDED", known.state)
        return PayIntent(PayIntentKind.QR, qr_text=request.out_trade_no)

    @call
    def query(self, out_trade_no: str, *, sub_merchant_id: str = "") -> PaySnapshot:
        trade = self.institution.trades.get(out_trade_no)
        if trade is None:
            return PaySnapshot(out_trade_no, PaymentState.NOT_FOUND)
        return PaySnapshot(trade.number, trade.state, trade.trade_no, trade.amount_fen, trade.paid_at)

    @call
    def close(self, out_trade_no: str, *, sub_merchant_id: str = "") -> CloseOutcome:
        trade = self.institution.trades.get(out_trade_no)
        if trade is None:
            return CloseOutcome.NOT_FOUND
        if trade.state == PaymentState.PAID:
            return CloseOutcome.ALREADY_PAID
        trade.state = PaymentState.CLOSED
        return CloseOutcome.CLOSED

    @call
    def refund(self, request: RefundRequest) -> RefundSnapshot:
        here, trade = self.institution, self.institution.trades.get(request.out_trade_no)
        if trade is None or trade.state != PaymentState.PAID:
            raise here.breach(f"refund {request.reference} of a payment that was never made")
        known = trade.refunds.get(request.reference)
        if known is None:
            self._check_refund(trade, request)
            state = RefundState.PROCESSING if here.is_slow else RefundState.DONE
            known = trade.refunds[request.reference] = Refund(request.reference, request.amount_fen, state)
            if state == RefundState.DONE:
                here._tell_payment(trade)  # Alipay tells of the trade again, now with a refund
        elif known.amount_fen != request.amount_fen:
            raise here.breach(f"refund {request.reference} was asked for with two amounts")
        return RefundSnapshot(trade.number, known.reference, known.state, "", known.amount_fen)

    def _check_refund(self, trade: Trade, request: RefundRequest) -> None:
        here = self.institution
        if request.total_fen != trade.amount_fen:
            raise here.breach(f"refund {request.reference} says another total than was paid")
        if trade.refunded_fen + request.amount_fen > trade.amount_fen:
            raise here.breach(f"refunds of {trade.number} above what was paid")
        split = trade.split
        if split is None:
            return
        if split.state != SettleState.DONE:
            raise here.breach(f"refund {request.reference} while the settlement is under way")
        account_fen = split.seller_fen + sum(split.returns.values())
        spent_fen = trade.refunded_fen - (trade.amount_fen - split.seller_fen - split.commission_fen)
        if spent_fen + request.amount_fen > account_fen:
            raise here.breach(f"refund {request.reference} before the fee came back")

    @call
    def query_refund(self, out_trade_no: str, reference: str, *, sub_merchant_id: str = "") -> RefundSnapshot:
        trade = self.institution.trades.get(out_trade_no)
        refund = trade.refunds.get(reference) if trade else None
        if refund is None:
            return RefundSnapshot(out_trade_no, reference, RefundState.NOT_FOUND)
        return RefundSnapshot(out_trade_no, reference, refund.state, "", refund.amount_fen)

    @call
    def transfer(self, request: TransferRequest) -> TransferSnapshot:
        here, known = self.institution, self.institution.transfers.get(request.reference)
        if known is None:
            if request.amount_fen > here.holds_fen() + here.own_fen:
                raise Rejected("NOT_ENOUGH", "the platform's balance is short")
            state = TransferState.WAITING_FOR_PAYEE if here.is_slow else TransferState.PROCESSING
            known = here.transfers[request.reference] = Transfer(
                request.reference, request.amount_fen, request.account, state
            )
        elif (known.amount_fen, known.account) != (request.amount_fen, request.account):
            raise here.breach(f"transfer {request.reference} was asked for with other details")
        return self._transfer(known)

    @call
    def query_transfer(self, reference: str) -> TransferSnapshot:
        known = self.institution.transfers.get(reference)
        return self._transfer(known) if known else TransferSnapshot(reference, TransferState.NOT_FOUND)

    def _transfer(self, row: Transfer) -> TransferSnapshot:
        package = "package" if row.state == TransferState.WAITING_FOR_PAYEE else ""
        return TransferSnapshot(row.reference, row.state, "", row.amount_fen, confirm_package=package)

    # Custody

    @call
    def settle(self, request: SettleRequest) -> SettleSnapshot:
        here, trade = self.institution, self.institution.trades.get(request.out_trade_no)
        if trade is None or trade.state != PaymentState.PAID or not trade.sub_merchant_id:
            raise here.breach(f"settlement {request.reference} of what is not held")
        parts = (request.reference, request.commission_fen, request.seller_fen)
        if trade.split is None:
            if request.commission_fen + request.seller_fen != trade.amount_fen - trade.refunded_fen:
                raise here.breach(f"settlement {request.reference} of another sum than is held")
            if any(refund.state != RefundState.DONE for refund in trade.refunds.values()):
                raise here.breach(f"settlement {request.reference} while a refund is under way")
            state = SettleState.PROCESSING if here.is_slow else SettleState.DONE
            trade.split = Split(*parts, state)
        elif (trade.split.reference, trade.split.commission_fen, trade.split.seller_fen) != parts:
            raise here.breach(f"{request.out_trade_no} is settled twice")
        return SettleSnapshot(request.reference, trade.split.state, gateway_no=trade.trade_no)

    @call
    def query_settle(self, request: SettleRequest) -> SettleSnapshot:
        trade = self.institution.trades.get(request.out_trade_no)
        state = trade.split.state if trade and trade.split else SettleState.NOT_FOUND
        return SettleSnapshot(request.reference, state)

    @call
    def return_settle(self, request: SettleReturnRequest) -> SettleSnapshot:
        here, trade = self.institution, self.institution.trades.get(request.out_trade_no)
        split = trade.split if trade else None
        if split is None or split.state != SettleState.DONE or split.reference != request.split_reference:
            raise here.breach(f"return {request.reference} of what was not split")
        if split.returns.setdefault(request.reference, request.amount_fen) != request.amount_fen:
            raise here.breach(f"return {request.reference} was asked for with two amounts")
        if sum(split.returns.values()) > split.commission_fen:
            raise here.breach(f"more of our fee taken back than was split: {request.reference}")
        return SettleSnapshot(request.reference, SettleState.DONE)

    @call
    def query_return(self, request: SettleReturnRequest) -> SettleSnapshot:
        trade = self.institution.trades.get(request.out_trade_no)
        is_known = trade and trade.split and request.reference in trade.split.returns
        return SettleSnapshot(request.reference, SettleState.DONE if is_known else SettleState.NOT_FOUND)

    # Notifications

    def parse_notification(self, raw: RawRequest) -> Notification:
        if not hmac.compare_digest(self.institution.sign(raw.body), raw.headers.get("signature", "")):
            raise SignatureInvalid("signature")
        said = json.loads(raw.body)
        number, amount_fen, key = said["number"], said["amount"], f"{said['kind']}:{said['id']}"
        match NotificationKind(said["kind"]):
            case NotificationKind.PAYMENT:
                pay = PaySnapshot(number, PaymentState(said["state"]), said["trade_no"], amount_fen)
                return Notification(NotificationKind.PAYMENT, key, payment=pay)
            case NotificationKind.REFUND:
                back = RefundSnapshot(said["trade"], number, RefundState(said["state"]), "", amount_fen)
                return Notification(NotificationKind.REFUND, key, refund=back)
            case NotificationKind.TRANSFER:
                out = TransferSnapshot(number, TransferState(said["state"]), "", amount_fen)
                return Notification(NotificationKind.TRANSFER, key, transfer=out)

    def acknowledge(self, *, ok: bool, reason: str = "") -> RawReply:
        return RawReply(200 if ok else 400, reason.encode(), "text/plain")


def adapter_of(institution: Institution) -> type[StrictGateway]:
    """The class that `payments.gateways.gateway` makes an adapter of."""
    return type("StrictGateway", (StrictGateway,), {"institution": institution, "code": institution.code})
