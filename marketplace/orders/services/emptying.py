"""An order whose time is over loses words and files. What was bought, for how much, and what happened when stays (keeping.py)."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from marketplace.core import clock
from marketplace.notifications import catalogue
from marketplace.notifications.services import blank_lines, recipient_language
from marketplace.orders import keeping, locks
from marketplace.orders.models import (
    Delivery,
    DeliveryFile,
    Dispute,
    DisputeDecision,
    DisputeFile,
    DisputeStatement,
    EvidenceBundle,
    MilestonePlan,
    Order,
    OrderEvent,
    OrderMilestone,
    RevisionFile,
)
from marketplace.uploads.services import release_files

# What stands where somebody's words were: nobody is said to have said nothing, and a decision has reasons (a rule of its table).
GONE = "…"
# Keys of `OrderEvent.data` that hold what somebody typed; all others are numbers, codes and moments.
TYPED = ("reason", "message")


@transaction.atomic
def empty_order(*, order_id: int) -> bool:
    """Remove words and files of an order that nobody needs any more, and of all that belongs to the same transaction, in one.

    Returns whether it was this call that did. Requirements, delivered files, what was shown for a revision, statements, evidence
    and bundles of a dispute, words of proposals, typed reasons, and the service as it was bought with its texts go. Amounts,
    items, the books, who decided what and the time line with its moments stay: they belong to documents that are kept for ten
    years (税收征收管理法实施细则 §29). Files are deleted by the jobs of uploads, after the commit. What somebody else holds a
    lock on, or on what belongs to it, is left to the next run.
    """
    family = locks.try_lock_family(order_id)
    if family is None or family[order_id].emptied_at is not None or not keeping.is_free(family):
        return False
    for order in family.values():
        if order.emptied_at is None:
            _empty(order)
    # An agreement goes with its orders, under the lock that they were taken with.
    for plan in MilestonePlan.objects.filter(milestones__order__in=list(family)).distinct():
        _empty_plan(plan)
    return True


def _empty(order: Order) -> None:
    order.emptied_at = clock.now()
    order.snapshot, order.package_description = {}, ""
    order.save(update_fields=["emptied_at", "snapshot", "package_description", "updated_at"])
    with _let_through(order):
        files = _take_files(order)
        _take_words(order)
    for owner_id, names in files.items():
        release_files(owner_id=owner_id, files=names)


@contextmanager
def _let_through(order: Order) -> Iterator[None]:
    """The database refuses to change evidence but of the one order that is named here, in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('jiangji.emptied_order', %s, true)", [str(order.pk)])
        yield
        cursor.execute("SELECT set_config('jiangji.emptied_order', '', true)")


def _take_files(order: Order) -> dict[int, dict[str, set[str]]]:
    """Delete the rows of all files; returns their names by who sent them: name → names of its previews."""
    taken: dict[int, dict[str, set[str]]] = defaultdict(dict)

    def take(rows: QuerySet[Any], *fields: str, owner: str, previews: str = "") -> None:
        for row in rows.values(owner, *fields, *([previews] if previews else [])):
            for field in fields:
                if row[field]:
                    small = {size["webp"] for size in row[previews]} if previews else set()
                    taken[row[owner]][row[field]] = small
        rows.delete()

    take(order.requirements.all(), "file", owner="order__buyer")
    take(
        DeliveryFile.objects.filter(delivery__order=order), "file", owner="delivery__order__seller", previews="previews"
    )
    take(RevisionFile.objects.filter(request__order=order), "file", owner="request__order__buyer", previews="previews")
    take(DisputeFile.objects.filter(statement__dispute__order=order), "file", owner="statement__author")
    take(EvidenceBundle.objects.filter(dispute__order=order), "pdf", "archive", owner="asked_by")
    return taken


def _take_words(order: Order) -> None:
    Delivery.objects.filter(order=order).exclude(message="").update(message=GONE)
    order.revision_requests.exclude(message="").update(message=GONE)
    order.proposals.exclude(message="").update(message=GONE)
    order.refunds.exclude(reason="").update(reason=GONE)
    Dispute.objects.filter(order=order).exclude(reason="").update(reason=GONE)
    Dispute.objects.filter(order=order).exclude(explanation="").update(explanation=GONE)
    DisputeStatement.objects.filter(dispute__order=order).exclude(text="").update(text=GONE)
    DisputeDecision.objects.filter(dispute__order=order).update(explanation=GONE)
    for event in OrderEvent.objects.filter(order=order):
        typed = {key: GONE for key in TYPED if event.data.get(key)}
        if typed:
            event.data |= typed
            event.save(update_fields=["data"])


def _empty_plan(plan: MilestonePlan) -> None:
    """Its terms, why it was stopped, and those words at the bell of who was told."""
    with recipient_language():
        blank_lines(
            recipient_ids=[plan.buyer_id, plan.seller_id],
            kind=catalogue.orders.STAGES_STOPPED.kind,
            url=plan.get_absolute_url(),
            before=clock.now(),
            says=plan.title,
            notice=catalogue.orders.STAGES_STOPPED,
        )
    plan.terms, plan.stopped_words = {}, GONE if plan.stopped_words else ""
    plan.save(update_fields=["terms", "stopped_words", "updated_at"])
    OrderMilestone.objects.filter(plan=plan).exclude(description="").update(description=GONE)
