"""What the portal asks of a payment institution: typed requests and results, in fen and aware datetimes.

Shape and reasons: facts/payments.md, section 8. An answer that did not come, or cannot be trusted, is `Unknown`: the
thing may have happened, so it is asked for again under the same number, never done again under a new one.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class GatewayError(Exception):
    """Something went wrong at the gateway."""

    log_level = logging.WARNING  # it is asked again, or says itself what to do


class Rejected(GatewayError):
    """Definitely not done: a bad parameter, a wrong state, too little money. `sub_code` is the gateway's own."""

    def __init__(self, sub_code: str, text: str = "") -> None:
        self.sub_code = sub_code
        super().__init__(f"{sub_code}: {text}")


class NumberSpent(Rejected):
    """A payment cannot be begun under this number (again): it was begun in another way, or is closed or paid already."""


class RateLimited(GatewayError):
    """Not accepted because we ask too often: nothing was done, the same request may come again later."""


class ConfigError(GatewayError):
    """The gateway does not know us: keys, merchant number or permissions are wrong. An operator has to act."""

    log_level = logging.ERROR


class Unknown(GatewayError):
    """Nobody knows whether it was done: a timeout, a broken answer, a signature that does not hold."""


class NotificationInvalid(GatewayError):
    """A notification that must not be believed; the message says why."""


class SignatureInvalid(NotificationInvalid):
    """Its signature is missing, malformed, or not the gateway's."""


class ReplayWindow(NotificationInvalid):
    """Its signature holds, but is too old or from the future."""


class DecryptFailed(NotificationInvalid):
    """Its content cannot be decrypted with any of our keys."""


class Malformed(NotificationInvalid):
    """It lacks what it must say, or says it in a form that we cannot read."""


class WrongMerchant(NotificationInvalid):
    """It is genuine, and meant for somebody else: another application, merchant or seller."""


class Capability(StrEnum):
    """What an adapter can do here and now."""

    PAGE = "page"  # a page on a desktop
    WAP = "wap"  # a page on a phone (WeChat calls it H5)
    QR = "qr"  # a code to scan
    JSAPI = "jsapi"  # inside the WeChat browser
    TRANSFER = "transfer"
    CUSTODY = "custody"
    BILL = "bill"


class PayScene(StrEnum):
    """Where the buyer stands while paying."""

    PAGE = "page"
    WAP = "wap"
    QR = "qr"
    JSAPI = "jsapi"


class PaymentState(StrEnum):
    NOT_FOUND = "not_found"  # the gateway has never seen the number: the buyer has not opened its page yet
    PENDING = "pending"
    PAID = "paid"
    CLOSED = "closed"


class CloseOutcome(StrEnum):
    CLOSED = "closed"
    ALREADY_PAID = "already_paid"
    NOT_FOUND = "not_found"


@dataclass(frozen=True)
class CustodyTerms:
    """Who is to be paid in the end: with them the gateway keeps the money frozen until it is settled."""

    sub_merchant_id: str


@dataclass(frozen=True)
class PayRequest:
    """A payment to begin. `expires_at` is passed on, so that the gateway's page dies with our order."""

    out_trade_no: str
    amount_fen: int
    subject: str
    expires_at: datetime
    return_url: str
    notify_url: str
    scene: PayScene
    client_ip: str = "127.0.0.1"
    openid: str = ""  # only for JSAPI
    custody: CustodyTerms | None = None


class PayIntentKind(StrEnum):
    REDIRECT = "redirect"
    QR = "qr"
    JSAPI = "jsapi"


@dataclass(frozen=True)
class PayIntent:
    """How the buyer goes on: a page to be sent to, a code to show, or parameters for WeChat's own script."""

    kind: PayIntentKind
    url: str = ""
    qr_text: str = ""
    jsapi: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PaySnapshot:
    """What the gateway says about one payment at one moment."""

    out_trade_no: str
    state: PaymentState
    gateway_trade_no: str = ""
    amount_fen: int = 0
    paid_at: datetime | None = None
    payer: str = ""  # the gateway's own name of the account that paid, where it says so


@dataclass(frozen=True)
class RefundRequest:
    """Money to give back. `reference` makes a repeated request the same refund; `total_fen` is what the payment was."""

    out_trade_no: str
    reference: str
    amount_fen: int
    total_fen: int
    reason: str
    notify_url: str = ""
    sub_merchant_id: str = ""  # where the money is held, in custody


class RefundState(StrEnum):
    NOT_FOUND = "not_found"
    PROCESSING = "processing"
    DONE = "done"
    ABNORMAL = "abnormal"  # the way back is blocked (a closed card): a person has to act
    FAILED = "failed"


@dataclass(frozen=True)
class RefundSnapshot:
    """What the gateway says about one refund at one moment."""

    out_trade_no: str
    reference: str
    state: RefundState
    gateway_refund_no: str = ""
    amount_fen: int = 0
    done_at: datetime | None = None


@dataclass(frozen=True)
class TransferRequest:
    """Money to a person. `reference` makes a repeated request the same transfer.

    `account` is an Alipay login, a WeChat openid, or a bank card number, as `destination` says.
    """

    reference: str
    amount_fen: int
    destination: str  # "alipay" | "wechat" | "bank_card"
    account: str
    real_name: str
    remark: str
    notify_url: str = ""


class TransferState(StrEnum):
    NOT_FOUND = "not_found"
    PROCESSING = "processing"
    WAITING_FOR_PAYEE = "waiting_for_payee"  # WeChat: the payee has to confirm
    DONE = "done"
    FAILED = "failed"  # including cancelled and expired: the money did not go, or came back


