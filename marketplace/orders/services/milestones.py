"""Agreements in stages: made, funded stage by stage, stopped. To the books each stage is an order like any other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from marketplace.accounts.locks import hold_people
from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.gigs.models import Gig
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.services import notify, recipient_language
from marketplace.orders import locks, stages
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import (
    MilestonePlan,
    Order,
    OrderKind,
    OrderMilestone,
)
from marketplace.orders.services.agreed import Question, Terms, place_agreed_order
from marketplace.orders.services.cancellation import drop_unpaid, still_payable
from marketplace.orders.states import STOPPER, OrderStatus
from marketplace.orders.titles import stored_title


@dataclass(frozen=True)
class Stage:
    """One stage as it was agreed: its amount in fen, working time in days, revisions."""

    title: str
    amount_fen: int
    delivery_days: int
    revisions: int
    description: str = ""


def make_plan(
    *, buyer: User, seller: User, gig: Gig | None, title: str, stages: Sequence[Stage], terms: dict[str, Any]
) -> MilestonePlan:
    """In the caller's transaction: write an agreement down. Nothing is owed before a stage is funded.

    Who calls it has checked the limits and locked what both sides agreed on. `terms` are plain values for the snapshots;
    `terms["questions"]`, a list of sentences, is what the buyer of the first stage is asked.
    """
    plan = MilestonePlan.objects.create(buyer=buyer, seller=seller, gig=gig, title=title, terms=terms)
    OrderMilestone.objects.bulk_create(
        OrderMilestone(
            plan=plan,
            position=position,
            title=stage.title,
            description=stage.description,
            amount_fen=stage.amount_fen,
            delivery_days=stage.delivery_days,
            revisions=stage.revisions,
        )
        for position, stage in enumerate(stages, start=1)
    )
    return plan


@transaction.atomic
def fund_stage(*, plan_id: int, buyer: User) -> Order:
    """The order of the stage that comes next, to be paid for. Safe to call twice: while it waits for its payment it is one
    order, and one that lapsed unpaid is placed anew.

    Only when the stage before has been accepted, or a dispute about it left the seller something (facts/marketplace.md, rule
    19). Raises OrderError PLAN_STOPPED, PLAN_FINISHED, STAGE_NOT_DONE, STAGE_GIVEN_BACK or what `place_agreed_order`
    raises, and PermissionDenied for anybody but the buyer.
    """
    plan = _lock(plan_id, buyer)
    if plan.buyer_id != buyer.pk:
        raise PermissionDenied
    # What was agreed on is gone with the stages that ended three years ago (emptying.py): nothing can be begun by it.
    if plan.stopped_at is not None or plan.milestones.filter(order__emptied_at__isnull=False).exists():
        raise OrderError(OrderErrorCode.PLAN_STOPPED)
    # Read after the plan is locked. The order of the stage before needs no lock: what has ended stays ended.
    milestones = list(plan.milestones.select_related("order").order_by("position"))
    milestone, before = stages.first_unfunded(milestones)
    if milestone is None:
        raise OrderError(OrderErrorCode.PLAN_FINISHED)
    if before is not None:
        _require_done(before)
    if milestone.order_id is not None and (waiting := still_payable(order_id=milestone.order_id)) is not None:
        return waiting
    asked = plan.terms.get("questions", []) if milestone is milestones[0] else []
    order = place_agreed_order(
        buyer=plan.buyer,
        seller=plan.seller,
        gig=plan.gig,
        kind=OrderKind.STAGE,
        terms=Terms(
            title=_title_of(milestone, plan, count=len(milestones)),
            description=milestone.description or plan.title,
            total_fen=milestone.amount_fen,
            delivery_days=milestone.delivery_days,
            revisions=milestone.revisions,
            questions=[Question(prompt) for prompt in asked],
        ),
        snapshot={"agreed": plan.terms, "stage": milestone.position},
    )
    milestone.order = order
    milestone.save(update_fields=["order"])
    return order


def _title_of(milestone: OrderMilestone, plan: MilestonePlan, *, count: int) -> str:
    """What the order of a stage is called wherever only its title stands: which stage it is, and of what."""
    return stored_title(
        OrderKind.STAGE, position=milestone.position, count=count, title=milestone.title, plan=plan.title
    )


@transaction.atomic
def stop_plan(*, plan_id: int, user: User, words: str) -> MilestonePlan:
    """Let the agreement end here: what was not begun is not owed. A stage that was paid for goes on to its own end.

    A stage that waits for its payment is closed unpaid; money that arrives for it all the same goes back by itself.
    Safe to call twice. Raises OrderError STOP_WORDS_MISSING or PLAN_FINISHED, and PermissionDenied for strangers.
    """
    words = words.strip()
    if not words:
        raise OrderError(OrderErrorCode.STOP_WORDS_MISSING)
    plan = _lock(plan_id, user)
    if plan.stopped_at is not None:
        return plan
    coming, _before = stages.first_unfunded(list(plan.milestones.select_related("order").order_by("position")))
    if coming is None:
        raise OrderError(OrderErrorCode.PLAN_FINISHED)
    if coming.order_id is not None:
        _close_unpaid(coming.order_id, user, words)
    _stop(plan, user, words)
    return plan


def stop_unpaid_plan(*, plan_id: int, user: User, words: str) -> bool:
    """In the caller's transaction: stop an agreement of which nothing has been paid, and nothing can be in this moment.

    Returns False, and leaves it as it is, when something has or can. A first stage that was undone again counts as not paid:
    no other can have begun. Raises PermissionDenied for strangers, and OrderError PAYMENT_CHECKED.
    """
    plan = _lock(plan_id, user)
    first = plan.milestones.order_by("position").first()
    if first is not None and first.order_id is not None:
        order = still_payable(order_id=first.order_id)
        if order is not None and not order.is_undone:
            return False
    if plan.stopped_at is None:
        _stop(plan, user, words)
    return True


def _stop(plan: MilestonePlan, user: User, words: str) -> None:
    plan.stopped_at, plan.stopped_by, plan.stopped_words = clock.now(), user, words[:300]
    plan.save(update_fields=["stopped_at", "stopped_by", "stopped_words", "updated_at"])
    other_id = plan.seller_id if user.pk == plan.buyer_id else plan.buyer_id
    _tell(other_id, plan, catalogue.orders.STAGES_STOPPED, words)


def tell_of_next_stage(order: Order) -> None:
    """In the transaction in which a stage ended and left its seller something: its buyer is told that the next one waits."""
    if order.kind != OrderKind.STAGE:
        return
    plan = MilestonePlan.objects.get(milestones__order=order)
    position = plan.milestones.values_list("position", flat=True).get(order=order)
    if plan.stopped_at is None and plan.milestones.filter(position__gt=position).exists():
        _tell(plan.buyer_id, plan, catalogue.orders.NEXT_STAGE)


def _tell(recipient_id: int, plan: MilestonePlan, notice: Notice, words: str = "") -> None:
    """Notify one side in the transaction of the change; below stands which agreement it is and with whom."""
    other = plan.seller if recipient_id == plan.buyer_id else plan.buyer
    with recipient_language():
        url = plan.get_absolute_url()
    about = " · ".join(filter(None, (plan.title, other.display_name, words)))
    notify(recipient_id=recipient_id, notice=notice, about=about, url=url)


def _lock(plan_id: int, user: User) -> MilestonePlan:
    """The plan, locked; its people before it, as wherever an order is placed. Raises PermissionDenied for strangers."""
    sides = MilestonePlan.objects.values_list("buyer_id", "seller_id").get(pk=plan_id)
    if user.pk not in sides:
        raise PermissionDenied
    hold_people(*sides)
    return locks.lock_plan(plan_id)


def _require_done(before: OrderMilestone) -> None:
    order = before.order
    assert order is not None  # noqa: S101 it was funded
    if stages.released_something(order):
        return
    is_over = order.status in (OrderStatus.CANCELLED, OrderStatus.RESOLVED)
    raise OrderError(OrderErrorCode.STAGE_GIVEN_BACK if is_over else OrderErrorCode.STAGE_NOT_DONE)


def _close_unpaid(order_id: int, user: User, words: str) -> None:
    order = locks.lock_order(order_id)
    if order.status != OrderStatus.PENDING_PAYMENT:
        return  # paid a moment ago, then it goes on; or closed already
    drop_unpaid(order, user=user, actor=STOPPER, reason=words)
