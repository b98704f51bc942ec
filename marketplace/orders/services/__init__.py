"""What the two sides of an order, and its clocks, can do. One module a part of its life."""

from marketplace.orders.services.acceptance import accept_by_silence, accept_delivery, request_revision
from marketplace.orders.services.agreed import Question, Terms, place_agreed_order
from marketplace.orders.services.cancellation import cancel_order, close_unpaid_order
from marketplace.orders.services.clocks import at_deadline, run_deadline, wind_clocks
from marketplace.orders.services.delivery import deliver_order
from marketplace.orders.services.disputes import decide_dispute, open_dispute
from marketplace.orders.services.placing import confirm_payment, get_or_place_order, offer_of, place_order
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
from marketplace.orders.services.requirements import submit_requirements

__all__ = [
    "Question",
    "Terms",
    "accept_by_silence",
    "accept_delivery",
    "at_deadline",
    "begin_refund_attempt",
    "cancel_order",
    "close_unpaid_order",
    "confirm_payment",
    "decide_dispute",
    "deliver_order",
    "get_or_place_order",
    "hand_refund_to_a_person",
    "mark_refund_done",
    "note_lateness",
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
    "submit_requirements",
    "wind_clocks",
]
