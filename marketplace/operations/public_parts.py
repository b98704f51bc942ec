"""The parts of the site as people know them, and how each stands by what is measured of the machine's parts.

Judged from signals alone: no text of the staff reaches this.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.operations.models import PartState

# Signs beside the checks of parts.py and the backlogs of backlogs.py.
CLOCK, QUEUE, HALT = "clock", "queue", "payouts_halted"


@dataclass(frozen=True)
class PublicPart:
    """A line of the status page. `needs`: without one of these it cannot be used. `leans_on`: without one of these, or with
    one of the backlogs in `late` late (backlogs.late_backlogs), it is partly affected. `partly` and `down` say what that means.
    """

    key: str
    name: str | Promise
    needs: frozenset[str]
    leans_on: frozenset[str]
    late: frozenset[str]
    partly: str | Promise
    down: str | Promise

    def judged(self, signs: Collection[str]) -> PartState:
        """How it stands while all of these are away or late."""
        if self.needs.intersection(signs):
            return PartState.DOWN
        if (self.leans_on | self.late).intersection(signs):
            return PartState.PARTLY
        return PartState.GOOD

    def words(self, state: str) -> str:
        """What its state means for whoever uses it; empty while it works."""
        return str({PartState.PARTLY: self.partly, PartState.DOWN: self.down}.get(PartState(state), ""))


_DATABASE = frozenset({"database"})
PARTS: Mapping[str, PublicPart] = {
    part.key: part
    for part in (
        PublicPart(
            "browsing",
            pgettext_lazy("a part of the site", "Browsing and search"),
            _DATABASE,
            frozenset({"search"}),
            frozenset(),
            _("Pages open. The search may find nothing at present."),
            _("Pages do not open at present."),
        ),
        PublicPart(
            "signing_in",
            pgettext_lazy("a part of the site", "Log-in and sign-up"),
            _DATABASE | {"cache"},
            frozenset({"worker"}),
            frozenset({"text_messages"}),
            _("You can log in with your password. Codes by text message come late."),
            _("Nobody can log in at present. Who is logged in already stays so."),
        ),
        PublicPart(
            "paying",
            pgettext_lazy("a part of the site", "Ordering and paying"),
            _DATABASE,
            frozenset({"cache", "worker", CLOCK}),
            frozenset(),
            _("You can pay. It may take longer until the order shows the payment: do not pay a second time."),
            _("Please do not pay now. Money that has left your account is booked to your order."),
        ),
        PublicPart(
            "orders",
            pgettext_lazy("a part of the site", "Deliveries, acceptance and refunds"),
            _DATABASE,
            frozenset({"worker", CLOCK}),
            frozenset({"order_deadlines", "refunds"}),
            _("Refunds and automatic steps come later than usual. None is lost."),
            _("Orders cannot be opened at present. The money stays in escrow."),
        ),
        PublicPart(
            "messages",
            pgettext_lazy("a part of the site", "Messages"),
            _DATABASE,
            frozenset({"cache", "worker", QUEUE}),
            frozenset({"notices_to_spread"}),
            _("Messages are kept. They may show only when the page is loaded again."),
            _("Messages can be neither read nor sent at present."),
        ),
        PublicPart(
            "uploads",
            pgettext_lazy("a part of the site", "Uploading files"),
            _DATABASE | {"worker"},
            frozenset({"cache", QUEUE}),
            frozenset({"uploads"}),
            _("Files are taken in. They take longer until they can be used."),
            _("Files cannot be used at present. Please send them later."),
        ),
        PublicPart(
            "payouts",
            pgettext_lazy("a part of the site", "Withdrawals"),
            _DATABASE,
            frozenset({"worker", CLOCK, HALT}),
            frozenset({"withdrawals", "settlements"}),
            _("Withdrawals arrive later than usual. The money stays yours."),
            _("Nothing can be withdrawn at present. The money stays yours."),
        ),
        PublicPart(
            "letters",
            pgettext_lazy("a part of the site", "Text messages and e-mail"),
            _DATABASE | {"worker"},
            frozenset({"cache", CLOCK, QUEUE}),
            frozenset({"text_messages", "notices_to_send"}),
            _("Text messages and e-mails come late."),
            _("No text message and no e-mail leaves at present. They follow as soon as it works."),
        ),
    )
}
# What is asked of the backlogs: nothing that no part is judged by.
BACKLOGS: frozenset[str] = frozenset().union(*(part.late for part in PARTS.values()))


def judged(signs: Collection[str]) -> dict[str, PartState]:
    """Every part, while all of these are away or late."""
    return {key: part.judged(signs) for key, part in PARTS.items()}
