"""How long the books are kept (core/retention.py)."""

from marketplace.core.retention import Bound, Rule, days_of
from marketplace.ledger.models import EscrowProofLine, EscrowProofNodes

RULES: tuple[Rule, ...] = (
    Rule(
        "ledger.books",
        ("ledger.Account", "ledger.Wallet"),
        "the books, of which nothing is ever changed",
        "at least ten years; not removed",
        "税收征收管理法实施细则 §29",
    ),
    Rule(
        "ledger.proof_lines",
        ("ledger.EscrowProofLine", "ledger.EscrowProofNodes"),
        "that somebody finds their own money in the proof of a day",
        "{ledger.escrow_proof_days}; the roots stay",
        "our decision",
        "marketplace.ledger.tasks.forget_old_proof_lines",
        (
            Bound(
                lambda: EscrowProofLine.objects.all(), "proof__day", days_of("ledger.escrow_proof_days"), is_day=True
            ),
            Bound(
                lambda: EscrowProofNodes.objects.all(), "proof__day", days_of("ledger.escrow_proof_days"), is_day=True
            ),
        ),
    ),
)
