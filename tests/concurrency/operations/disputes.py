"""Ending an order together, and a dispute from its opening to the money."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied

from marketplace.core.errors import DomainError
from marketplace.orders import services as orders
from marketplace.orders.models import DeadlineKind, Order, OrderProposal, ProposalKind
from tests.concurrency.facts import Fact
from tests.concurrency.operations.registry import operation
from tests.concurrency.world import Roll, World, at

_RUNNING = (Fact.IN_PROGRESS, Fact.DELIVERED, Fact.REVISION_REQUESTED)
# Whoever proposed it cannot answer it; which side that is may change between the look and the act.
_ANSWERS = (DomainError, PermissionDenied)


def _side(order: Order, roll: Roll) -> Any:
    return getattr(order, roll.pick("side", ("buyer", "seller")))


def _newest(order: Order, kind: ProposalKind) -> int:
    return OrderProposal.objects.filter(order=order, kind=kind).values_list("pk", flat=True).first() or 0


@operation(*_RUNNING)
def propose_to_cancel(world: World, order: Order, roll: Roll) -> Any:
    """One side asks the other to end it."""
    return orders.propose_cancellation(order_id=order.pk, user=_side(order, roll)).pk


@operation(*_RUNNING, refuses=_ANSWERS)
def answer_to_cancel(world: World, order: Order, roll: Roll) -> Any:
    """The newest proposal is accepted, declined or taken back."""
    act = roll.pick("answer", (orders.accept_cancellation, orders.decline_cancellation, orders.withdraw_cancellation))
    return act(order_id=order.pk, proposal_id=_newest(order, ProposalKind.CANCEL), user=_side(order, roll))


@operation(*_RUNNING)
def silence_cancels(world: World, order: Order, roll: Roll) -> bool:
    """The time to answer is over."""
    proposal = OrderProposal.objects.filter(order=order, kind=ProposalKind.CANCEL).first()
    with at(proposal.expires_at if proposal else None):
        return orders.run_deadline(order_id=order.pk, kind=DeadlineKind.PROPOSAL_CANCEL)


@operation(Fact.DISPUTED)
def answer_dispute(world: World, order: Order, roll: Roll) -> Any:
    """The other side tells its view."""
    return orders.answer_dispute(order_id=order.pk, user=_side(order, roll), text="我的说法。").status


@operation(Fact.DISPUTED)
def add_evidence(world: World, order: Order, roll: Roll) -> Any:
    """Either side adds a word."""
    return orders.add_evidence(order_id=order.pk, user=_side(order, roll), text="补一句。").pk


@operation(Fact.DISPUTED)
def take_dispute_back(world: World, order: Order, roll: Roll) -> Any:
    """Who opened it lets it be."""
    return orders.withdraw_dispute(order_id=order.pk, user=_side(order, roll)).status


@operation(Fact.DISPUTED)
def propose_split(world: World, order: Order, roll: Roll) -> Any:
    """One side proposes a division."""
    refund_fen = roll.pick("to the buyer", (0, 1, order.kept_fen // 2, order.kept_fen))
    return orders.propose_split(order_id=order.pk, user=_side(order, roll), refund_fen=refund_fen).pk


@operation(Fact.DISPUTED, refuses=_ANSWERS)
def answer_split(world: World, order: Order, roll: Roll) -> Any:
    """The newest division is accepted, declined or taken back."""
    act = roll.pick("answer", (orders.accept_split, orders.accept_split, orders.decline_split, orders.withdraw_split))
    return str(act(order_id=order.pk, proposal_id=_newest(order, ProposalKind.SPLIT), user=_side(order, roll)))


@operation(Fact.DISPUTED, refuses=(DomainError, ValueError))  # ValueError: more than is left of the price, as it says
def decide_dispute(world: World, order: Order, roll: Roll) -> Any:
    """One of two mediators shares what is left of the price, for the first time or on appeal."""
    refund_fen = roll.pick("to the buyer", (0, 1, order.kept_fen // 2, order.kept_fen))
    mediator = roll.pick("mediator", world.cast.mediators)
    decided = orders.decide_dispute(
        order_id=order.pk, mediator=mediator, refund_fen=refund_fen, explanation="各让一步。"
    )
    return decided.number


@operation(Fact.DISPUTED)
def accept_decision(world: World, order: Order, roll: Roll) -> Any:
    """A side agrees with the decision."""
    return orders.accept_decision(order_id=order.pk, user=_side(order, roll)).status


@operation(Fact.DISPUTED)
def appeal_decision(world: World, order: Order, roll: Roll) -> Any:
    """A side does not."""
    return orders.appeal_decision(order_id=order.pk, user=_side(order, roll), text="再看一次。").status


@operation(Fact.DISPUTED, weight=2)
def dispute_clocks(world: World, order: Order, roll: Roll) -> list[bool]:
    """Some clock of the dispute has run out, or all of them have."""
    kinds = (
        DeadlineKind.DISPUTE_ANSWER,
        DeadlineKind.DISPUTE_MEDIATION,
        DeadlineKind.DISPUTE_DECISION,
        DeadlineKind.DISPUTE_APPEAL,
    )
    # Longer than each of them, and with clearing still within what `Races.settle_down` looks ahead.
    with at(order.updated_at, plus=timedelta(days=16)):
        return [
            orders.run_deadline(order_id=order.pk, kind=kind)
            for kind in roll.pick("which", (kinds, kinds[:1], kinds[1:2], kinds[3:]))
        ]
