from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class LevelErrorCode(StrEnum):
    DECIDED_ALREADY = "decided_already"
    GATES_MISSED = "gates_missed"
    OWN_CASE = "own_case"
    WORDS_MISSING = "words_missing"


class LevelError(DomainError):
    """A refusal about a level."""

    messages = {
        LevelErrorCode.DECIDED_ALREADY: _("This candidate was decided about already."),
        LevelErrorCode.GATES_MISSED: _("This seller no longer meets the gates of Select."),
        LevelErrorCode.OWN_CASE: _("Somebody else decides about you."),
        LevelErrorCode.WORDS_MISSING: _("Please say why. The seller reads it."),
    }
