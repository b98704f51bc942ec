from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class RulesTextErrorCode(StrEnum):
    ANNOUNCED = "announced"
    TOO_SOON = "too_soon"
    COMMENTS_TOO_SHORT = "comments_too_short"
    COMMENTS_TOO_LONG = "comments_too_long"
    BEFORE_ANOTHER = "before_another"
    NOT_WHOLE = "not_whole"
    IN_FORCE = "in_force"
    COMMENTS_CLOSED = "comments_closed"
    COMMENT_EMPTY = "comment_empty"
    DRAFT_CHANGED = "draft_changed"
    NOT_QUOTED = "not_quoted"
    OUT_OF_BOUNDS = "out_of_bounds"


class RulesTextError(DomainError):
    """A refusal about a version of the rules."""

    messages = {
        RulesTextErrorCode.ANNOUNCED: _("This version was announced already. Copy it to begin a new one."),
        RulesTextErrorCode.TOO_SOON: _(
            "Changed rules are announced at least %(days)s days before they hold. Choose a later day."
        ),
        RulesTextErrorCode.COMMENTS_TOO_SHORT: _("People need at least %(days)s days to comment. Choose a later day."),
        RulesTextErrorCode.COMMENTS_TOO_LONG: _("Comments end before the rules take effect. Choose an earlier day."),
        RulesTextErrorCode.BEFORE_ANOTHER: _(
            "Another version takes effect on %(day)s. Choose a later day, or withdraw that one first."
        ),
        RulesTextErrorCode.NOT_WHOLE: _("The text is needed in both languages, and what changes too."),
        RulesTextErrorCode.IN_FORCE: _("This version is in force already. Announce a new one to change it."),
        RulesTextErrorCode.COMMENTS_CLOSED: _("This version takes no comments (any more)."),
        RulesTextErrorCode.COMMENT_EMPTY: _("Write what you think of the change first."),
        RulesTextErrorCode.DRAFT_CHANGED: _(
            "The draft or a figure in it changed after you opened this page. Read it again below, then announce it."
        ),
        RulesTextErrorCode.NOT_QUOTED: _("The draft does not quote the setting %(setting)s. Leave its value as it is."),
        RulesTextErrorCode.OUT_OF_BOUNDS: _(
            "“%(setting)s” must lie between %(minimum)s and %(maximum)s (%(unit)s). Choose another value."
        ),
    }


class TranslationErrorCode(StrEnum):
    SOURCE_NOT_LIVE = "source_not_live"
    NOT_WHOLE = "not_whole"
    STOPPED = "stopped"
    WAITING = "waiting"


class TranslationError(DomainError):
    """A refusal about the translation of a page."""

    messages = {
        TranslationErrorCode.SOURCE_NOT_LIVE: _("Only a page that is live is translated: publish it first."),
        TranslationErrorCode.NOT_WHOLE: _("%(count)s of its texts are not translated yet."),
        TranslationErrorCode.STOPPED: _("The translation cannot go live: %(findings)s"),
        TranslationErrorCode.WAITING: _("This translation is with the editors already."),
    }
