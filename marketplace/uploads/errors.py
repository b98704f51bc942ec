"""Why a file is refused, in words for the person who sent it."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class UploadErrorCode(StrEnum):
    NOT_HERE = "not_here"
    OVER_QUOTA = "over_quota"
    TOO_OFTEN = "too_often"
    NO_VIDEOS = "no_videos"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    KIND_REFUSED = "kind_refused"
    NOT_ARRIVED = "not_arrived"
    WRONG_SIZE = "wrong_size"
    TOO_MANY_PIXELS = "too_many_pixels"
    PICTURE_UNREADABLE = "picture_unreadable"
    VIDEO_UNREADABLE = "video_unreadable"
    PDF_UNREADABLE = "pdf_unreadable"
    PDF_ENCRYPTED = "pdf_encrypted"
    PDF_ACTIVE = "pdf_active"
    UNPROCESSABLE = "unprocessable"
    NOT_READY = "not_ready"
    PROGRAM = "program"
    STORAGE_AWAY = "storage_away"


class UploadError(DomainError):
    """A refusal of a file. `name` is what its owner calls it, `limit` megabytes or a number of files."""

    messages: dict[StrEnum, str | Promise] = {
        UploadErrorCode.NOT_HERE: _(
            "“%(name)s” cannot be added here now. Reload the page: you may not edit this, or not at the moment."
        ),
        UploadErrorCode.OVER_QUOTA: _(
            "“%(name)s” is too much for today: within 24 hours you can send %(limit)s MB. Try again tomorrow."
        ),
        UploadErrorCode.TOO_OFTEN: _(
            "“%(name)s” was not sent: there were too many files in a short time. Try again later."
        ),
        UploadErrorCode.NO_VIDEOS: _(
            "“%(name)s” was not taken: films cannot be processed at the moment. Add pictures for now, and the film later."
        ),
        UploadErrorCode.EMPTY: _("“%(name)s” is empty. Choose the file again."),
        UploadErrorCode.TOO_LARGE: _("“%(name)s” is larger than %(limit)s MB. Make it smaller and upload it again."),
        UploadErrorCode.TOO_MANY: _("There is room for %(limit)s of this kind. Remove one before you add “%(name)s”."),
        UploadErrorCode.KIND_REFUSED: _("“%(name)s” is not a kind of file that can be used here."),
        UploadErrorCode.NOT_ARRIVED: _(
            "“%(name)s” has not arrived whole. Choose it again; what is there already stays."
        ),
        UploadErrorCode.WRONG_SIZE: _("“%(name)s” arrived damaged. Choose it again."),
        UploadErrorCode.TOO_MANY_PIXELS: _("“%(name)s” has too many pixels. Make it smaller and upload it again."),
        UploadErrorCode.PICTURE_UNREADABLE: _("“%(name)s” is not a picture that can be read. Use JPG, PNG or WebP."),
        UploadErrorCode.VIDEO_UNREADABLE: _("“%(name)s” cannot be played. Export it again as MP4 and upload it whole."),
        UploadErrorCode.PDF_UNREADABLE: _("“%(name)s” cannot be read. Export it again as PDF."),
        UploadErrorCode.PDF_ENCRYPTED: _("“%(name)s” is locked with a password. Save it without one."),
        UploadErrorCode.PDF_ACTIVE: _(
            "“%(name)s” contains scripts, attachments, programs, or links to something else than web pages. "
            "Print it to a new PDF and upload that."
        ),
        UploadErrorCode.UNPROCESSABLE: _("“%(name)s” could not be processed. Export it again, or use another file."),
        UploadErrorCode.PROGRAM: _(
            "“%(name)s” is a program that starts when somebody opens it. Put it into a ZIP file and upload that."
        ),
        UploadErrorCode.STORAGE_AWAY: _(
            "“%(name)s” could not be stored: our storage for files does not answer at the moment. Nothing else is lost; "
            "send it again in a few minutes."
        ),
        UploadErrorCode.NOT_READY: _("“%(name)s” is still being checked. Wait a moment and save again."),
    }


class StorageAwayError(UploadError):
    """Nothing is wrong with the file: the same request may come again."""

    http_status = 503


def refusal_sentence(code: str, *, name: str, limit: int = 0) -> str:
    """The sentence of a stored refusal, in the active language."""
    return UploadError(UploadErrorCode(code), name=name, limit=limit).message
