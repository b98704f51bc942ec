"""How long orders are kept (core/retention.py)."""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from marketplace.accounts.retention import ECOMMERCE
from marketplace.core.retention import GRACE, Bound, Rule, days_of
from marketplace.orders import keeping
from marketplace.orders.models import (
    Delivery,
    DeliveryFile,
    Dispute,
    DisputeDecision,
    DisputeFile,
    DisputeStatement,
    EvidenceBundle,
    MilestonePlan,
    Order,
    OrderEvent,
    OrderMilestone,
    OrderProposal,
    OrderRequirement,
    Refund,
    RevisionFile,
    RevisionRequest,
)
from marketplace.orders.services.emptying import GONE, TYPED


def _bound(model: type[Model], path: str, *, still: Callable[[], Q] = Q) -> Bound:
    """Rows of `model` with words or files of an order, since its end. What is held or still runs has no time yet."""
    ends = [f"{path}{end}" for end in ("completed_at", "cancelled_at", "dispute__decided_at")]

    def rows() -> QuerySet[Any]:
        free = keeping.free_orders(since=keeping.kept_since() - GRACE)
        own = model._default_manager.filter(still()).annotate(over_since=Coalesce(*ends))
        return own.filter(Exists(free.filter(pk=OuterRef(f"{path}pk"))))

    return Bound(rows, "over_since", days_of("operations.order_kept_days"))


def _words(*fields: str) -> Callable[[], Q]:
    """Any of these columns says something still."""

    def still() -> Q:
        found = Q(pk__in=())
        for field in fields:
            found |= ~Q(**{f"{field}__in": ["", GONE]})
        return found

    return still


def _typed() -> Q:
    """A line of the time line with what somebody typed."""
    found = Q(pk__in=())
    for key in TYPED:
        gone = Q()
        for value in ("", GONE, None):
            gone |= Q(data__contains={key: value})
        found |= Q(data__has_key=key) & ~gone
    return found


RULES: tuple[Rule, ...] = (
    Rule(
        "orders.orders",
        (
            "orders.Order", "orders.OrderEvent", "orders.OrderProposal", "orders.MilestonePlan", "orders.CouponUse",
            "orders.Dispute", "orders.DisputeDecision",
        ),
        "what was bought when and for how much, and who decided what: documents of the books",
        "at least ten years; not removed",
        "税收征收管理法实施细则 §29",
    ),
    Rule(
        "orders.words_and_files",
        (
            "orders.Order", "orders.OrderRequirement", "orders.Delivery", "orders.DeliveryFile", "orders.RevisionRequest",
            "orders.RevisionFile", "orders.OrderEvent", "orders.OrderProposal", "orders.MilestonePlan", "orders.Dispute",
            "orders.DisputeStatement", "orders.DisputeFile", "orders.DisputeDecision", "orders.EvidenceBundle", "orders.Refund",
            "orders.OrderMilestone",
        ),
        "requirements, delivered files and everything typed about an order: both sides, mediators and courts",
        "{operations.order_kept_days} after it and all that belongs to it ended, unless a dispute, a refund or a hold needs it",
        f"{ECOMMERCE}; 个人信息保护法 §19",
        "marketplace.orders.tasks.empty_old_orders",
        (
            _bound(Order, "", still=lambda: ~Q(snapshot={}) | ~Q(package_description="")),
            _bound(OrderRequirement, "order__"),
            _bound(Delivery, "order__", still=_words("message")),
            _bound(DeliveryFile, "delivery__order__"),
            _bound(RevisionRequest, "order__", still=_words("message")),
            _bound(RevisionFile, "request__order__"),
            _bound(OrderEvent, "order__", still=_typed),
            _bound(OrderProposal, "order__", still=_words("message")),
            _bound(Refund, "order__", still=_words("reason")),
            _bound(Dispute, "order__", still=_words("reason", "explanation")),
            _bound(DisputeDecision, "dispute__order__", still=_words("explanation")),
            _bound(DisputeStatement, "dispute__order__", still=_words("text")),
            _bound(DisputeFile, "statement__dispute__order__"),
            _bound(EvidenceBundle, "dispute__order__"),
            _bound(MilestonePlan, "milestones__order__", still=lambda: ~Q(terms={}) | _words("stopped_words")()),
            _bound(OrderMilestone, "plan__milestones__order__", still=_words("description")),
        ),
    ),
    Rule(
        "orders.holds",
        ("orders.OrderHold",),
        "that a court or an authority needs an order, who of the staff kept it and let go of it",
        "not removed",
        "个人信息保护法 §47",
    ),
)  # fmt: skip
