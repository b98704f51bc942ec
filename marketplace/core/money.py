"""Money is whole fen (分). Only templates and the gateways' edges speak yuan, through the functions here."""

from dataclasses import dataclass
from decimal import Decimal

FEN_PER_YUAN = 100
BASIS_POINTS = 10_000


@dataclass(frozen=True)
class CommissionSplit:
    """The two parts of an order's price; they always sum to the whole."""

    commission_fen: int
    seller_fen: int


def split_commission(*, amount_fen: int, rate_basis_points: int) -> CommissionSplit:
    """Split `amount_fen` into the platform's service fee and the seller's share.

    The fee is rounded half up to the fen, and the seller gets the rest, so that nothing is lost or made.
    Raises ValueError for a negative amount or a rate outside 0..10000 basis points.
    Product decision: the fee is taken from the seller, never added to what the buyer pays.
    """
    if amount_fen < 0 or not 0 <= rate_basis_points <= BASIS_POINTS:
        raise ValueError(f"cannot split {amount_fen} fen at {rate_basis_points} basis points")
    commission_fen = (amount_fen * rate_basis_points + BASIS_POINTS // 2) // BASIS_POINTS
    return CommissionSplit(commission_fen=commission_fen, seller_fen=amount_fen - commission_fen)


def split_refund(*, kept_fen: int, refund_fen: int, rate_basis_points: int) -> CommissionSplit:
    """How a refund is borne when `kept_fen` of the price was shared so far: what the platform's fee and the seller's
    share lose by it, in fen. The difference of two splits, so that several refunds lose no fen either.

    Raises ValueError for more than there is.
    """
    before = split_commission(amount_fen=kept_fen, rate_basis_points=rate_basis_points)
    after = split_commission(amount_fen=kept_fen - refund_fen, rate_basis_points=rate_basis_points)
    return CommissionSplit(
        commission_fen=before.commission_fen - after.commission_fen, seller_fen=before.seller_fen - after.seller_fen
    )


def yuan_text(amount_fen: int) -> str:
    """The amount as a plain decimal string for a gateway: 128000 → "1280.00"."""
    sign = "-" if amount_fen < 0 else ""
    yuan, fen = divmod(abs(amount_fen), FEN_PER_YUAN)
    return f"{sign}{yuan}.{fen:02d}"


def display_yuan(amount_fen: int, *, exact: bool = False) -> str:
    """The amount for people, without the currency sign: 128000 → "1,280", or "1,280.00" when `exact`.

    Fen are shown whenever there are any, so that a shown price is never a rounded one.
    """
    sign = "−" if amount_fen < 0 else ""
    yuan, fen = divmod(abs(amount_fen), FEN_PER_YUAN)
    return f"{sign}{yuan:,}.{fen:02d}" if exact or fen else f"{sign}{yuan:,}"


def parse_yuan(text: str | Decimal) -> int:
    """Fen from a decimal amount in yuan. Raises ValueError when it is not a number with at most two decimal places."""
    try:
        fen = Decimal(text) * FEN_PER_YUAN
    except ArithmeticError as error:
        raise ValueError(f"not an amount: {text!r}") from error
    # Decimal computes with 28 digits: beyond them "whole" would be a rounding, and "1e999999" a very long number.
    if not fen.is_finite() or fen.adjusted() > 24 or fen != fen.to_integral_value():
        raise ValueError(f"not a whole number of fen: {text!r}")
    return int(fen)
