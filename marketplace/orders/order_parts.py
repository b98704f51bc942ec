"""What an order's page shows beside its state: deliveries, proposals, additional work, a tip, and what can be changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.accounts.models import User
from marketplace.orders import comparing, delivery_selectors, plan_selectors, tip_rules
from marketplace.orders.delivery_access import is_held_back, originals_are_open
from marketplace.orders.models import Delivery, DeliveryFile, Order, OrderKind, OrderProposal, ProposalKind
from marketplace.orders.proposal_cards import proposal_cards
from marketplace.orders.services import may_propose
from marketplace.orders.stages import PlanView, StageRow
from marketplace.orders.states import OrderStatus, ProposalStatus

_PROPOSALS = {
    "extend": ProposalKind.EXTEND,
    "discount": ProposalKind.DISCOUNT,
    "supplement": ProposalKind.SUPPLEMENT,
    "one-more-revision": ProposalKind.REVISION,
}
# What needs the other side's yes, and is folded away: it is the next step of few orders.
_TALKED_OVER = ("extend", "discount", "supplement")


@dataclass(frozen=True)
class DeliveryCard:
    """One version of the work, for one viewer."""

    delivery: Delivery
    files: list[tuple[DeliveryFile, bool]]  # and whether the original is held back from this viewer
    are_held_back: bool
    will_be_held_back: bool  # for its seller: the buyer sees previews until acceptance

    @property
    def pictures(self) -> list[DeliveryFile]:
        """What has a preview, as many as the mosaic has room for."""
        return [file for file, _held in self.files if file.previews][:3]


def parts(order: Order, viewer: User) -> dict[str, Any]:
    """The context of the parts of templates/orders/order_detail.html that tell of all this."""
    proposals = delivery_selectors.proposals_of(order)
    tip = delivery_selectors.tip_of(order) if order.status == OrderStatus.COMPLETED else None
    cards = [_card(order, delivery, viewer) for delivery in order.deliveries.all()]
    changes = possible_changes(order, viewer, proposals)
    plan_view = plan_selectors.plan_of_order(order) if order.kind == OrderKind.STAGE else None
    return {
        "plan_view": plan_view,
        "next_stage": _next_stage(order, plan_view, viewer),
        "deliveries": cards[:1],
        "older_deliveries": cards[1:],
        "can_compare": len(comparing.versions(order)) > 1,
        "revision_requests": delivery_selectors.revision_requests_of(order),
        "revisions_left": order.revisions_allowed - order.revisions_used,
        "proposals": proposal_cards(order, viewer, proposals),
        "supplements": delivery_selectors.supplements_of(order),
        # An unpaid tip is not yet the seller's business.
        "tip": tip if tip is not None and (tip.paid_at or viewer.pk == order.buyer_id) else None,
        "tip_until": tip_rules.ends_at(order) if "tip" in changes else None,
        "changes": [name for name in changes if name not in _TALKED_OVER],
        "talked_over": [name for name in changes if name in _TALKED_OVER],
    }


def _next_stage(order: Order, view: PlanView | None, viewer: User) -> StageRow | None:
    """The stage that the buyer of this one can pay for now: what comes next, when this one has ended."""
    row = view.next_row if view is not None and viewer.pk == order.buyer_id else None
    return None if row is None or (row.order is not None and row.order.pk == order.pk) else row


def possible_changes(order: Order, viewer: User, proposals: Sequence[OrderProposal]) -> list[str]:
    """What this person may do now beside the next step, as change_views.py calls it. `proposals` are all of the order."""
    open_kinds = {
        proposal.kind
        for proposal in proposals
        if proposal.status == ProposalStatus.OPEN and not _may_counter(proposal, viewer)
    }
    is_buyer = viewer.pk == order.buyer_id
    found = []
    is_looked_at = is_buyer and order.status == OrderStatus.DELIVERED
    if is_looked_at and order.acceptance_paused_at is None:
        found.append("pause")
    if is_buyer and tip_rules.can_be_tipped(order) and not _has_paid_tip(order):
        found.append("tip")
    for name, kind in _PROPOSALS.items():
        if order.kind == OrderKind.TIP or kind in open_kinds or not may_propose(order, kind=kind, user=viewer):
            continue
        if kind == ProposalKind.REVISION and order.revisions_used < order.revisions_allowed:
            continue
        if kind == ProposalKind.DISCOUNT and order.refundable_fen <= 0:
            continue
        found.append(name)
    return found


def _may_counter(proposal: OrderProposal, viewer: User) -> bool:
    """Whether this viewer may answer with a proposal of the same kind."""
    return proposal.kind == ProposalKind.SUPPLEMENT and proposal.proposed_by_id != viewer.pk


def _has_paid_tip(order: Order) -> bool:
    tip = delivery_selectors.tip_of(order)
    return tip is not None and tip.paid_at is not None


def _card(order: Order, delivery: Delivery, viewer: User) -> DeliveryCard:
    files = [(file, is_held_back(order, delivery, file, viewer)) for file in delivery.files.all()]
    return DeliveryCard(
        delivery=delivery,
        files=files,
        are_held_back=any(held for _file, held in files),
        will_be_held_back=viewer.pk == order.seller_id
        and not originals_are_open(order, delivery)
        and any(file.is_picture for file, _held in files),
    )
