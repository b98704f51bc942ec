from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class WordsErrorCode(StrEnum):
    UNREADABLE = "unreadable"
    TOO_MANY = "too_many"
    BAD_LINE = "bad_line"


class WordsError(DomainError):
    """A refusal about a file of watched words."""

    messages = {
        WordsErrorCode.UNREADABLE: _(
            "This is no CSV file with a column “word”. Please export the list and change that file."
        ),
        WordsErrorCode.TOO_MANY: _("The file has more than %(limit)s words. Please take it in in parts."),
        WordsErrorCode.BAD_LINE: _("Line %(line)s (“%(word)s”) is not right: nothing was taken in."),
    }
