"""Postings of payouts: out of the wallet, on the way, arrived or come back."""

from marketplace.accounts.models import User
from marketplace.ledger.models import AccountKind, Transaction, TransactionKind
from marketplace.ledger.postings_custody import transit_account
from marketplace.ledger.services import AccountRef, Leg, clearing_account, open_wallet, post


def tax_account(*, user_id: int, year: int) -> AccountRef:
    """Income tax withheld from a seller in one year, owed to the tax office."""
    return AccountRef(f"tax:{user_id}:{year}", AccountKind.TAX_WITHHELD)


def begin_payout(*, user: User, reference: str, net_fen: int, tax_fen: int, year: int) -> Transaction:
    """The gross leaves the wallet: the net is on its way, the tax is withheld. Raises LedgerError INSUFFICIENT_FUNDS."""
    legs = [Leg(open_wallet(user).available_account, -(net_fen + tax_fen)), Leg(transit_account(), net_fen)]
    if tax_fen:
        legs.append(Leg(tax_account(user_id=user.pk, year=year), tax_fen))
    return post(kind=TransactionKind.PAYOUT_REQUESTED, key=f"payout:{reference}", reference=reference, legs=legs)


def finish_payout(*, gateway: str, reference: str, net_fen: int) -> Transaction:
    """It arrived: the gateway holds this much less for us."""
    return post(
        kind=TransactionKind.PAYOUT_PAID,
        key=f"payout:{reference}:paid",
        reference=reference,
        legs=[Leg(transit_account(), -net_fen), Leg(clearing_account(gateway), net_fen)],
    )


def return_payout(
    *, user: User, gateway: str, reference: str, net_fen: int, tax_fen: int, year: int, had_arrived: bool
) -> Transaction:
    """It did not go, or bounced after it had arrived: net and tax are the seller's again."""
    source = clearing_account(gateway) if had_arrived else transit_account()
    legs = [Leg(source, -net_fen), Leg(open_wallet(user).available_account, net_fen + tax_fen)]
    if tax_fen:
        legs.append(Leg(tax_account(user_id=user.pk, year=year), -tax_fen))
    return post(
        kind=TransactionKind.PAYOUT_RETURNED, key=f"payout:{reference}:returned", reference=reference, legs=legs
    )
