from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class DemoErrorCode(StrEnum):
    BOOKED_AHEAD = "booked_ahead"
    UNKNOWN_JUMP = "unknown_jump"


class DemoError(DomainError):
    """A refusal of the demo's clock."""

    messages = {
        DemoErrorCode.BOOKED_AHEAD: _(
            "Something has already happened in the time ahead, so the clock cannot go back: it stands in the books. "
            "bin/run --fresh begins anew."
        ),
        DemoErrorCode.UNKNOWN_JUMP: _("The clock only makes the jumps that its buttons name."),
    }
