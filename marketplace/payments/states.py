"""Allowed moves of what payments keeps, one table each."""

from marketplace.core.transitions import Transition, TransitionTable
from marketplace.payments.errors import (
    CustodyError,
    CustodyErrorCode,
    InvoiceError,
    InvoiceErrorCode,
    OwnMoneyError,
    OwnMoneyErrorCode,
    PayoutError,
    PayoutErrorCode,
)
from marketplace.payments.models import (
    Invoice,
    InvoiceStatus,
    OwnMovement,
    OwnMovementStatus,
    Payout,
    PayoutStatus,
    Settlement,
    SettlementReturn,
    SettlementStatus,
    SubMerchant,
    SubMerchantStatus,
)

SYSTEM, STAFF, OWNER = "system", "staff", "owner"

_S = SettlementStatus
# Of a settlement and of its return alike; only a settlement is ever cancelled.
SETTLEMENT_TRANSITIONS: TransitionTable[SettlementStatus] = TransitionTable(
    (
        Transition(_S.DUE, _S.SENT, frozenset({SYSTEM}), "the institution is asked"),
        Transition(_S.SENT, _S.DONE, frozenset({SYSTEM}), "what was on its way has arrived"),
        Transition(_S.DUE, _S.STUCK, frozenset({SYSTEM})),
        Transition(_S.SENT, _S.STUCK, frozenset({SYSTEM}), "refused: finance has to look"),
        Transition(_S.STUCK, _S.DONE, frozenset({SYSTEM}), "an answer that came late: it had arrived after all"),
        Transition(_S.STUCK, _S.DUE, frozenset({STAFF}), "asked again; a return that failed gets a new number"),
        Transition(_S.STUCK, _S.CANCELLED, frozenset({STAFF}), "never came about: the share is back in the wallet"),
    )
)


def require_settlement_move(row: Settlement | SettlementReturn, to: SettlementStatus, *, actor: str = SYSTEM) -> None:
    """Raise unless the table allows this move.

    Two people of finance may press at the same time: CustodyError NOT_WAITING. What the program does by itself it must
    not get wrong: ValueError.
    """
    if SETTLEMENT_TRANSITIONS.allows(SettlementStatus(row.status), to, actor):
        return
    if actor == STAFF:
        raise CustodyError(CustodyErrorCode.NOT_WAITING)
    raise ValueError(f"{row} cannot go from {row.status} to {to}")


_N = SubMerchantStatus
SUB_MERCHANT_TRANSITIONS: TransitionTable[SubMerchantStatus] = TransitionTable(
    (
        Transition(_N.ASKED, _N.APPROVED, frozenset({STAFF}), "a second person agreed"),
        Transition(_N.ASKED, _N.REFUSED, frozenset({STAFF}), "it was never used"),
        Transition(_N.APPROVED, _N.REFUSED, frozenset({STAFF}), "it was never used: the seller knew nothing of it"),
        Transition(
            _N.APPROVED, _N.ACTIVE, frozenset({SYSTEM}), "its day has passed: it takes the place of the old one"
        ),
        Transition(
            _N.ACTIVE, _N.RETIRED, frozenset({SYSTEM, STAFF}), "replaced, or closed: no payment lands there now"
        ),
    )
)


def require_sub_merchant_move(row: SubMerchant, to: SubMerchantStatus, *, actor: str = STAFF) -> None:
    """Raise CustodyError NOT_WAITING unless the table allows this move: two people may press at the same time."""
    if not SUB_MERCHANT_TRANSITIONS.allows(SubMerchantStatus(row.status), to, actor):
        raise CustodyError(CustodyErrorCode.NOT_WAITING)


