from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class ReportErrorCode(StrEnum):
    ALREADY_REPORTED = "already_reported"
    OWN_SERVICE = "own_service"
    OWN_BRIEF = "own_brief"
    OWN_MESSAGE = "own_message"
    OWN_REVIEW = "own_review"
    NOT_YOUR_ORDER = "not_your_order_to_report"
    WORDS_MISSING = "words_missing"
    OWN_CASE = "own_case"
    GROUND_MISSING = "ground_missing"


class ReportError(DomainError):
    """A refusal about a report."""

    messages = {
        ReportErrorCode.ALREADY_REPORTED: _("You have reported this already. We are looking at it and tell you."),
        ReportErrorCode.OWN_SERVICE: _("This is your own service."),
        ReportErrorCode.OWN_BRIEF: _("This is your own brief."),
        ReportErrorCode.OWN_MESSAGE: _("This is your own message: you can withdraw it in its first minutes."),
        ReportErrorCode.OWN_REVIEW: _("These are your own words."),
        ReportErrorCode.NOT_YOUR_ORDER: _("Only the buyer of an order can report this."),
        ReportErrorCode.WORDS_MISSING: _("Please write a sentence or two: without it nobody can judge the case."),
        ReportErrorCode.OWN_CASE: _("Somebody else has to decide this one: you reported it, or it is about you."),
        ReportErrorCode.GROUND_MISSING: _("Please choose which part is hidden, and on which legal ground."),
    }


class PeopleErrorCode(StrEnum):
    WHY_MISSING = "why_missing"
    OWN_ROLES = "own_roles"
    ADMINISTRATOR_ONLY = "administrator_only"
    NOT_CONFIRMED = "not_confirmed"
    LAST_ADMINISTRATOR = "last_administrator"
    ROLE_UNKNOWN = "role_unknown"
    NAME_TAKEN = "segment_name_taken"
    SEGMENT_OF_ONE = "segment_of_one"


class PeopleError(DomainError):
    """A refusal at the people's desk."""

    messages = {
        PeopleErrorCode.WHY_MISSING: _("Please say why: it stands in the staff log."),
        PeopleErrorCode.OWN_ROLES: _("Nobody changes their own roles. Ask another administrator."),
        PeopleErrorCode.ADMINISTRATOR_ONLY: _(
            "Only a superuser or an administrator makes somebody an administrator, or takes that back."
        ),
        PeopleErrorCode.NOT_CONFIRMED: _("What you typed is not what was asked for. Nothing was changed."),
        PeopleErrorCode.LAST_ADMINISTRATOR: _("This is the last administrator. Make somebody else one first."),
        PeopleErrorCode.ROLE_UNKNOWN: _("There is no such role, or this account cannot have one."),
        PeopleErrorCode.SEGMENT_OF_ONE: _(
            "A segment keeps nobody's number or address. Search by something that many people share."
        ),
        PeopleErrorCode.NAME_TAKEN: _("You have a segment of this name already."),
    }
