"""What a signal says, in a sentence that staff can judge by: never an address, an account or a number of a person."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.reviews.models import SignalKind


def signal_words(kind: str, evidence: Mapping[str, Any]) -> str:
    """One sentence in the active language."""
    match kind:
        case SignalKind.LOOP:
            return _("The shortest circle of purchases through both has %(length)s accounts.") % {
                "length": evidence.get("length", "?")
            }
        case SignalKind.INSTANT_PRAISE:
            return _(
                "Order %(order)s: delivered within an hour, accepted %(minutes)s minutes later, five stars. Of the "
                "seller's %(sold)s finished orders, %(of)s went like that."
            ) % {name: evidence.get(name, "?") for name in ("order", "minutes", "sold", "of")}
        case SignalKind.ROUND_TRIP:
            return _(
                "Order %(order)s was paid within %(days)s days after order %(earned)s had brought its buyer about as much."
            ) % {name: evidence.get(name, "?") for name in ("order", "days", "earned")}
        case _:
            things = int(evidence.get("things", 1))
            shared = _shared(kind, things) % {"count": things}
            if evidence.get("direct"):
                return _("%(shared)s They dealt with each other.") % {"shared": shared}
            thirds = int(evidence.get("thirds", 0))
            return ngettext(
                "%(shared)s They dealt with the same third account.",
                "%(shared)s They dealt with %(count)s same accounts.",
                thirds,
            ) % {"shared": shared, "count": thirds}


def _shared(kind: str, things: int) -> str:
    match kind:
        case SignalKind.SHARED_BROWSER:
            return ngettext(
                "Both logged in to in the same browser.", "Both logged in to in the same %(count)s browsers.", things
            )
        case SignalKind.SHARED_ADDRESS:
            return ngettext(
                "Both logged in from the same address.", "Both logged in from the same %(count)s addresses.", things
            )
        case SignalKind.SHARED_PAYER:
            return ngettext("Both paid from the same account.", "Both paid from the same %(count)s accounts.", things)
        case _:
            return ngettext(
                "Money of both goes to the same account, or one is paid out to what the other pays from.",
                "Money of both goes to the same %(count)s accounts, or one is paid out to what the other pays from.",
                things,
            )
