"""Everything about an order, by subject."""

from marketplace.orders.models.coupons import Coupon, CouponUse, normal_code
from marketplace.orders.models.deadlines import DeadlineKind, OrderDeadline
from marketplace.orders.models.deliveries import Delivery, DeliveryFile, RevisionFile, RevisionRequest, SentFile
from marketplace.orders.models.disputes import Dispute, DisputeOutcome
from marketplace.orders.models.events import OrderEvent, OrderEventType
from marketplace.orders.models.milestones import MilestonePlan, OrderMilestone
from marketplace.orders.models.orders import Order, OrderItem, OrderItemKind, OrderKind, OrderRequirement
from marketplace.orders.models.proposals import OrderProposal, ProposalKind
from marketplace.orders.models.refunds import Refund, RefundStatus
from marketplace.orders.models.storage import private_storage

__all__ = [
    "Coupon",
    "CouponUse",
    "DeadlineKind",
    "Delivery",
    "DeliveryFile",
    "Dispute",
    "DisputeOutcome",
    "MilestonePlan",
    "Order",
    "OrderDeadline",
    "OrderEvent",
    "OrderEventType",
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
    "normal_code",
    "private_storage",
]
