from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class ReviewErrorCode(StrEnum):
    NOT_YOUR_ORDER = "not_your_order"
    NOT_FINISHED = "not_finished"
    WINDOW_CLOSED = "window_closed"
    BUYER_FIRST = "buyer_first"
    ALREADY_WRITTEN = "already_written"
    INVALID_STARS = "invalid_stars"
    TEXT_TOO_LONG = "text_too_long"
    NOTHING_TO_REPLY_TO = "nothing_to_reply_to"
    ALREADY_REPLIED = "already_replied"
    EMPTY_REPLY = "empty_reply"


class ReviewError(DomainError):
    """A refusal about a review."""

    messages = {
        ReviewErrorCode.NOT_YOUR_ORDER: _("Only the buyer and the seller of an order can review it."),
        ReviewErrorCode.NOT_FINISHED: _("A review can be written once the order is finished."),
        ReviewErrorCode.WINDOW_CLOSED: _("The %(days)s days for a review of this order are over."),
        ReviewErrorCode.BUYER_FIRST: _("You can rate the buyer once the buyer has written a review."),
        ReviewErrorCode.ALREADY_WRITTEN: _("You have reviewed this order already."),
        ReviewErrorCode.INVALID_STARS: _("Please choose between 1 and 5 stars."),
        ReviewErrorCode.TEXT_TOO_LONG: _("At most %(limit)s characters fit here; these are %(length)s."),
        ReviewErrorCode.NOTHING_TO_REPLY_TO: _("There is no review of this order to reply to."),
        ReviewErrorCode.ALREADY_REPLIED: _("You have replied to this review already."),
        ReviewErrorCode.EMPTY_REPLY: _("Please write your reply."),
    }
