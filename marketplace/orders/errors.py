from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class OrderErrorCode(StrEnum):
    WRONG_STATE = "wrong_state"
    OWN_GIG = "own_gig"
    GIG_NOT_LIVE = "gig_not_live"
    SELLER_AWAY = "seller_away"
    SELLER_AWAY_OPEN = "seller_away_open"
    NOT_FOR_YOU = "not_for_you"
    ACCOUNT_CLOSING = "account_closing"
    OFFER_CHANGED = "offer_changed"
    NO_REVISIONS_LEFT = "no_revisions_left"
    REQUIREMENT_MISSING = "requirement_missing"
    NOTHING_DELIVERED = "nothing_delivered"
    NOT_LATE_ENOUGH = "not_late_enough"
    SECOND_THOUGHT = "second_thought"
    REFUND_TOO_LARGE = "refund_too_large"
    REFUND_TOO_LATE = "refund_too_late"
    REFUND_TOO_OFTEN = "refund_too_often"
    REFUND_NOT_COVERED = "refund_not_covered"
    PROPOSAL_OPEN = "proposal_open"
    PROPOSAL_OVER = "proposal_over"
    BAD_DAYS = "bad_days"
    HELD_TOO_SHORT = "held_too_short"
    TOO_LONG = "too_long"
    BAD_AMOUNT = "bad_amount"
    WORDS_MISSING = "words_missing"
    REVISIONS_LEFT = "revisions_left"
    ALREADY_PAUSED = "already_paused"
    TIP_TOO_LATE = "tip_too_late"
    TIP_GIVEN = "tip_given"
    STAGE_NOT_DONE = "stage_not_done"
    STAGE_GIVEN_BACK = "stage_given_back"
    PLAN_STOPPED = "plan_stopped"
    PLAN_FINISHED = "plan_finished"
    STOP_WORDS_MISSING = "stop_words_missing"
    PROPOSED_TOO_OFTEN = "proposed_too_often"
    TOO_MANY_FILES = "too_many_files"
    NOTHING_SAID = "nothing_said"
    TAKEN_BACK_BEFORE = "taken_back_before"
    BUNDLES_TOO_OFTEN = "bundles_too_often"
    SPLITS_TOO_OFTEN = "splits_too_often"
    NOT_ANSWERED_YET = "not_answered_yet"
    OWN_CASE = "own_case"
    SAME_MEDIATOR = "same_mediator"
    ACCEPTED_ALREADY = "accepted_already"
    APPEAL_OVER = "appeal_over"
    PAYMENT_CHECKED = "payment_checked"
    DUE_TOO_LATE = "due_too_late"
    ASKED_TOO_OFTEN = "asked_too_often"
    QUANTITY = "quantity"
    ORDER_TOO_LONG = "order_too_long"
    ALREADY_EMPTIED = "already_emptied"
    COUPON_UNKNOWN = "coupon_unknown"
    COUPON_OVER = "coupon_over"
    COUPON_USED_UP = "coupon_used_up"
    COUPON_USED_BY_YOU = "coupon_used_by_you"
    COUPON_HELD = "coupon_held"
    COUPON_FIRST_ORDER = "coupon_first_order"
    COUPON_MINIMUM = "coupon_minimum"
    COUPON_ELSEWHERE = "coupon_elsewhere"
    COUPON_NO_GAIN = "coupon_no_gain"


