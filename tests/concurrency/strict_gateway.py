"""The adapter that the portal calls instead of Alipay's or WeChat's: an institution of institutions.py behind it."""

import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from django.db import connection

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
from tests.concurrency.institutions import Institution, Refund, Split, Trade, Transfer

Call = TypeVar("Call", bound=Callable[..., Any])
LOST_BEFORE, LOST_AFTER = "before it was accepted", "after it was accepted"
_lost: ContextVar[str] = ContextVar("answers_lost", default="")


@contextmanager
def answers_lost(how: str) -> Iterator[None]:
    """Within the block, in this thread, calls end without an answer, done or not done as `how` says; "" is neither."""
    token = _lost.set(how)
    try:
        yield
    finally:
        _lost.reset(token)


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
        with self.institution.lock:
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
    refund_pause_seconds = 0

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
                here.tell_payment(trade)  # Alipay tells of the trade again, now with a refund
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
        if request.sub_merchant_id != trade.sub_merchant_id:
            raise here.breach(f"settlement {request.reference} of money that lies in another account")
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
