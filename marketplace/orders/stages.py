"""How far an agreement in stages has come: read from the orders of its stages. No writing, no queries of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.orders.models import MilestonePlan, Order, OrderMilestone
from marketplace.orders.states import OrderStatus


class StageState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    TO_PAY = "to_pay", _("To pay")
    IN_WORK = "in_work", _("In work")
    DELIVERED = "delivered", _("Delivered")
    DISPUTED = "disputed", _("In dispute")
    RELEASED = "released", _("Released")
    GIVEN_BACK = "given_back", _("Given back")
    STOPPED = "stopped", _("Not begun")


_STATE_OF_STATUS = {
    OrderStatus.PENDING_PAYMENT: StageState.TO_PAY,
    OrderStatus.AWAITING_REQUIREMENTS: StageState.IN_WORK,
    OrderStatus.IN_PROGRESS: StageState.IN_WORK,
    OrderStatus.REVISION_REQUESTED: StageState.IN_WORK,
    OrderStatus.DELIVERED: StageState.DELIVERED,
    OrderStatus.DISPUTED: StageState.DISPUTED,
    OrderStatus.COMPLETED: StageState.RELEASED,
    OrderStatus.CANCELLED: StageState.GIVEN_BACK,
}


@dataclass(frozen=True)
class StageRow:
    """One stage as both sides see it."""

    milestone: OrderMilestone
    state: StageState
    order: Order | None  # None for what was never paid: an order that lapsed unpaid is nobody's business any more
    is_next: bool  # it can be paid for now


@dataclass(frozen=True)
class PlanView:
    """An agreement and its stages in their order."""

    plan: MilestonePlan
    rows: tuple[StageRow, ...]

    @property
    def next_row(self) -> StageRow | None:
        """The stage that can be paid for now."""
        return next((row for row in self.rows if row.is_next), None)

    @property
    def is_finished(self) -> bool:
        """Whether every stage has been paid for and has ended."""
        return all(row.state in (StageState.RELEASED, StageState.GIVEN_BACK) for row in self.rows)

    @property
    def was_given_back(self) -> bool:
        """Whether a stage that left its seller nothing keeps the next one from being paid for."""
        states = [row.state for row in self.rows]
        return self.plan.stopped_at is None and StageState.GIVEN_BACK in states and StageState.PLANNED in states

    @property
    def can_be_stopped(self) -> bool:
        """Whether something is left that would not be owed any more."""
        return self.plan.stopped_at is None and any(
            row.state in (StageState.PLANNED, StageState.TO_PAY) for row in self.rows
        )

    @property
    def total_fen(self) -> int:
        """All stages together, in fen."""
        return sum(row.milestone.amount_fen for row in self.rows)

    @property
    def funded_fen(self) -> int:
        """What has been paid for so far, in fen."""
        return sum(row.milestone.amount_fen for row in self.rows if row.order is not None and row.order.paid_at)


def was_funded(milestone: OrderMilestone) -> bool:
    """Whether the buyer paid for this stage, whatever became of it."""
    return milestone.order is not None and milestone.order.paid_at is not None


def released_something(order: Order) -> bool:
    """Whether an ended order left the seller something. Who lost all of a stage is not asked to begin the next one."""
    if order.status == OrderStatus.COMPLETED:
        return True
    return order.status == OrderStatus.RESOLVED and order.kept_fen > 0


def first_unfunded(milestones: Sequence[OrderMilestone]) -> tuple[OrderMilestone | None, OrderMilestone | None]:
    """The first stage nobody has paid for, and the stage before it; None where there is none. `milestones` in their order."""
    before = None
    for milestone in milestones:
        if not was_funded(milestone):
            return milestone, before
        before = milestone
    return None, before


def view_of(plan: MilestonePlan) -> PlanView:
    """What the page of an agreement shows. Its milestones come with their orders and those with their refunds."""
    milestones = list(plan.milestones.all())
    coming, before = first_unfunded(milestones)
    may_go_on = before is None or (before.order is not None and released_something(before.order))
    rows = []
    for milestone in milestones:
        is_next = milestone is coming and may_go_on and plan.stopped_at is None
        order = milestone.order if milestone.order and _is_alive(milestone.order) else None
        rows.append(StageRow(milestone, _state(milestone, order, plan, is_next), order, is_next))
    return PlanView(plan, tuple(rows))


def _is_alive(order: Order) -> bool:
    return order.paid_at is not None or order.status == OrderStatus.PENDING_PAYMENT


def _state(milestone: OrderMilestone, order: Order | None, plan: MilestonePlan, is_next: bool) -> StageState:
    if order is None:
        if plan.stopped_at is not None:
            return StageState.STOPPED
        return StageState.TO_PAY if is_next else StageState.PLANNED
    if order.status == OrderStatus.RESOLVED:
        return StageState.RELEASED if released_something(order) else StageState.GIVEN_BACK
    return _STATE_OF_STATUS[OrderStatus(order.status)]
