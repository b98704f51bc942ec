"""Reads of the books."""

from datetime import date
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.money import CommissionSplit
from marketplace.ledger.models import (
    AccountKind,
    Clearing,
    Entry,
    EscrowProof,
    EscrowProofLine,
    TransactionKind,
    Wallet,
)


def wallet_of(user: User) -> Wallet | None:
    """The user's wallet, or None before the first earnings."""
    return Wallet.objects.select_related("available_account", "pending_account").filter(user=user).first()


def waiting_clearings(wallet: Wallet) -> QuerySet[Clearing]:
    """What was earned and clears later, soonest first."""
    return wallet.clearings.filter(cleared_at=None).order_by("clears_at")


def waiting_figures(wallet: Wallet) -> dict[str, Any]:
    """How many amounts wait, and when the first of them clears (`number`, `first_at`)."""
    return waiting_clearings(wallet).order_by().aggregate(number=Count("pk"), first_at=Min("clears_at"))


def reversible_fen(*, seller: User, release_key: str) -> int:
    """What can be taken back of a release without a debt: what of it has not cleared, and the available balance, in fen.

    The reading side of `services.reverse_release`; it looks without locks, so the posting has the last word.
    """
    wallet = wallet_of(seller)
    if wallet is None:
        return 0
    waiting = waiting_clearings(wallet).filter(reference=release_key).first()
    return (waiting.amount_fen if waiting else 0) + wallet.available_fen


def due_clearing_ids() -> list[int]:
    """Clearings whose time has come."""
    return list(Clearing.objects.filter(cleared_at=None, clears_at__lte=clock.now()).values_list("pk", flat=True))


def coming_clearings(*, limit: int) -> list[Clearing]:
    """Earnings that clear next, soonest first. For staff: the page asks for the permission."""
    return list(Clearing.objects.filter(cleared_at=None).order_by("clears_at", "pk")[:limit])


def has_uncleared_release(order_number: str) -> bool:
    """Whether earnings of this order still wait to become available."""
    return Clearing.objects.filter(reference=f"order:{order_number}:release", cleared_at=None).exists()


def seller_share_fen(*, user: User, order_number: str) -> int:
    """What of an order is its seller's, in fen: released, less what refunds took back, less what of it repaid a debt.

    Not what the order left in the wallet: a refund may have taken its part from the income of another order.
    """
    own = Entry.objects.filter(account__owner=user, transaction__reference=order_number)
    shared = Q(transaction__kind__in=(TransactionKind.ESCROW_RELEASED, TransactionKind.RELEASE_REVERSED))
    repaid = Q(transaction__kind=TransactionKind.DEBT_REPAID, account__kind=AccountKind.USER_PENDING)
    return own.filter(shared | repaid).aggregate(total=Sum("amount_fen"))["total"] or 0


def reversed_release(*, refund_reference: str) -> CommissionSplit:
    """How a refund after the release was taken back: the platform's part, its coupon's and the seller's, in fen."""
    legs = Entry.objects.filter(
        transaction__kind=TransactionKind.RELEASE_REVERSED,
        transaction__idempotency_key=f"refund:{refund_reference}:reverse",
    )
    sums = dict(legs.values_list("account__kind").annotate(total=Sum("amount_fen")).order_by())
    fee_fen, promotion_fen = -sums.get(AccountKind.COMMISSION, 0), sums.get(AccountKind.PROMOTIONS, 0)
    return CommissionSplit(
        commission_fen=fee_fen,
        seller_fen=sums.get(AccountKind.ESCROW, 0) - fee_fen + promotion_fen,
        promotion_fen=promotion_fen,
    )


def escrow_proofs() -> QuerySet[EscrowProof]:
    """All published days, newest first."""
    return EscrowProof.objects.order_by("-pk")


def latest_escrow_proof() -> EscrowProof | None:
    """The newest published day, or None before the first night."""
    return escrow_proofs().first()


def escrow_proof_of(day: str) -> EscrowProof:
    """The published day `2026-11-23`. Raises Http404 for a day that was not published, or no day at all."""
    try:
        proof = escrow_proofs().filter(day=date.fromisoformat(day)).first()
    except ValueError:
        proof = None
    if proof is None:
        raise Http404
    return proof


def days_with_lines() -> QuerySet[EscrowProof]:
    """Published days whose lines are still kept, newest first."""
    return escrow_proofs().filter(Exists(EscrowProofLine.objects.filter(proof=OuterRef("pk"))))


def balance_lines_of(user: User) -> QuerySet[EscrowProofLine]:
    """The lines of a person's own balances and withdrawals. Whose an order's line is, orders knows."""
    return EscrowProofLine.objects.filter(owner=user).select_related("proof").order_by("kind", "pk")


def entries_of(reference: str) -> QuerySet[Entry]:
    """Every line of the books under one reference, oldest first, with its transaction and account."""
    lines = Entry.objects.filter(transaction__reference=reference).select_related("transaction", "account")
    return lines.order_by("transaction__created_at", "pk")