class OrderError(DomainError):
    """A refusal about an order."""

    messages = {
        OrderErrorCode.WRONG_STATE: _("The order has moved on in the meantime, so this is no longer possible."),
        OrderErrorCode.OWN_GIG: _("This is your own service. You cannot buy it."),
        OrderErrorCode.GIG_NOT_LIVE: _("This service is not on sale at the moment. Nothing was charged."),
        OrderErrorCode.SELLER_AWAY_OPEN: _("The seller is away and takes no orders at present. Nothing was charged."),
        OrderErrorCode.SELLER_AWAY: _(
            "The seller is away and takes orders again from %(day)s on. Nothing was charged."
        ),
        # Neutral on purpose: nobody is told that they were blocked.
        OrderErrorCode.NOT_FOR_YOU: _("This seller takes no order from you at the moment. Nothing was charged."),
        OrderErrorCode.ACCOUNT_CLOSING: _("One of the two accounts has just been closed. Nothing was charged."),
        OrderErrorCode.OFFER_CHANGED: _(
            "The seller changed this package while you were looking at it. Here it is as it stands now; nothing was charged."
        ),
        OrderErrorCode.NO_REVISIONS_LEFT: _("All revisions of this order are used up."),
        OrderErrorCode.REQUIREMENT_MISSING: _("Please answer: %(prompt)s"),
        OrderErrorCode.NOTHING_DELIVERED: _("Please attach at least one file or describe what you deliver."),
        OrderErrorCode.NOT_LATE_ENOUGH: _(
            "You can cancel alone once the delivery is %(hours)s hours late. Until then, please talk to the seller."
        ),
        OrderErrorCode.SECOND_THOUGHT: _(
            "You began without the requirements, so the buyer may still withdraw until %(moment)s. From then on, or as soon as "
            "the requirements are there, you can do this. Nothing was sent."
        ),
        OrderErrorCode.REFUND_TOO_LARGE: _("At most ¥%(most)s of this order can be given back. Nothing was moved."),
        OrderErrorCode.REFUND_TOO_LATE: _(
            "This order was paid almost a year ago, and payment institutions give nothing back any more. Nothing was moved."
        ),
        OrderErrorCode.REFUND_TOO_OFTEN: _(
            "This order has been refunded in parts as often as payment institutions allow. Nothing was moved."
        ),
        OrderErrorCode.REFUND_NOT_COVERED: _(
            "Your wallet no longer holds your part of this amount, so it cannot be given back from there. Nothing was moved."
        ),
        OrderErrorCode.PROPOSAL_OPEN: _(
            "A proposal of this kind is waiting for its answer. Take it back, or answer it, before making another one."
        ),
        OrderErrorCode.PROPOSAL_OVER: _("This proposal can no longer be answered: it is over. Nothing has changed."),
        OrderErrorCode.BAD_DAYS: _("Between 1 and %(most)s days, please. Nothing has changed."),
        OrderErrorCode.HELD_TOO_SHORT: _(
            "%(channel)s holds the money of this order for a limited time, so it has to be delivered by %(day)s. For what takes"
            " longer, propose additional work. Nothing has changed."
        ),
        OrderErrorCode.TOO_LONG: _(
            "%(channel)s holds money for a limited time, so additional work takes at most %(most)s days. Shorten it, or propose"
            " it in parts. Nothing has changed."
        ),
        OrderErrorCode.BAD_AMOUNT: _("Between ¥%(least)s and ¥%(most)s, please. Nothing has changed."),
        OrderErrorCode.WORDS_MISSING: _("Please say in a few words what this is about."),
        OrderErrorCode.REVISIONS_LEFT: _("Revisions of this order are left: ask for one of those."),
        OrderErrorCode.ALREADY_PAUSED: _("The acceptance clock of this order has been put off already."),
        OrderErrorCode.TIP_TOO_LATE: _("A tip can be given for %(days)s days after completion. They are over."),
        OrderErrorCode.TIP_GIVEN: _("You have given a tip for this order already. Nothing was charged."),
        OrderErrorCode.STAGE_NOT_DONE: _(
            "The stage before this one is not finished. It is paid for once you have accepted that one. Nothing was charged."
        ),
        OrderErrorCode.STAGE_GIVEN_BACK: _(
            "The stage before this one was given back whole, so this agreement does not go on. Please agree anew."
        ),
        OrderErrorCode.PLAN_STOPPED: _(
            "This agreement has been stopped. Further stages are not owed, and nothing was charged."
        ),
        OrderErrorCode.PLAN_FINISHED: _("All stages of this agreement are paid for."),
        OrderErrorCode.STOP_WORDS_MISSING: _("Please tell the other side in a few words why you stop here."),
        OrderErrorCode.PROPOSED_TOO_OFTEN: _(
            "You have proposed to cancel %(times)s times. Please talk to each other, or open a dispute."
        ),
        OrderErrorCode.TOO_MANY_FILES: _("Each side can hand in %(most)s files. Several small ones fit into a ZIP."),
        OrderErrorCode.NOTHING_SAID: _("Please write something, or attach a file."),
        OrderErrorCode.TAKEN_BACK_BEFORE: _(
            "You have taken back a dispute of this order before. Agree with each other, or let a mediator decide."
        ),
        OrderErrorCode.BUNDLES_TOO_OFTEN: _(
            "The evidence has been put together %(times)s times today. Please use one of those, or ask again tomorrow."
        ),
        OrderErrorCode.SPLITS_TOO_OFTEN: _(
            "You have proposed %(times)s divisions. Please accept one, or let a mediator decide."
        ),
        OrderErrorCode.NOT_ANSWERED_YET: _(
            "The other side still has time to answer. It can be decided as soon as it answered, or its time is over."
        ),
        OrderErrorCode.OWN_CASE: _("You are one of the two sides of this order. A colleague has to decide it."),
        OrderErrorCode.SAME_MEDIATOR: _(
            "You made the decision that is appealed. A colleague has to decide the appeal."
        ),
        OrderErrorCode.ACCEPTED_ALREADY: _("You have accepted this decision, so it can no longer be appealed by you."),
        OrderErrorCode.APPEAL_OVER: _("The time to appeal is over: the decision stands. Nothing was sent."),
        OrderErrorCode.PAYMENT_CHECKED: _(
            "The time to pay is over, and we are asking the payment institution whether your payment still came. Please come "
            "back in a minute; nothing was changed."
        ),
        OrderErrorCode.DUE_TOO_LATE: _(
            "Work is due at most %(days)s days after the payment, here on %(day)s: later, payment institutions give nothing back."
        ),
        OrderErrorCode.ASKED_TOO_OFTEN: _(
            "You have sent %(times)s of these about this order today. Please talk to each other in the conversation."
        ),
        OrderErrorCode.QUANTITY: _("Between 1 and %(most)s at once, please."),
        OrderErrorCode.ORDER_TOO_LONG: _(
            "This would take %(days)s days; an order takes at most %(most)s, since payment institutions give nothing back "
            "after a year. Please order less at once."
        ),
        OrderErrorCode.ALREADY_EMPTIED: _(
            "The time of this order is over: its words and files were deleted, and cannot be kept any more."
        ),
        OrderErrorCode.COUPON_UNKNOWN: _("There is no coupon with this code. Please look at it once more."),
        OrderErrorCode.COUPON_OVER: _("This coupon is not valid today."),
        OrderErrorCode.COUPON_USED_UP: _("This coupon has been used up by others."),
        OrderErrorCode.COUPON_USED_BY_YOU: _("You have used this coupon already."),
        OrderErrorCode.COUPON_HELD: _(
            "This coupon is in your order %(number)s, which is not paid yet. Pay that one, or cancel it to have the coupon back."
        ),
        OrderErrorCode.COUPON_FIRST_ORDER: _("This coupon is for a first order, and you have bought here before."),
        OrderErrorCode.COUPON_MINIMUM: _("This coupon is for orders of ¥%(minimum)s and more."),
        OrderErrorCode.COUPON_ELSEWHERE: _("This coupon is for services of another category."),
        OrderErrorCode.COUPON_NO_GAIN: _("This coupon takes nothing off this price."),
    }