_P = PayoutStatus
PAYOUT_TRANSITIONS: TransitionTable[PayoutStatus] = TransitionTable(
    (
        Transition(_P.AWAITING_APPROVAL, _P.APPROVED, frozenset({STAFF}), "the second of two people agreed"),
        Transition(_P.AWAITING_APPROVAL, _P.REJECTED, frozenset({STAFF}), "the money is back in the wallet"),
        Transition(_P.AWAITING_APPROVAL, _P.CANCELLED, frozenset({OWNER}), "the money is back in the wallet"),
        Transition(_P.APPROVED, _P.CANCELLED, frozenset({OWNER}), "the money is back in the wallet"),
        Transition(_P.APPROVED, _P.SENT, frozenset({SYSTEM}), "the institution is asked"),
        Transition(_P.SENT, _P.AWAITING_PAYEE, frozenset({SYSTEM}), "WeChat: the payee has to confirm"),
        Transition(_P.SENT, _P.PAID, frozenset({SYSTEM}), "the institution holds this much less"),
        Transition(_P.SENT, _P.FAILED, frozenset({SYSTEM}), "the money is back in the wallet"),
        Transition(_P.AWAITING_PAYEE, _P.PAID, frozenset({SYSTEM}), "the institution holds this much less"),
        Transition(_P.AWAITING_PAYEE, _P.FAILED, frozenset({SYSTEM}), "the money is back in the wallet"),
        Transition(_P.PAID, _P.FAILED, frozenset({SYSTEM}), "a bank sent it back: it is in the wallet again"),
    )
)


def require_payout_move(payout: Payout, to: PayoutStatus, *, actor: str = SYSTEM) -> None:
    """Raise PayoutError NOT_POSSIBLE_NOW unless the table allows this move: two people may press at the same time."""
    if not PAYOUT_TRANSITIONS.allows(PayoutStatus(payout.status), to, actor):
        raise PayoutError(PayoutErrorCode.NOT_POSSIBLE_NOW)


_I = InvoiceStatus
INVOICE_TRANSITIONS: TransitionTable[InvoiceStatus] = TransitionTable(
    (
        Transition(_I.REQUESTED, _I.ISSUED, frozenset({SYSTEM}), "it has its number; a reversal ends its original"),
        Transition(_I.REQUESTED, _I.FAILED, frozenset({SYSTEM}), "refused: the person reads why and may ask again"),
        Transition(_I.REQUESTED, _I.CANCELLED, frozenset({SYSTEM}), "all was refunded before it was sent"),
        Transition(_I.FAILED, _I.REQUESTED, frozenset({STAFF}), "asked again once the cause is cleared"),
        Transition(_I.ISSUED, _I.REVERSING, frozenset({SYSTEM, STAFF}), "a refund, or finance: a reversal is due"),
        Transition(_I.REVERSING, _I.REVERSED, frozenset({SYSTEM}), "the reversal is issued; the rest is asked for"),
    )
)


def require_invoice_move(invoice: Invoice, to: InvoiceStatus, *, actor: str = SYSTEM) -> None:
    """Raise InvoiceError NOT_POSSIBLE_NOW unless the table allows this move: two people may press at the same time."""
    if not INVOICE_TRANSITIONS.allows(InvoiceStatus(invoice.status), to, actor):
        raise InvoiceError(InvoiceErrorCode.NOT_POSSIBLE_NOW)


_O = OwnMovementStatus
OWN_MOVEMENT_TRANSITIONS: TransitionTable[OwnMovementStatus] = TransitionTable(
    (
        Transition(_O.ASKED, _O.POSTED, frozenset({STAFF}), "a second person agreed: it is in the books"),
        Transition(_O.ASKED, _O.REFUSED, frozenset({STAFF}), "nothing was booked; it may be asked for again"),
    )
)


def require_own_movement_move(movement: OwnMovement, to: OwnMovementStatus) -> None:
    """Raise OwnMoneyError NOT_WAITING unless the table allows this move: two people may press at the same time."""
    if not OWN_MOVEMENT_TRANSITIONS.allows(OwnMovementStatus(movement.status), to, STAFF):
        raise OwnMoneyError(OwnMoneyErrorCode.NOT_WAITING)
