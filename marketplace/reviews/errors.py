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
    PUBLIC_ALREADY = "public_already"
    NOTHING_TO_REPLY_TO = "nothing_to_reply_to"
    ALREADY_REPLIED = "already_replied"
    EMPTY_REPLY = "empty_reply"
    REPLY_CONTACT_WARNING = "reply_contact_warning"
    REPLY_WORDS_WARNING = "reply_words_warning"
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
        ReviewErrorCode.PUBLIC_ALREADY: _("The review is public, so it stays as it is."),
        ReviewErrorCode.NOTHING_TO_REPLY_TO: _("There is no review of this order to reply to."),
        ReviewErrorCode.ALREADY_REPLIED: _("You have replied to this review already."),
        ReviewErrorCode.EMPTY_REPLY: _("Please write your reply."),
        ReviewErrorCode.REPLY_CONTACT_WARNING: _(
            "Before you publish: %(found)s looks like contact details or payment past the platform. Everybody reads a reply, "
            "and you cannot change it later. Moderators look at replies like this one."
        ),
        ReviewErrorCode.REPLY_WORDS_WARNING: _(
            "Before you publish: %(found)s is against the rules of the platform in most cases. Everybody reads a reply, and "
            "you cannot change it later. Moderators look at replies like this one."
        ),
        ReviewErrorCode.NOT_TO_VOTE_ON: _("This review is not there."),
        ReviewErrorCode.OWN_MATTER: _("Whoever wrote a review, or is reviewed in it, does not vote on it."),
    }


REPLY_WARNINGS = frozenset({ReviewErrorCode.REPLY_CONTACT_WARNING, ReviewErrorCode.REPLY_WORDS_WARNING})


class MaskErrorCode(StrEnum):
    OWN_ORDER = "own_order"
    WORDS_MISSING = "mask_words_missing"
    NOTHING_TO_HIDE = "nothing_to_hide"
    ALREADY_HIDDEN = "already_hidden"
    NOT_HIDDEN = "not_hidden"


class MaskError(DomainError):
    """A refusal to hide a part of a review, or to show it again."""

    messages = {
        MaskErrorCode.OWN_ORDER: _("Somebody else has to decide this one: it is about an order of yours."),
        MaskErrorCode.WORDS_MISSING: _("Please say why, in at most 300 characters: whom it concerns reads it."),
        MaskErrorCode.NOTHING_TO_HIDE: _("There is nothing of this kind in the review, or it is not public yet."),
        MaskErrorCode.ALREADY_HIDDEN: _("This part of the review is hidden already."),
        MaskErrorCode.NOT_HIDDEN: _("This part of the review is shown again already."),
    }


class AppealErrorCode(StrEnum):
    NOT_YOURS = "appeal_not_yours"
    NOTHING_DECIDED = "nothing_decided"
    ALREADY_OPEN = "appeal_already_open"
    ALREADY_ANSWERED = "appeal_already_answered"
    WORDS_MISSING = "appeal_words_missing"
    ANSWER_MISSING = "answer_missing"
    OWN_DECISION = "own_decision"


class AppealError(DomainError):
    """A refusal about an appeal."""

    messages = {
        AppealErrorCode.NOT_YOURS: _("Only whom a decision concerns can ask to have it looked at again."),
        AppealErrorCode.NOTHING_DECIDED: _("There is nothing decided here that could be looked at again."),
        AppealErrorCode.ALREADY_OPEN: _("You have asked for this already. A person looks at it and answers you."),
        AppealErrorCode.ALREADY_ANSWERED: _("A person has looked at this again already, and has answered you."),
        AppealErrorCode.WORDS_MISSING: _("Please write what should be looked at, in at most 1,000 characters."),
        AppealErrorCode.ANSWER_MISSING: _("Please write an answer of at most 500 characters: the person reads it."),
        AppealErrorCode.OWN_DECISION: _("Somebody else has to answer this: it is your own, or about what you decided."),
    }
