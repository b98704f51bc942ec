"""Who may decide which kind of case: whoever is asked for a second opinion or checks a decision could have taken it."""

from marketplace.accounts.models import User
from marketplace.moderation.models import QueueKind
from marketplace.moderation.queue.sources import sources_seen_by

PERMISSIONS: dict[str, str] = {
    QueueKind.GIG: "gigs.change_gig",
    QueueKind.REPORT: "moderation.change_report",
    QueueKind.MESSAGE: "messaging.change_messageflag",
    QueueKind.REVIEW: "reviews.add_reviewmask",
    QueueKind.IDENTITY: "accounts.change_userverification",
    QueueKind.DISPUTE: "orders.change_dispute",
    QueueKind.INTEGRITY: "reviews.change_integritycase",
    QueueKind.APPEAL: "moderation.change_decisionappeal",
}


def kinds_decided_by(staff: User) -> list[str]:
    """The kinds of cases that this person may decide."""
    return [kind for kind, permission in PERMISSIONS.items() if staff.has_perm(permission)]


def kinds_seen_by(staff: User) -> list[str]:
    """The kinds of cases that this person may read."""
    return sorted({source.kind.value for source in sources_seen_by(staff)})
