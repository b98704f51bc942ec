"""What moderation keeps of a person (accounts/personal_data.py)."""

from collections.abc import Iterable

from marketplace.accounts.models import User
from marketplace.accounts.personal_data import Section, Table, plain, table
from marketplace.moderation.models import ModerationQueue, Report


class ModerationSection(Section):
    """Reports somebody made, and what came of them."""

    exported = frozenset({"moderation.ModerationQueue.reported_by", "moderation.Report.reporter"})
    not_exported = {
        "moderation.ModerationQueue.claimed_by": "who of the staff looks at it",
        "moderation.ModerationQueue.decided_by": "who of the staff decided it",
        "moderation.ModerationQueue.person": "what was decided about somebody is exported from the decision",
        "moderation.Segment.owner": "a search that staff kept",
        "moderation.Report.decided_by": "who of the staff decided it",
        "moderation.AdminLog.actor": "what staff did, as evidence about staff",
    }

    def tables(self, user: User) -> Iterable[Table]:
        """Reports made."""
        yield table(
            "reports_made",
            ModerationQueue.objects.filter(reported_by=user).order_by("pk"),
            **plain("kind", "reason", "status", "decision", "created_at", "decided_at"),
        )
        # What was decided stands there; the words to a seller whose service was taken down are the seller's.
        yield table(
            "reports_of_services",
            Report.objects.filter(reporter=user).order_by("pk"),
            service="object_id",
            **plain("reason", "words", "link", "status", "created_at", "decided_at"),
        )
