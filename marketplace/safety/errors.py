from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class WordsErrorCode(StrEnum):
    UNREADABLE = "unreadable"
    TOO_MANY = "too_many"
    BAD_LINE = "bad_line"
    REASON_MISSING = "words_reason_missing"


class WordsError(DomainError):
    """A refusal about a file of watched words."""

    messages = {
        WordsErrorCode.UNREADABLE: _(
            "This is no CSV file with a column “word”. Please export the list and change that file."
        ),
        WordsErrorCode.TOO_MANY: _("The file has more than %(limit)s words. Please take it in in parts."),
        WordsErrorCode.BAD_LINE: _("Line %(line)s (“%(word)s”) is not right: nothing was taken in."),
        WordsErrorCode.REASON_MISSING: _("Please write why it is taken in at once: it stands in the staff log."),
    }


class TrialErrorCode(StrEnum):
    NOTHING_CHANGED = "trial_nothing_changed"
    NOT_READY = "trial_not_ready"
    LIST_CHANGED = "trial_list_changed"
    REASON_MISSING = "trial_reason_missing"


class TrialError(DomainError):
    """A refusal about the dry run of a word."""

    messages = {
        TrialErrorCode.NOTHING_CHANGED: _("Nothing of this word would change."),
        TrialErrorCode.NOT_READY: _("This dry run is still running, or it was put in use or dropped already."),
        TrialErrorCode.LIST_CHANGED: _("Somebody has changed this word since the dry run. Please run it again."),
        TrialErrorCode.REASON_MISSING: _("Please write why: it stands in the staff log."),
    }
