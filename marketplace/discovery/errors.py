from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class SavedSearchErrorCode(StrEnum):
    TOO_MANY = "too_many_searches"
    NOTHING_TO_SAVE = "nothing_to_save"


class SavedSearchError(DomainError):
    """A refusal about a search that somebody wants to keep."""

    messages = {
        SavedSearchErrorCode.TOO_MANY: _(
            "You have saved %(most)s searches, which is the most. Delete one that you no longer need."
        ),
        SavedSearchErrorCode.NOTHING_TO_SAVE: _("Type some words or choose a filter first, then save the search."),
    }
