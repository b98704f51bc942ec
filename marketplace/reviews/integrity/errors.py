from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class CaseErrorCode(StrEnum):
    ALREADY_DECIDED = "already_decided"
    OWN_CASE = "own_case"
    NO_WORDS = "no_words"
    NOT_CONFIRMED = "not_confirmed"


class CaseError(DomainError):
    """A refusal about an integrity case."""

    messages = {
        CaseErrorCode.ALREADY_DECIDED: _("Somebody else has decided this case meanwhile."),
        CaseErrorCode.OWN_CASE: _("You are in this case yourself. A colleague has to decide it."),
        CaseErrorCode.NO_WORDS: _("Please write why, in at most %(limit)s characters."),
        CaseErrorCode.NOT_CONFIRMED: _("Only a decision that takes reviews out of the scores can be taken back."),
    }
