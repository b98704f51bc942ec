"""What happens in a dispute. Silence costs money here, so most of it cannot be muted."""

from django.utils.translation import gettext_lazy as _

from marketplace.notifications.catalogue.base import BELL_ONLY, URGENT, Notice, Who
from marketplace.notifications.models import NotificationKind as Kind

OPENED = Notice(
    "dispute.opened",
    Kind.DISPUTE,
    Who.EITHER,
    _("A dispute was opened: please tell your side"),
    channels=URGENT,
    mutable=False,
)
ANSWERED = Notice("dispute.answered", Kind.DISPUTE, Who.EITHER, _("The other side answered in the dispute"))
EVIDENCE_ADDED = Notice("dispute.evidence_added", Kind.DISPUTE, Who.EITHER, _("Evidence was added to the dispute"))
TAKEN_BACK = Notice(
    "dispute.taken_back", Kind.DISPUTE, Who.EITHER, _("The dispute was taken back: the order goes on"), mutable=False
)
ANSWER_DUE = Notice(
    "dispute.answer_due",
    Kind.DISPUTE,
    Who.EITHER,
    _("Your answer in a dispute is due soon"),
    channels=URGENT,
    mutable=False,
)
AGREEMENT_DUE = Notice(
    "dispute.agreement_due",
    Kind.DISPUTE,
    Who.EITHER,
    _("The time to agree is nearly over: then a mediator decides"),
    mutable=False,
)
DECISION_TAKES_EFFECT = Notice(
    "dispute.decision_takes_effect",
    Kind.DISPUTE,
    Who.EITHER,
    _("The decision soon takes effect: until then you can appeal"),
    channels=URGENT,
    mutable=False,
)
MEDIATOR_LOOKS = Notice("dispute.mediator_looks", Kind.DISPUTE, Who.EITHER, _("A mediator looks at the dispute now"))
MEDIATOR_WROTE = Notice(
    "dispute.mediator_wrote", Kind.DISPUTE, Who.EITHER, _("The mediator wrote to both of you"), mutable=False
)
DECIDED = Notice(
    "dispute.decided",
    Kind.DISPUTE,
    Who.EITHER,
    _("The dispute was decided: please read the reasons"),
    channels=URGENT,
    mutable=False,
)
DECISION_ACCEPTED = Notice(
    "dispute.decision_accepted", Kind.DISPUTE, Who.EITHER, _("The other side accepted the decision")
)
APPEALED = Notice(
    "dispute.appealed",
    Kind.DISPUTE,
    Who.EITHER,
    _("The decision was appealed: another mediator looks at it"),
    mutable=False,
)
TIME_OVER = Notice(
    "dispute.time_over", Kind.DISPUTE, Who.EITHER, _("The time to agree is over: a mediator decides now"), mutable=False
)
CLOSED = Notice(
    "dispute.closed", Kind.DISPUTE, Who.EITHER, _("The dispute is closed: the money moves as decided"), mutable=False
)
SPLIT_PROPOSED = Notice(
    "dispute.split_proposed",
    Kind.DISPUTE,
    Who.EITHER,
    _("The other side proposes a division: please answer"),
    channels=URGENT,
    mutable=False,
)
SPLIT_TAKEN_BACK = Notice(
    "dispute.split_taken_back", Kind.DISPUTE, Who.EITHER, _("The proposed division was taken back")
)
SPLIT_DECLINED = Notice("dispute.split_declined", Kind.DISPUTE, Who.EITHER, _("Your proposed division was declined"))
WAITS = Notice("dispute.waits", Kind.DISPUTE, Who.STAFF, _("A dispute waits for a decision"), channels=BELL_ONLY)
OVERDUE = Notice("dispute.overdue", Kind.DISPUTE, Who.STAFF, _("A dispute is overdue: it still waits for a decision"))
APPEAL_WAITS = Notice(
    "dispute.appeal_waits", Kind.DISPUTE, Who.STAFF, _("An appeal waits for a decision"), channels=BELL_ONLY
)
NOBODY_LEFT = Notice(
    "dispute.nobody_left",
    Kind.DISPUTE,
    Who.STAFF,
    _("Nobody else may decide this dispute: please see to a second mediator"),
)
