"""How an operation is registered, and what several of them do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from marketplace.core.errors import DomainError
from marketplace.ledger.errors import LedgerError
from marketplace.orders.models import Order
from marketplace.payments import services
from marketplace.payments.models import (
    Payment,
)
from tests.concurrency.facts import Fact
from tests.concurrency.institutions import Institution, Notice
from tests.concurrency.strict_gateway import LOST_AFTER, LOST_BEFORE
from tests.concurrency.world import Roll, World

LOSSES = ("", "", "", LOST_BEFORE, LOST_AFTER)
Run = Callable[[World, Order, Roll], Any]


@dataclass(frozen=True)
class Operation:
    """One thing that can happen to an order, and the facts that give it something to do (none: always)."""

    name: str
    run: Run
    needs: frozenset[Fact]
    refuses: tuple[type[Exception], ...]
    weight: float  # how often it is drawn, beside the others that have something to do


OPERATIONS: dict[str, Operation] = {}


def operation(
    *needs: Fact, refuses: tuple[type[Exception], ...] = (DomainError,), weight: float = 1
) -> Callable[[Run], Run]:
    """Register a function under its name."""

    def register(run: Run) -> Run:
        name = run.__name__.replace("_", " ")
        OPERATIONS[name] = Operation(name, run, frozenset(needs), refuses, weight)
        return run

    return register


def is_promised(operation: Operation, error: Exception) -> bool:
    """Whether this exception is an answer. The books refuse a correct program nothing: LedgerError never is."""
    return isinstance(error, operation.refuses) and not isinstance(error, LedgerError)


def institution_of(world: World, payment: Payment) -> Institution:
    """Where this payment is made."""
    return world.institutions[payment.gateway]


class WronglyAnswered(AssertionError):
    """A true notification was not acknowledged, or a lie was: always a finding, whoever told it."""


def post(world: World, notice: Notice) -> int:
    """Post one notification; what is true must be acknowledged, a lie must not be. Returns the status of the answer.

    Raises WronglyAnswered.
    """
    institution = world.institutions[notice.code]
    reply = services.receive_notification(gateway_code=notice.code, raw=institution.raw(notice))
    is_taken = reply.status == 200
    if is_taken:
        notice.acknowledged = True
    if is_taken != notice.is_true and not institution.is_overtaken(notice):
        raise WronglyAnswered(f"{notice.body!r} was answered {reply.status} {reply.body!r}")
    return reply.status


@operation(Fact.UNTOLD)
def tell(world: World, order: Order, roll: Roll) -> list[int]:
    """Everything that is not acknowledged yet is posted to us, newest first or oldest first."""
    untold = [notice for notice in world.notices(order) if not notice.acknowledged]
    if roll.pick("newest first", (True, False)):
        untold.reverse()
    return [post(world, notice) for notice in untold]
