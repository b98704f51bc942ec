from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class ReportErrorCode(StrEnum):
    ALREADY_REPORTED = "already_reported"
    OWN_SERVICE = "own_service"
    OWN_BRIEF = "own_brief"
    OWN_MESSAGE = "own_message"
    WORDS_MISSING = "words_missing"
    OWN_CASE = "own_case"


class ReportError(DomainError):
    """A refusal about a report."""

    messages = {
        ReportErrorCode.ALREADY_REPORTED: _("You have reported this already. We are looking at it and tell you."),
        ReportErrorCode.OWN_SERVICE: _("This is your own service."),
        ReportErrorCode.OWN_BRIEF: _("This is your own brief."),
        ReportErrorCode.OWN_MESSAGE: _("This is your own message: you can withdraw it in its first minutes."),
        ReportErrorCode.WORDS_MISSING: _("Please write a sentence or two: without it nobody can judge the case."),
        ReportErrorCode.OWN_CASE: _("Somebody else has to decide this one: you reported it, or it is about you."),
    }
