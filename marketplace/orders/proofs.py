"""Which lines of a proof of escrow are whose: balances are their owner's, an escrow both sides' of its order."""

from django.db.models import Q, QuerySet
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.ledger import selectors as ledger
from marketplace.ledger.models import EscrowProof, EscrowProofLine, ProofBranch
from marketplace.orders.models import Order


def days() -> QuerySet[EscrowProof]:
    """Days whose proofs can be downloaded, newest first."""
    return ledger.days_with_lines()


def lines_of(user: User, proof: EscrowProof) -> list[EscrowProofLine]:
    """Every line of a day that concerns this person: balances first, then orders, by number."""
    balances = ledger.balance_lines_of(user).filter(proof=proof)
    return [*balances, *_escrow_lines(user).filter(proof=proof).order_by("reference")]


def line_for(user: User, line_id: int) -> EscrowProofLine:
    """One line, for those whose it is. Raises Http404 for anybody else, and when it was forgotten."""
    line = ledger.balance_lines_of(user).filter(pk=line_id).first() or _escrow_lines(user).filter(pk=line_id).first()
    if line is None:
        raise Http404
    return line


def _escrow_lines(user: User) -> QuerySet[EscrowProofLine]:
    own = Order.objects.filter(Q(buyer=user) | Q(seller=user, paid_at__isnull=False)).values("number")
    return EscrowProofLine.objects.filter(branch=ProofBranch.ESCROW, reference__in=own).select_related("proof")
