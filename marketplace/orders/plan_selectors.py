"""Reads of agreements in stages. A stranger's does not exist: 404, never 403."""

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.orders.models import MilestonePlan, Order, OrderMilestone
from marketplace.orders.stages import PlanView, view_of


def plan_for(user: User, pk: int) -> MilestonePlan:
    """An agreement with its stages and their orders, for one of its two sides. Raises Http404 for anybody else."""
    plan = _whole().filter(Q(buyer=user) | Q(seller=user), pk=pk).first()
    if plan is None:
        raise Http404
    return plan


def plan_of_order(order: Order) -> PlanView | None:
    """The agreement that this order is a stage of, for the strip on its page. For code that has asked `order_for` before."""
    plan = _whole().filter(milestones__order=order).first()
    return view_of(plan) if plan is not None else None


def unpaid_stages(user: User, *, side: str) -> list[PlanView]:
    """Agreements of which a stage can be paid for now and has no order yet, newest first: no list of orders shows them.

    `side` is "buyer" or "seller". One query while there are none.
    """
    unpaid = OrderMilestone.objects.filter(Q(order=None) | Q(order__paid_at=None), plan=OuterRef("pk"))
    plans = _whole().filter(Exists(unpaid), **{side: user}, stopped_at=None).order_by("-pk")
    views = [view_of(plan) for plan in plans]
    return [view for view in views if view.next_row is not None and view.next_row.order is None]


def _whole() -> QuerySet[MilestonePlan]:
    stages = OrderMilestone.objects.select_related("order").prefetch_related("order__refunds").order_by("position")
    people = ("buyer__profile", "seller__profile", "gig", "stopped_by__profile")
    return MilestonePlan.objects.select_related(*people).prefetch_related(Prefetch("milestones", stages))
