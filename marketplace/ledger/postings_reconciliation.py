"""Postings that a gateway's bill calls for: its fees, and what a person decides about differences."""

from marketplace.ledger.models import AccountKind, Transaction, TransactionKind
from marketplace.ledger.services import AccountRef, Leg, clearing_account, post


def gateway_fees_account(gateway: str) -> AccountRef:
    """What a gateway keeps for its service: our expense, negative."""
    return AccountRef(f"fees:{gateway}", AccountKind.GATEWAY_FEES)


def suspense_account(gateway: str) -> AccountRef:
    """Money that a bill shows and nobody has explained yet: positive is money we hold for somebody unknown."""
    return AccountRef(f"suspense:{gateway}", AccountKind.SUSPENSE)


def book_gateway_fees(*, gateway: str, bill_reference: str, amount_fen: int) -> Transaction:
    """The fees of one bill: the gateway holds this much less for us."""
    return post(
        kind=TransactionKind.GATEWAY_FEE,
        key=f"bill:{bill_reference}:fees",
        reference=bill_reference,
        legs=[Leg(gateway_fees_account(gateway), -amount_fen), Leg(clearing_account(gateway), amount_fen)],
    )


def book_suspense(*, gateway: str, difference_id: int, amount_fen: int, reference: str = "") -> Transaction:
    """The gateway holds `amount_fen` more than our books say (less, when negative): kept apart until it is explained.

    `reference`: of the document by which two people decided it, if there is one.
    """
    return post(
        kind=TransactionKind.ADJUSTMENT,
        key=f"difference:{difference_id}:suspense",
        reference=reference or f"difference:{difference_id}",
        legs=[Leg(clearing_account(gateway), -amount_fen), Leg(suspense_account(gateway), amount_fen)],
    )


def book_fee_difference(*, gateway: str, difference_id: int, amount_fen: int) -> Transaction:
    """A fee other than expected is accepted: `amount_fen` more (or less, when negative) of our expense."""
    return post(
        kind=TransactionKind.ADJUSTMENT,
        key=f"difference:{difference_id}:fee",
        reference=f"difference:{difference_id}",
        legs=[Leg(gateway_fees_account(gateway), -amount_fen), Leg(clearing_account(gateway), amount_fen)],
    )
