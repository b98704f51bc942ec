"""The demo's clock: staff jump days, so that acceptance, clearing and deadlines can be seen in a minute (docs/orders.md).

It goes forward, and back to the real time only as long as nothing was booked in the time ahead: books, time lines and seals
are dated by it, and none of them may say that something happened before what it followed from.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from django.db.models import F, Model
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cms_pages.models import RulesText
from marketplace.core import clock
from marketplace.core.models import ConfigChange
from marketplace.ledger.models import DaySeal, Transaction
from marketplace.ledger.selectors import coming_clearings
from marketplace.messaging.models import Message, MessageFlag
from marketplace.offers.models import Brief, Offer
from marketplace.orders.models import Delivery, Order, OrderEvent, OrderHold, OrderProposal
from marketplace.orders.selectors import coming_deadlines, coming_expiries
from marketplace.reviews.models import (
    HelpfulVote,
    IntegrityCase,
    IntegritySignal,
    LevelChange,
    ReputationAppeal,
    Review,
    ReviewMask,
    ReviewVersion,
    ScoreException,
    SelectionCase,
    SellerLevel,
)
from marketplace.uploads.models import Upload
from portal.demo.errors import DemoError, DemoErrorCode
from portal.demo.models import DemoClock
from portal.schedule import INTERVALS

HOUR = timedelta(hours=1)
# In hours: the buttons.
JUMPS: dict[int, str | Promise] = {
    1: _("+1 hour"),
    24: _("+1 day"),
    72: _("+3 days"),
    168: _("+7 days"),
    336: _("+14 days"),
}
# What bears the moment at which it happened by this clock. Moments to come (due, expiring) are none of these.
NOTED: tuple[tuple[type[Model], *tuple[str, ...]], ...] = (
    (Transaction, "created_at"),
    (ConfigChange, "asked_at", "decided_at", "applied_at"),
    (DaySeal, "sealed_at"),
    (OrderEvent, "created_at"),
    (OrderProposal, "answered_at"),
    (Delivery, "created_at"),
    (Order, "emptied_at"),
    (OrderHold, "placed_at", "released_at"),
    (Offer, "created_at", "answered_at"),
    (Brief, "published_at", "ended_at"),
    (Message, "created_at", "edited_at", "withdrawn_at", "emptied_at"),
    (MessageFlag, "created_at", "decided_at"),
    (Upload, "received_at", "decided_at", "attached_at"),
    (Review, "written_at", "edited_at", "published_at", "replied_at", "excluded_at"),
    (ReviewVersion, "replaced_at"),
    (ReviewMask, "masked_at", "lifted_at"),
    (HelpfulVote, "created_at"),
    (SellerLevel, "since"),
    (LevelChange, "created_at"),
    (SelectionCase, "opened_at", "decided_at"),
    (ReputationAppeal, "opened_at", "decided_at"),
    (ScoreException, "decided_at"),
    (IntegrityCase, "opened_at", "decided_at"),
    (IntegritySignal, "found_at"),
    (RulesText, "announced_at", "withdrawn_at", "applied_at"),
)


@dataclass(frozen=True)
class Coming:
    """Something that will happen by itself."""

    at: datetime
    what: str | Promise
    subject: str


def follow() -> None:
    """Set this process's clock to the demo's. One query; asked before each request and each job."""
    found = DemoClock.objects.filter(pk=1).values_list("ahead", flat=True).first()
    clock.go_ahead(found or timedelta())


def jump(*, hours: int) -> None:
    """Move the clock forward, and let every periodic job run at once. Raises DemoError UNKNOWN_JUMP."""
    if hours not in JUMPS:
        raise DemoError(DemoErrorCode.UNKNOWN_JUMP)
    with transaction.atomic():
        DemoClock.objects.get_or_create(pk=1)
        # In one statement: two jumps at once are two jumps.
        DemoClock.objects.filter(pk=1).update(ahead=F("ahead") + hours * HOUR)
    follow()
    run_jobs()


def back_to_now() -> None:
    """Let the clock show the real time again. Raises DemoError BOOKED_AHEAD."""
    if is_booked_ahead():
        raise DemoError(DemoErrorCode.BOOKED_AHEAD)
    DemoClock.objects.filter(pk=1).update(ahead=timedelta())
    follow()


def is_booked_ahead() -> bool:
    """Whether anything bears a time that has not come yet in the world outside."""
    now = timezone.now()
    return any(
        model._default_manager.filter(**{f"{field}__gt": now}).exists() for model, *fields in NOTED for field in fields
    )


def run_jobs() -> None:
    """Ask the worker for every job that runs at an interval, in the order of the schedule."""
    for name in INTERVALS:
        current_app.send_task(name, ignore_result=True)


def coming(*, limit: int = 20) -> list[Coming]:
    """What happens next in the whole platform, soonest first: clocks of orders, unpaid ones, earnings that clear."""
    found = [
        *(Coming(row.due_at, row.get_kind_display(), row.order.number) for row in coming_deadlines(limit=limit)),
        *(
            Coming(row.payment_expires_at, _("Closed, not paid in time"), row.number)
            for row in coming_expiries(limit=limit)
        ),
        *(Coming(row.clears_at, _("Earnings clear"), row.subject_reference) for row in coming_clearings(limit=limit)),
    ]
    return sorted(found, key=lambda each: each.at)[:limit]
