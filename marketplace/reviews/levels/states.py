"""The moves of a seller's level and of a candidate for Select, in two tables. Read this first."""

from marketplace.accounts.models import SellerLevelChoice
from marketplace.core.transitions import Transition, TransitionTable
from marketplace.reviews.models import SelectionStatus

# GATES: figures that meet every gate; CLOCK: gates missed until the grace period was over.
# STAFF: a person who chose a candidate, or gave back after an appeal what was lost.
GATES, CLOCK, STAFF = "gates", "clock", "staff"
# In ascending order.
LEVELS = (SellerLevelChoice.NEW, SellerLevelChoice.ONE, SellerLevelChoice.TWO, SellerLevelChoice.TOP)


def _row(
    source: SellerLevelChoice, target: SellerLevelChoice, *actors: str, effect: str = ""
) -> Transition[SellerLevelChoice]:
    return Transition(source, target, frozenset(actors), effect)


_L = SellerLevelChoice
LEVEL_TRANSITIONS: TransitionTable[SellerLevelChoice] = TransitionTable(
    (
        _row(_L.NEW, _L.ONE, GATES, STAFF),
        _row(_L.NEW, _L.TWO, GATES, STAFF, effect="both levels' gates are met: nobody waits twice"),
        _row(_L.ONE, _L.TWO, GATES, STAFF),
        _row(_L.TWO, _L.TOP, STAFF, effect="a candidate was chosen, or an appeal gave it back"),
        _row(_L.ONE, _L.TOP, STAFF, effect="only what an appeal gives back"),
        _row(_L.NEW, _L.TOP, STAFF, effect="only what an appeal gives back"),
        _row(_L.TOP, _L.TWO, CLOCK),
        _row(_L.TOP, _L.ONE, CLOCK),
        _row(_L.TOP, _L.NEW, CLOCK),
        _row(_L.TWO, _L.ONE, CLOCK),
        _row(_L.TWO, _L.NEW, CLOCK),
        _row(_L.ONE, _L.NEW, CLOCK),
    )
)


def _step(
    source: SelectionStatus, target: SelectionStatus, actor: str, effect: str = ""
) -> Transition[SelectionStatus]:
    return Transition(source, target, frozenset({actor}), effect)


_S = SelectionStatus
SELECTION_TRANSITIONS: TransitionTable[SelectionStatus] = TransitionTable(
    (
        _step(_S.OPEN, _S.CHOSEN, STAFF, effect="the seller is Select"),
        _step(_S.OPEN, _S.REFUSED, STAFF, effect="looked at again after levels.selection_again_days"),
        _step(_S.OPEN, _S.LAPSED, GATES, effect="the gates are no longer met; opened anew when they are"),
    )
)


def rank(level: str) -> int:
    """0 for new sellers, 3 for Select."""
    return LEVELS.index(SellerLevelChoice(level))
