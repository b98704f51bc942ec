"""Everything about an order, by subject."""

from marketplace.orders.models.coupons import Coupon, CouponUse, normal_code
from marketplace.orders.models.deadlines import DeadlineKind, OrderDeadline
from marketplace.orders.models.deliveries import Delivery, DeliveryFile, RevisionFile, RevisionRequest, SentFile
from marketplace.orders.models.disputes import (
    BundleStatus,
    Dispute,
    DisputeDecision,
    DisputeFile,
    DisputeOutcome,
    DisputeStatement,
    EvidenceBundle,
    StatementKind,
)
from marketplace.orders.models.events import OrderEvent, OrderEventType
from marketplace.orders.models.holds import OrderHold
from marketplace.orders.models.milestones import MilestonePlan, OrderMilestone
from marketplace.orders.models.orders import CancelledBy, Order, OrderItem, OrderItemKind, OrderKind, OrderRequirement
from marketplace.orders.models.proposals import OrderProposal, ProposalKind
from marketplace.orders.models.refunds import Refund, RefundStatus
from marketplace.orders.models.storage import private_storage

__all__ = [
    "BundleStatus",
    "CancelledBy",
    "Coupon",
    "CouponUse",
    "DeadlineKind",
    "Delivery",
    "DeliveryFile",
    "Dispute",
    "DisputeDecision",
    "DisputeFile",
    "DisputeOutcome",
    "DisputeStatement",
    "EvidenceBundle",
    "MilestonePlan",
    "Order",
    "OrderDeadline",
    "OrderEvent",
    "OrderEventType",
    "OrderHold",
    "OrderItem",
    "OrderItemKind",
    "OrderKind",
    "OrderMilestone",
    "OrderProposal",
    "OrderRequirement",
    "ProposalKind",
    "Refund",
    "RefundStatus",
    "RevisionFile",
    "RevisionRequest",
    "SentFile",
    "StatementKind",
    "normal_code",
    "private_storage",
]
