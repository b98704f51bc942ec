"""What a state is called: one word for an order's stamp, its row, the tab over such rows and the export. No writing.

Two words are no state of the table: work that is late, and a dispute that its two sides settled themselves.
`shown_state` says it of one order, `shown_states` the same to the database; a test holds the two together.
"""

from datetime import timedelta

from django.db.models import Case, CharField, F, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable, ExpressionWrapper
from django.db.models.fields import DurationField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import LessThanOrEqual
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.orders import turns
from marketplace.orders.models import Order
from marketplace.orders.states import BUYER, WORKED_ON_STATUSES, OrderStatus

S = OrderStatus
LATE, AGREED = "late", "agreed"
# In the order of the tabs.
SHOWN = (LATE, *(state.value for state in S), AGREED)


def shown_state(order: Order) -> str:
    """A state of the table, LATE or AGREED."""
    if turns.lateness(order):
        return LATE
    if order.status == S.RESOLVED and order.dispute.decided_by_id is None:
        return AGREED
    return str(order.status)


def shown_states() -> Combinable:
    """The same for a query of orders, as of now."""
    return Case(
        When(late(), then=Value(LATE)),
        When(status=S.RESOLVED, dispute__decided_by=None, then=Value(AGREED)),
        default=F("status"),
        output_field=CharField(),
    )


def late() -> Q:
    """The orders whose work is late now (`turns.lateness`)."""
    return Q(status__in=WORKED_ON_STATUSES, due_at__lt=clock.now())


def very_late() -> Q:
    """Those of them that their buyer may cancel alone now, each by its own rules (`deadlines.is_very_late`)."""
    key = "orders.very_late_hours"
    hours = Coalesce(Cast(KeyTextTransform(key, "rules__values"), IntegerField()), Value(get_config(key)))
    grace = ExpressionWrapper(hours * Value(timedelta(hours=1)), output_field=DurationField())
    return late() & Q(LessThanOrEqual(F("due_at") + grace, clock.now()))


def state_words(shown: str, side: str) -> str | Promise:
    """What a shown state asks of this side."""
    words = {
        LATE: _("Late"),
        AGREED: pgettext("an order", "Settled"),
        S.RESOLVED: _("Decided"),
        S.PENDING_PAYMENT: _("To pay"),
        S.REVISION_REQUESTED: _("In revision") if side == BUYER else _("To revise"),
    }
    if side == BUYER:
        words |= {S.AWAITING_REQUIREMENTS: _("Your turn: requirements"), S.DELIVERED: _("Your turn: acceptance")}
    else:
        words |= {
            S.AWAITING_REQUIREMENTS: _("Waiting for the buyer's requirements"),
            S.IN_PROGRESS: _("To deliver"),
            S.DELIVERED: _("Waiting for the buyer's acceptance"),
        }
    return words.get(shown) or S(shown).label