@dataclass(frozen=True)
class TransferSnapshot:
    """What the gateway says about one transfer at one moment. `confirm_package` opens WeChat's confirmation page."""

    reference: str
    state: TransferState
    gateway_transfer_no: str = ""
    amount_fen: int = 0
    fail_reason: str = ""
    confirm_package: str = ""
    done_at: datetime | None = None


@dataclass(frozen=True)
class SettleRequest:
    """Custody: split `commission_fen` off a held payment to the platform, and release the rest to the seller.

    `reference` makes a repeated request the same split. A commission of 0 only releases.
    """

    out_trade_no: str
    gateway_trade_no: str
    reference: str
    commission_fen: int
    seller_fen: int
    sub_merchant_id: str
    remark: str


@dataclass(frozen=True)
class SettleReturnRequest:
    """Custody: take a split back before a refund. `reference` is of the return, `split_reference` of what it undoes."""

    out_trade_no: str
    gateway_trade_no: str
    reference: str
    split_reference: str
    amount_fen: int
    sub_merchant_id: str
    remark: str


class SettleState(StrEnum):
    NOT_FOUND = "not_found"
    PROCESSING = "processing"
    DONE = "done"
    PARTLY_DONE = "partly_done"  # it is over, and some of the money has moved: neither to be repeated nor taken off
    FAILED = "failed"  # it is over, and all of the money is held as before


@dataclass(frozen=True)
class SettleSnapshot:
    """What the gateway says about a split, a release or a return of one."""

    reference: str
    state: SettleState
    gateway_no: str = ""
    problem: str = ""


class NotificationKind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"
    TRANSFER = "transfer"


@dataclass(frozen=True)
class RawRequest:
    """A request as it came: the bytes that were signed, and the headers with lower-case names."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class RawReply:
    """How the gateway wants to be answered."""

    status: int
    body: bytes
    content_type: str


@dataclass(frozen=True)
class Notification:
    """A verified notification: which copy it is, and what it says. `kind` tells which snapshot is set."""

    kind: NotificationKind
    dedupe_key: str
    payment: PaySnapshot | None = None
    refund: RefundSnapshot | None = None
    transfer: TransferSnapshot | None = None


class BillKind(StrEnum):
    TRADE = "trade"  # payments and refunds
    FUND = "fund"  # everything that moved the account: fees, splits, transfers too


class BillRowKind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"
    TRANSFER = "transfer"
    BOUNCE = "bounce"  # a transfer that arrived and was sent back
    FEE = "fee"
    SPLIT = "split"
    OTHER = "other"


@dataclass(frozen=True)
class BillRow:
    """One line of a gateway's bill. Amounts are positive fen; `kind` says which way they went.

    `fee_fen` is what the gateway kept; negative: what it gave back with a refund.
    """

    kind: BillRowKind
    out_trade_no: str  # our number of the payment, or of the transfer
    reference: str  # our number of the refund, else empty
    gateway_no: str
    amount_fen: int
    fee_fen: int
    at: datetime
    # Lines of an account only: what the line did to it (out is negative), and what it held afterwards.
    moved_fen: int = 0
    balance_fen: int | None = None


@dataclass(frozen=True)
class Bill:
    """A day's bill of one gateway, with the file as it came. A day without trade is an empty bill, not an error."""

    gateway: str
    kind: BillKind
    day: date
    rows: tuple[BillRow, ...]
    raw: bytes
    sha256: str


class PaymentGateway(Protocol):
    """One payment institution. Every call may raise Unknown, Rejected, RateLimited or ConfigError."""

    code: str
    capabilities: frozenset[Capability]
    # How long it wants between two refunds of one payment (facts/payments.md, section 3).
    refund_pause_seconds: int

    def create(self, request: PayRequest) -> PayIntent:
        """Begin a payment. The same `out_trade_no` again is the same payment; raises NumberSpent where it cannot be."""

    def query(self, out_trade_no: str, *, sub_merchant_id: str = "") -> PaySnapshot:
        """The state of a payment; a number that the gateway does not know is NOT_FOUND."""

    def close(self, out_trade_no: str, *, sub_merchant_id: str = "") -> CloseOutcome:
        """Make an unpaid payment impossible to pay."""

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Give money back; the same reference is the same refund."""

    def query_refund(self, out_trade_no: str, reference: str, *, sub_merchant_id: str = "") -> RefundSnapshot:
        """The state of a refund."""

    def transfer(self, request: TransferRequest) -> TransferSnapshot:
        """Pay a person out; the same reference is the same transfer."""

    def query_transfer(self, reference: str) -> TransferSnapshot:
        """The state of a transfer."""

    def cancel_transfer(self, reference: str) -> TransferSnapshot:
        """Take back a transfer that its payee has not confirmed."""

    def parse_notification(self, raw: RawRequest) -> Notification:
        """Verify, decrypt and type what the gateway posted. No database. Raises NotificationInvalid."""

    def acknowledge(self, *, ok: bool, reason: str = "") -> RawReply:
        """The answer to a notification: `ok` ends its repetition, anything else asks for it again."""

    def fetch_bill(self, day: date, kind: BillKind) -> Bill:
        """Download, check and read the bill of a past day (China's calendar)."""


class CustodyGateway(Protocol):
    """The part of a gateway that holds the money itself (WeChat 平台收付通, Alipay 直付通)."""

    freeze_limit_days: int

    def settle(self, request: SettleRequest) -> SettleSnapshot:
        """Split the commission off and release the rest to the seller."""

    def query_settle(self, request: SettleRequest) -> SettleSnapshot:
        """How far a settlement is."""

    def return_settle(self, request: SettleReturnRequest) -> SettleSnapshot:
        """Take a split back, so that a refund can follow."""

    def query_return(self, request: SettleReturnRequest) -> SettleSnapshot:
        """How far the return of a split is."""
