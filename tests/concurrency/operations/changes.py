"""What two people change about a running order, a tip after it, and an agreement in stages."""

from typing import Any

from django.core.exceptions import PermissionDenied

from marketplace.core.errors import DomainError
from marketplace.orders import services as orders
from marketplace.orders.models import DeadlineKind, MilestonePlan, Order, OrderKind, OrderProposal, ProposalKind
from marketplace.orders.states import ProposalStatus
from tests.concurrency.facts import Fact
from tests.concurrency.operations.registry import operation
from tests.concurrency.world import Roll, World, at

_RUNNING = (Fact.AWAITING_REQUIREMENTS, Fact.IN_PROGRESS, Fact.DELIVERED, Fact.REVISION_REQUESTED)
LOWER_PRICE = "少做一版"  # the words by which its refund is known again
_CLOCKS = {
    ProposalKind.EXTEND: DeadlineKind.PROPOSAL_EXTEND,
    ProposalKind.DISCOUNT: DeadlineKind.PROPOSAL_DISCOUNT,
    ProposalKind.SUPPLEMENT: DeadlineKind.PROPOSAL_SUPPLEMENT,
}
KINDS = (*_CLOCKS, ProposalKind.REVISION)


@operation(*_RUNNING)
def propose_change(world: World, order: Order, roll: Roll) -> Any:
    """A side asks for more time, offers a lower price, proposes additional work, or asks for one more revision."""
    kind = roll.pick("kind", KINDS)
    side = roll.pick("side", ("buyer", "seller"))
    return orders.propose(
        order_id=order.pk,
        user=getattr(order, side),
        kind=kind,
        message=LOWER_PRICE,
        days=roll.pick("days", (1, 3)),
        amount_fen=roll.part("amount", order.total_fen),
    ).pk


@operation(*_RUNNING, refuses=(DomainError, PermissionDenied))  # whoever proposed it cannot answer it
def answer_change(world: World, order: Order, roll: Roll) -> Any:
    """The newest proposal is accepted, declined, taken back, or not answered in time."""
    found = OrderProposal.objects.filter(order=order, kind__in=KINDS).order_by("status", "-pk")
    proposal = found.filter(status=ProposalStatus.OPEN).first() or found.first()
    if proposal is None:
        return None
    acts = (orders.accept_proposal, orders.accept_proposal, orders.decline_proposal, orders.withdraw_proposal, None)
    act = roll.pick("answer", acts)
    if act is None:
        with at(proposal.expires_at):
            clock = _CLOCKS.get(ProposalKind(proposal.kind))
            return clock and orders.run_deadline(order_id=order.pk, kind=clock)
    answered = act(proposal_id=proposal.pk, user=getattr(order, roll.pick("side", ("buyer", "seller"))))
    for more_work in order.children.filter(kind=OrderKind.SUPPLEMENT):
        world.add(more_work)
    return f"{answered.kind} {answered.status}"


@operation(Fact.DELIVERED)
def pause(world: World, order: Order, roll: Roll) -> Any:
    """The buyer takes more time to look."""
    return orders.pause_acceptance(order_id=order.pk, buyer=order.buyer).auto_accept_at


@operation(Fact.AWAITING_REQUIREMENTS)
def skip(world: World, order: Order, roll: Roll) -> Any:
    """The seller begins without the answers."""
    return orders.skip_requirements(order_id=order.pk, seller=order.seller, message="先做起来。").status


@operation(Fact.RELEASED)
def tip(world: World, order: Order, roll: Roll) -> int:
    """The buyer says thanks with money, maybe with another sum than a moment ago."""
    amount_fen = roll.pick("amount", (500, 1_111))
    return world.add(orders.give_tip(order_id=order.pk, buyer=order.buyer, amount_fen=amount_fen)).pk


@operation(Fact.STAGE)
def fund(world: World, order: Order, roll: Roll) -> int | None:
    """The buyer wants the next stage."""
    plan = _plan_of(order)
    return plan and world.add(orders.fund_stage(plan_id=plan.pk, buyer=plan.buyer)).pk


@operation(Fact.STAGE)
def stop(world: World, order: Order, roll: Roll) -> Any:
    """A side wants no further stage."""
    plan = _plan_of(order)
    side = roll.pick("side", ("buyer", "seller"))
    return plan and orders.stop_plan(plan_id=plan.pk, user=getattr(plan, side), words="到这里。").stopped_at


def _plan_of(order: Order) -> MilestonePlan | None:
    """The agreement that an order is a stage of; none for a stage that lapsed unpaid and was placed anew."""
    return MilestonePlan.objects.filter(milestones__order=order).first()
