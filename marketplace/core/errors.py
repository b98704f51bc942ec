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


class BusyError(DomainError):
    """Others hold what is needed, for longer than one waits for it: the same request may come again."""

    http_status = 503
    messages = {
        BusyErrorCode.BUSY: _("Somebody is working on the same thing right now. Please try again in a few seconds.")
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
