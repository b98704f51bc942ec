from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class ReviewErrorCode(StrEnum):
    NOT_YOUR_ORDER = "not_your_order"
    NOT_FINISHED = "not_finished"
    CANCELLED = "cancelled"
    WINDOW_CLOSED = "window_closed"
    ALREADY_WRITTEN = "already_written"
    INVALID_STARS = "invalid_stars"
    TEXT_TOO_LONG = "text_too_long"
    TOO_MANY_PICTURES = "too_many_pictures"
    NOTHING_TO_EDIT = "nothing_to_edit"
    EDIT_CLOSED = "edit_closed"
    STARS_STAND = "stars_stand"
    REPLIED_TO = "replied_to"
    MASKED = "masked"
    NOTHING_TO_REPLY_TO = "nothing_to_reply_to"
    ALREADY_REPLIED = "already_replied"
    EMPTY_REPLY = "empty_reply"
    NOT_TO_VOTE_ON = "not_to_vote_on"
    OWN_MATTER = "own_matter"


class ReviewError(DomainError):
    """A refusal about a review."""

    messages = {
        ReviewErrorCode.NOT_YOUR_ORDER: _("Only the buyer and the seller of an order can review it."),
        ReviewErrorCode.NOT_FINISHED: _("A review can be written once the order is finished."),
        ReviewErrorCode.CANCELLED: _(
            "This order was cancelled. Only its buyer can review it, and only if the seller cancelled it or was very late."
        ),
        ReviewErrorCode.WINDOW_CLOSED: _("The %(days)s days for a review of this order are over."),
        ReviewErrorCode.ALREADY_WRITTEN: _("You have reviewed this order already."),
        ReviewErrorCode.INVALID_STARS: _("Please choose between 1 and 5 stars."),
        ReviewErrorCode.TEXT_TOO_LONG: _("At most %(limit)s characters fit here; these are %(length)s."),
        ReviewErrorCode.TOO_MANY_PICTURES: _("A review has room for %(limit)s pictures. Take some out."),
        ReviewErrorCode.NOTHING_TO_EDIT: _("You have not reviewed this order."),
        ReviewErrorCode.EDIT_CLOSED: _("A review can be changed for %(hours)s hours; these are over."),
        ReviewErrorCode.STARS_STAND: _(
            "The review is public: its words and pictures can be changed, its stars cannot."
        ),
        ReviewErrorCode.REPLIED_TO: _("The seller has replied to this review, so it stays as it is."),
        ReviewErrorCode.MASKED: _("A part of this review was hidden by the platform, so it cannot be changed."),
        ReviewErrorCode.NOTHING_TO_REPLY_TO: _("There is no review of this order to reply to."),
        ReviewErrorCode.ALREADY_REPLIED: _("You have replied to this review already."),
        ReviewErrorCode.EMPTY_REPLY: _("Please write your reply."),
        ReviewErrorCode.NOT_TO_VOTE_ON: _("This review is not there."),
        ReviewErrorCode.OWN_MATTER: _("Whoever wrote a review, or is reviewed in it, does not vote on it."),
    }
