"""The figures that a level is decided by: counted ones only."""

from marketplace.reviews import locks
from marketplace.reviews.levels import gates
from marketplace.reviews.levels.gates import Figures
from marketplace.reviews.reputation import recompute_reputation


def counted_figures(user_id: int) -> Figures:
    """A seller's figures as the gates read them, locked until the transaction ends.

    Those that are being counted anew are waited for, and no decision misses them. A row that was never counted, or is marked
    for it, is counted here: its zeros would be read as gates that are missed.
    """
    row = locks.lock_reputation(user_id)
    if row.counted_on is None:
        row = recompute_reputation(user_id)
    return gates.figures_from(row)
