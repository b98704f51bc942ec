from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class QualityErrorCode(StrEnum):
    STRIKE_WORDS_MISSING = "strike_words_missing"
    STRIKE_OWN = "strike_own"
    STRIKE_IS_OVER = "strike_is_over"
    LIFT_REASON_MISSING = "lift_reason_missing"
    APPEAL_WORDS_MISSING = "decision_appeal_words_missing"
    APPEAL_MADE = "decision_appeal_made"
    APPEAL_TOO_LATE = "decision_appeal_too_late"
    NOTHING_TO_APPEAL = "nothing_to_appeal"
    APPEAL_ANSWERED = "decision_appeal_answered"
    APPEAL_ANSWER_MISSING = "decision_appeal_answer_missing"
    APPEAL_OWN = "decision_appeal_own"
    OPINION_WORDS_MISSING = "opinion_words_missing"
    OPINION_NOT_YOUR_CASE = "opinion_not_your_case"
    OPINION_ASKED = "opinion_asked"
    OPINION_OWN = "opinion_own"
    OPINION_GIVEN = "opinion_given"
    CHECK_OWN = "check_own"
    CHECK_DONE = "check_done"
    CHECK_REMARK_MISSING = "check_remark_missing"
    CHECK_DID_NOT_DISAGREE = "check_did_not_disagree"
    DECISION_OVERTURNED = "decision_overturned"


class QualityError(DomainError):
    """A refusal about a strike, an appeal, a second opinion or a check."""

    messages = {
        QualityErrorCode.STRIKE_WORDS_MISSING: _("Please write why: the person reads it."),
        QualityErrorCode.STRIKE_OWN: _("Nobody gives or lifts a strike of their own."),
        QualityErrorCode.STRIKE_IS_OVER: _("This strike no longer counts: it ran out or was lifted."),
        QualityErrorCode.LIFT_REASON_MISSING: _("Please write why the strike is lifted: the person reads it."),
        QualityErrorCode.APPEAL_WORDS_MISSING: _("Please write why it is wrong, in at most 1,000 characters."),
        QualityErrorCode.APPEAL_MADE: _("You have appealed against this decision already."),
        QualityErrorCode.APPEAL_TOO_LATE: _("This decision can no longer be appealed against: its time has passed."),
        QualityErrorCode.NOTHING_TO_APPEAL: _("This decision did nothing to you, or was undone already."),
        QualityErrorCode.APPEAL_ANSWERED: _("Somebody else has answered this appeal meanwhile."),
        QualityErrorCode.APPEAL_ANSWER_MISSING: _("Please write an answer: the person reads it."),
        QualityErrorCode.APPEAL_OWN: _("Another person has to answer this one: you decided it, or it is about you."),
        QualityErrorCode.OPINION_WORDS_MISSING: _("Please write a sentence or two, in at most 1,000 characters."),
        QualityErrorCode.OPINION_NOT_YOUR_CASE: _("Only who has claimed a case can ask a colleague about it."),
        QualityErrorCode.OPINION_ASKED: _("A colleague has been asked about this case already."),
        QualityErrorCode.OPINION_OWN: _("A colleague has to answer this: you asked it, or the case is about you."),
        QualityErrorCode.OPINION_GIVEN: _("Somebody else has answered this meanwhile, or the case is decided."),
        QualityErrorCode.CHECK_OWN: _("A colleague has to check this one: you decided it, or it is about you."),
        QualityErrorCode.CHECK_DONE: _("Somebody else has checked this one meanwhile."),
        QualityErrorCode.CHECK_REMARK_MISSING: _("Please write what you would have decided, and why."),
        QualityErrorCode.CHECK_DID_NOT_DISAGREE: _("Only a decision that its checker disagrees with is undone here."),
        QualityErrorCode.DECISION_OVERTURNED: _("This decision was undone already."),
    }
