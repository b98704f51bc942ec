"""How long orders are kept (core/retention.py)."""

from django.db.models import Q

from marketplace.accounts.retention import ECOMMERCE, closed_long_ago, three_years, with_account
from marketplace.core.retention import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "orders.orders",
        (
            "orders.Order", "orders.OrderEvent", "orders.OrderProposal", "orders.MilestonePlan", "orders.CouponUse",
            "orders.Dispute", "orders.DisputeDecision", "orders.DisputeStatement", "orders.EvidenceBundle",
        ),
        "what was bought, delivered and decided: both sides, mediators and courts",
        "at least three years after the end; not removed while one side has an account. Both closed: three years after that",
        ECOMMERCE,
        bounds=(
            # Nothing removes them yet: this turns red when the first should go (docs/retention.md).
            with_account("orders.Order", "buyer", kept=three_years, still=lambda: Q(seller__in=closed_long_ago())),
        ),
    ),
)  # fmt: skip
