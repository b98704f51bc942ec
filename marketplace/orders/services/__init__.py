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
from marketplace.orders.services.cancellation import cancel_order, close_unpaid_order
from marketplace.orders.services.clocks import at_deadline, run_deadline, wind_clocks
from marketplace.orders.services.coupons import check_coupon, find_coupon, give_back_coupon
from marketplace.orders.services.delivery import deliver_order
from marketplace.orders.services.disputes import decide_dispute, open_dispute
from marketplace.orders.services.milestones import Stage, fund_stage, make_plan, stop_plan
from marketplace.orders.services.placing import confirm_payment, get_or_place_order, place_order
from marketplace.orders.services.proposals import (
    accept_proposal,
    decline_proposal,
    may_propose,
    overtake_proposals,
    propose,
    withdraw_proposal,
)
from marketplace.orders.services.refunds import (
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
    "Question",
    "Stage",
    "Terms",
    "accept_by_silence",
    "accept_delivery",
    "accept_proposal",
    "add_requirement_note",
    "at_deadline",
    "begin_refund_attempt",
    "cancel_order",
    "check_coupon",
    "close_unpaid_order",
    "confirm_payment",
    "decide_dispute",
    "decline_proposal",
    "deliver_order",
    "find_coupon",
    "fund_stage",
    "get_or_place_order",
    "give_back_coupon",
    "give_tip",
    "hand_refund_to_a_person",
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
    "refund_part",
    "request_revision",
    "resume_refund",
    "retry_refund",
    "return_payment",
    "run_deadline",
    "save_requirements",
    "skip_requirements",
    "stop_plan",
    "submit_requirements",
    "wind_clocks",
    "withdraw_proposal",
]
