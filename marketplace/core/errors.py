"""The base of every refusal that a person may see. Each app has its own subclass with its codes in `errors.py`."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A rule said no. `code` is for programs, `message` is a translated full sentence for the person.

    Views do not catch it: marketplace.core.middleware turns it into a message and a way back, in one place.
    """

    messages: dict[StrEnum, str | Promise] = {}
    http_status = 409

    def __init__(self, code: StrEnum, **parameters: object) -> None:
        self.code = code
        self.parameters = parameters
        super().__init__(code.value)

    @property
    def message(self) -> str:
        """The sentence in the active language, with its parameters filled in."""
        return str(self.messages[self.code]) % self.parameters if self.parameters else str(self.messages[self.code])


class BusyErrorCode(StrEnum):
    BUSY = "busy"
    AWAY = "away"


class BusyError(DomainError):
    """Others hold what is needed, for longer than one waits for it, or a part is away: the same request may come again."""

    http_status = 503
    messages = {
        BusyErrorCode.BUSY: _("Somebody is working on the same thing right now. Please try again in a few seconds."),
        BusyErrorCode.AWAY: _(
            "A part that we need for this does not answer just now, so nobody is let through. Please try again in a minute."
        ),
    }


class SettingErrorCode(StrEnum):
    IN_RULES = "in_rules"
    OUT_OF_BOUNDS = "setting_out_of_bounds"
    NOTHING_CHANGES = "setting_nothing_changes"
    NO_REASON = "setting_no_reason"
    IN_THE_PAST = "setting_in_the_past"
    OPEN_ALREADY = "setting_open_already"
    OWN_CHANGE = "setting_own_change"
    OVER = "setting_change_over"
    CHANGED_MEANWHILE = "setting_changed_meanwhile"


class SettingError(DomainError):
    """A refusal to change a platform setting."""

    messages = {
        SettingErrorCode.IN_RULES: _(
            "“%(setting)s” stands in %(document)s. It changes with a new version of that text, announced with the new value."
        ),
        SettingErrorCode.OUT_OF_BOUNDS: _("The value must lie between %(minimum)s and %(maximum)s."),
        SettingErrorCode.NOTHING_CHANGES: _("That is the value in force. There is nothing to change."),
        SettingErrorCode.NO_REASON: _("Please write why, in at most %(most)s characters."),
        SettingErrorCode.IN_THE_PAST: _("A change cannot take effect in the past."),
        SettingErrorCode.OPEN_ALREADY: _(
            "A change of this setting is under way already. Decide it or withdraw it, then ask for another one."
        ),
        SettingErrorCode.OWN_CHANGE: _("Another person has to agree to what you asked for."),
        SettingErrorCode.OVER: _("This change was decided or withdrawn meanwhile."),
        SettingErrorCode.CHANGED_MEANWHILE: _(
            "The value in force is no longer the one that this change was asked for. Refuse it and ask anew."
        ),
    }


class PictureErrorCode(StrEnum):
    TOO_LARGE = "picture_too_large"
    TOO_MANY_PIXELS = "picture_too_many_pixels"
    UNREADABLE = "picture_unreadable"


class PictureError(DomainError):
    """A refusal of a picture that somebody sent."""

    messages = {
        PictureErrorCode.TOO_LARGE: _("“%(name)s” is larger than %(limit)s MB. Compress it and upload it again."),
        PictureErrorCode.TOO_MANY_PIXELS: _("“%(name)s” has too many pixels. Make it smaller and upload it again."),
        PictureErrorCode.UNREADABLE: _("“%(name)s” is not a picture that can be read. Use JPG, PNG or WebP."),
    }
