"""What the two sides of an order, and its clocks, can do. One module a part of its life."""

from marketplace.orders.quotes import offer_of
from marketplace.orders.services.acceptance import accept_automatically, accept_delivery, request_revision
from marketplace.orders.services.agreed import Question, Terms, place_agreed_order
from marketplace.orders.services.cancellation import cancel_order, close_unpaid_order
from marketplace.orders.services.clocks import at_deadline, run_deadline
from marketplace.orders.services.coupons import check_coupon, find_coupon, give_back_coupon
from marketplace.orders.services.delivery import deliver_order
from marketplace.orders.services.disputes import decide_dispute, open_dispute
from marketplace.orders.services.placing import confirm_payment, get_or_place_order, place_order
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
from marketplace.orders.services.requirements import (
    add_requirement_note,
    save_requirements,
    skip_requirements,
    submit_requirements,
)

__all__ = [
    "Question",
    "Terms",
    "accept_automatically",
    "accept_delivery",
    "add_requirement_note",
    "at_deadline",
    "begin_refund_attempt",
    "cancel_order",
    "check_coupon",
    "close_unpaid_order",
    "confirm_payment",
    "decide_dispute",
    "deliver_order",
    "find_coupon",
    "get_or_place_order",
    "give_back_coupon",
    "hand_refund_to_a_person",
    "mark_refund_done",
    "offer_of",
    "open_dispute",
    "place_agreed_order",
    "place_order",
    "postpone_refund",
    "refund_part",
    "request_revision",
    "resume_refund",
    "retry_refund",
    "return_payment",
    "run_deadline",
    "save_requirements",
    "skip_requirements",
    "submit_requirements",
]
