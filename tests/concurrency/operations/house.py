"""What the house itself does in the middle of it all."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from marketplace.ledger import escrow_proof, seals
from marketplace.orders.models import Order
from marketplace.payments import services
from tests.concurrency.operations.registry import operation
from tests.concurrency.world import Roll, World

# The house


@operation()
def seal(world: World, order: Order, roll: Roll) -> Any:
    """The books are sealed."""
    seal = seals.seal_books(day=timezone.localdate() + timedelta(days=roll.pick("day", range(9))))
    return seal and str(seal.day)


@operation()
def prove_escrow(world: World, order: Order, roll: Roll) -> Any:
    """The proof of all money owed is published. It disagrees with nothing, whatever is posted beside it."""
    proof = escrow_proof.publish_escrow_proof(day=timezone.localdate() + timedelta(days=roll.pick("day", range(9))))
    return proof and str(proof.day)


@operation()
def audit(world: World, order: Order, roll: Roll) -> int:
    """All money is audited in the middle of it all: the audit sees one moment, and finds nothing."""
    run = services.run_audit()
    assert run.violations == [], run.violations
    return run.transactions
