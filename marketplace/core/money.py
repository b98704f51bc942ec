"""Money is whole fen (分). Only templates and the gateways' edges speak yuan, through the functions here."""

from dataclasses import dataclass
from decimal import Decimal

FEN_PER_YUAN = 100
BASIS_POINTS = 10_000


@dataclass(frozen=True)
class CommissionSplit:
    """Who gets what of an order's money. Fee and share sum to what the buyer paid and a coupon of the platform together.

    `promotion_fen` is the coupon's part: the platform puts it in, out of its fee, so it is never more than that.
    """

    commission_fen: int
    seller_fen: int
    promotion_fen: int = 0

    @property
    def paid_fen(self) -> int:
        """What of it the buyer paid: this much leaves or enters escrow."""
        return self.commission_fen + self.seller_fen - self.promotion_fen

    @property
    def net_commission_fen(self) -> int:
        """What the platform keeps after its coupon: as much as an institution splits off for it."""
        return self.commission_fen - self.promotion_fen


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


def share_of(*, paid_fen: int, discount_fen: int, kept_fen: int, rate_basis_points: int) -> CommissionSplit:
    """Who gets what when `kept_fen` of the `paid_fen` of a buyer are kept, and a coupon took `discount_fen` off the price.

    Without a coupon it is `split_commission(kept_fen)`. With one, all of the price being kept, the seller gets what the full
    price would give and the platform its fee less the coupon; of a part, both get the same proportion of that. Each part
    grows with `kept_fen` and none of them by more, so that every sequence of refunds comes to the same fen and takes
    nothing from anybody twice.
    Raises ValueError for amounts that do not fit, a coupon above the fee among them.
    """
    if not discount_fen:
        return split_commission(amount_fen=kept_fen, rate_basis_points=rate_basis_points)
    full = split_commission(amount_fen=paid_fen + discount_fen, rate_basis_points=rate_basis_points)
    if not 0 < discount_fen <= full.commission_fen or not 0 <= kept_fen <= paid_fen or paid_fen <= 0:
        raise ValueError(f"cannot share {kept_fen} of {paid_fen} fen after a coupon of {discount_fen}")
    # Rounded half up, as every fee is.
    net_fen = (2 * kept_fen * (full.commission_fen - discount_fen) + paid_fen) // (2 * paid_fen)
    promotion_fen = discount_fen * kept_fen // paid_fen
    return CommissionSplit(
        commission_fen=net_fen + promotion_fen, seller_fen=kept_fen - net_fen, promotion_fen=promotion_fen
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


def display_money(amount_fen: int, *, exact: bool = False) -> str:
    """The amount for people with the currency sign, a minus before it: -12300 → "−¥123"."""
    return f"{'−' if amount_fen < 0 else ''}¥{display_yuan(abs(amount_fen), exact=exact)}"


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
