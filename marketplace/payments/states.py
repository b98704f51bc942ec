"""Allowed moves of what payments keeps, one table each."""

from marketplace.core.transitions import Transition, TransitionTable
from marketplace.payments.models import Settlement, SettlementStatus

SYSTEM, STAFF = "system", "staff"

_S = SettlementStatus
SETTLEMENT_TRANSITIONS: TransitionTable[SettlementStatus] = TransitionTable(
    (
        Transition(_S.DUE, _S.SENT, frozenset({SYSTEM}), "the institution is asked"),
        Transition(_S.SENT, _S.DONE, frozenset({SYSTEM}), "what was on its way has arrived"),
        Transition(_S.DUE, _S.STUCK, frozenset({SYSTEM})),
        Transition(_S.SENT, _S.STUCK, frozenset({SYSTEM}), "refused: finance has to look"),
        Transition(_S.STUCK, _S.DUE, frozenset({STAFF}), "asked again under the same number"),
    )
)


def require_settlement_move(settlement: Settlement, to: SettlementStatus, *, actor: str = SYSTEM) -> None:
    """Raise ValueError unless the table allows this move: only a programming error can ask for another."""
    if not SETTLEMENT_TRANSITIONS.allows(SettlementStatus(settlement.status), to, actor):
        raise ValueError(f"a settlement cannot go from {settlement.status} to {to}")
