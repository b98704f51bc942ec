"""Why something about notifications is refused, in words for the person."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class NoticeErrorCode(StrEnum):
    NOT_A_BROWSER = "not_a_browser"
    MAY_HAVE_ARRIVED = "may_have_arrived"


class NoticeError(DomainError):
    """A refusal of what somebody wants to be told, or where."""

    messages: dict[StrEnum, str | Promise] = {
        NoticeErrorCode.NOT_A_BROWSER: _(
            "This browser has no push service that we know. Choose another way, or use another browser."
        ),
        NoticeErrorCode.MAY_HAVE_ARRIVED: _(
            "Nobody knows whether this has arrived: sent again it may be a copy. Please tick that you want that."
        ),
    }
