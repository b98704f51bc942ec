"""What the two sides of an order, and its clocks, can do. One module a part of its life."""

from marketplace.orders.quotes import offer_of
from marketplace.orders.services import changes  # noqa: F401 declares what proposals do
from marketplace.orders.services.acceptance import (
    accept_by_silence,
    accept_delivery,
    pause_acceptance,
    request_revision,
)
from marketplace.orders.services.agreed import Question, Terms, place_agreed_order
from marketplace.orders.services.bundles import ask_for_bundle, build_bundle, give_up_stalled_bundles
from marketplace.orders.services.cancellation import cancel_order, close_unpaid_order, still_payable
from marketplace.orders.services.clocks import at_deadline, run_deadline, wind_clocks
from marketplace.orders.services.coupons import check_coupon, find_coupon, give_back_coupon
from marketplace.orders.services.delivery import deliver_order
from marketplace.orders.services.dispute_decisions import accept_decision, advise, appeal_decision, decide_dispute
from marketplace.orders.services.dispute_splits import accept_split, decline_split, propose_split, withdraw_split
from marketplace.orders.services.disputes import add_evidence, answer_dispute, open_dispute, withdraw_dispute
from marketplace.orders.services.emptying import empty_order
from marketplace.orders.services.holds import hold_order, release_hold
from marketplace.orders.services.milestones import Stage, fund_stage, make_plan, stop_plan, stop_unpaid_plan
from marketplace.orders.services.mutual_cancellation import (
    accept_cancellation,
    decline_cancellation,
    propose_cancellation,
    withdraw_cancellation,
)
from marketplace.orders.services.placing import confirm_payment, get_or_place_order, place_order, unpaid_of_page
from marketplace.orders.services.proposals import (
    accept_proposal,
    decline_proposal,
    may_propose,
    overtake_proposals,
    propose,
    withdraw_proposal,
)
from marketplace.orders.services.refunds import (
    REFUNDABLE_FOR,
    begin_refund_attempt,
    hand_refund_to_a_person,
    mark_refund_done,
    postpone_refund,
    refund_part,
    resume_refund,
    retry_refund,
    return_payment,
)
from marketplace.orders.services.reminders import note_lateness
from marketplace.orders.services.requirements import (
    add_requirement_note,
    save_requirements,
    skip_requirements,
    submit_requirements,
)
from marketplace.orders.services.tips import give_tip

__all__ = [
    "REFUNDABLE_FOR",
    "Question",
    "Stage",
    "Terms",
    "accept_by_silence",
    "accept_cancellation",
    "accept_decision",
    "accept_delivery",
    "accept_proposal",
    "accept_split",
    "add_evidence",
    "add_requirement_note",
    "advise",
    "answer_dispute",
    "appeal_decision",
    "ask_for_bundle",
    "at_deadline",
    "begin_refund_attempt",
    "build_bundle",
    "cancel_order",
    "check_coupon",
    "close_unpaid_order",
    "confirm_payment",
    "decide_dispute",
    "decline_cancellation",
    "decline_proposal",
    "decline_split",
    "deliver_order",
    "empty_order",
    "find_coupon",
    "fund_stage",
    "get_or_place_order",
    "give_back_coupon",
    "give_tip",
    "give_up_stalled_bundles",
    "hand_refund_to_a_person",
    "hold_order",
    "make_plan",
    "mark_refund_done",
    "may_propose",
    "note_lateness",
    "offer_of",
    "open_dispute",
    "overtake_proposals",
    "pause_acceptance",
    "place_agreed_order",
    "place_order",
    "postpone_refund",
    "propose",
    "propose_cancellation",
    "propose_split",
    "refund_part",
    "release_hold",
    "request_revision",
    "resume_refund",
    "retry_refund",
    "return_payment",
    "run_deadline",
    "save_requirements",
    "skip_requirements",
    "still_payable",
    "stop_plan",
    "stop_unpaid_plan",
    "submit_requirements",
    "unpaid_of_page",
    "wind_clocks",
    "withdraw_cancellation",
    "withdraw_dispute",
    "withdraw_proposal",
    "withdraw_split",
]
