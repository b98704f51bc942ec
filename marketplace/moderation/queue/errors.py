"""Refusals of the queue."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class QueueErrorCode(StrEnum):
    CLAIMED_BY_OTHER = "case_claimed_by_other"
    DECIDED_ALREADY = "case_decided_already"
    NOT_PERMITTED = "case_not_permitted"
    ABOUT_YOURSELF = "case_about_yourself"
    DECIDED_BEFORE = "case_decided_before"
    AT_ITS_DESK = "case_at_its_desk"
    EFFECT_NOT_OFFERED = "case_effect_not_offered"
    REASON_MISSING = "case_reason_missing"
    WORDS_MISSING = "case_words_missing"
    DAYS_MISSING = "case_days_missing"
    ANSWER_MISSING = "case_answer_missing"


class QueueError(DomainError):
    """A refusal about a case of the queue."""

    messages = {
        QueueErrorCode.CLAIMED_BY_OTHER: _("A colleague has this case just now."),
        QueueErrorCode.DECIDED_ALREADY: _("Somebody else has decided this meanwhile."),
        QueueErrorCode.NOT_PERMITTED: _("Cases of this kind are decided by colleagues with another role."),
        QueueErrorCode.ABOUT_YOURSELF: _("This case concerns you. A colleague has to decide it."),
        QueueErrorCode.DECIDED_BEFORE: _("You decided about this before. A colleague has to look at it now."),
        QueueErrorCode.AT_ITS_DESK: _("This case is decided at its own desk."),
        QueueErrorCode.EFFECT_NOT_OFFERED: _("This cannot be done in a case of this kind."),
        QueueErrorCode.REASON_MISSING: _("Please choose a reason: whoever loses something reads why."),
        QueueErrorCode.WORDS_MISSING: _("Please write the answer: whom it concerns reads it."),
        QueueErrorCode.DAYS_MISSING: _("Please say for how many days, from 1 to 365."),
        QueueErrorCode.ANSWER_MISSING: _("Please say whether the person is right."),
    }
