"""What the portal asks of a payment institution: typed requests and results, in fen and aware datetimes.

Shape and reasons: facts/payments.md, section 8. An answer that did not come, or cannot be trusted, is `Unknown`: the
thing may have happened, so it is asked for again under the same number, never done again under a new one.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class GatewayError(Exception):
    """Something went wrong at the gateway."""


class Rejected(GatewayError):
    """Definitely not done: a bad parameter, a wrong state, too little money. `sub_code` is the gateway's own."""

    def __init__(self, sub_code: str, text: str = "") -> None:
        self.sub_code = sub_code
        super().__init__(f"{sub_code}: {text}")


class Unknown(GatewayError):
    """Nobody knows whether it was done: a timeout, a broken answer, a signature that does not hold."""


class NotificationInvalid(GatewayError):
    """A notification that must not be believed; the message says why."""


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
class PayRequest:
    """A payment to begin. `expires_at` is passed on, so that the gateway's page dies with our order."""

    out_trade_no: str
    amount_fen: int
    subject: str
    expires_at: datetime
    return_url: str
    notify_url: str
    is_phone: bool


@dataclass(frozen=True)
class PaySnapshot:
    """What the gateway says about one payment at one moment."""

    out_trade_no: str
    state: PaymentState
    gateway_trade_no: str = ""
    amount_fen: int = 0
    paid_at: datetime | None = None


@dataclass(frozen=True)
class RefundRequest:
    """Money to give back. `reference` makes a repeated request the same refund."""

    out_trade_no: str
    reference: str
    amount_fen: int
    reason: str


@dataclass(frozen=True)
class Notification:
    """A verified notification: which copy it is, and what it says."""

    dedupe_key: str
    snapshot: PaySnapshot
    raw: dict[str, str] = field(default_factory=dict)


class PaymentGateway(Protocol):
    """One payment institution."""

    code: str

    def payment_url(self, request: PayRequest) -> str:
        """Where to send the buyer's browser. Makes no call."""

    def query(self, out_trade_no: str) -> PaySnapshot:
        """The state of a payment. Raises Unknown."""

    def close(self, out_trade_no: str) -> CloseOutcome:
        """Make an unpaid payment impossible to pay. Raises Unknown."""

    def refund(self, request: RefundRequest) -> None:
        """Give money back; returns once it is done. Raises Rejected or Unknown; the same reference is the same refund."""

    def refund_is_done(self, out_trade_no: str, reference: str) -> bool:
        """Whether a refund was carried out. Raises Unknown."""

    def parse_notification(self, form: dict[str, str]) -> Notification:
        """Verify and type what the gateway posted. No database. Raises NotificationInvalid."""
