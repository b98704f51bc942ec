"""The clocks of orders. Each run looks at what is due now, so that running twice or late does no harm."""

from celery import shared_task

from marketplace.core.jobs import Deadline, Setbacks, count_done
from marketplace.orders import dispute_selectors, keeping, selectors, services
from marketplace.orders.models import DeadlineKind

# More than the usual time of a job is enough for, at some hundredths of a second each; the next hour goes on.
EMPTIED_AT_ONCE = 10_000
_EMPTYING_SETBACKS: Setbacks[int] = Setbacks("empty_order", seconds=20 * 3600)


@shared_task
def run_due_deadlines() -> int:
    """Let every deadline that has come do its work, longest over first. Returns how many did.

    One that fails is logged, stands back for a quarter of an hour, and is on staff's list when an hour is over.
    """
    count_done(selectors.unwound_ids(), lambda order_id: services.wind_clocks(order_id=order_id))
    return count_done(
        selectors.due_deadlines(),
        lambda due: services.run_deadline(order_id=due[0], kind=DeadlineKind(due[1])),
        until=Deadline(),
        setbacks=selectors.DEADLINE_SETBACKS,
    )


@shared_task
def accept_due_deliveries() -> int:
    """The name under which the release before this one asked beat for its only clock. It runs all of them."""
    return run_due_deadlines()


@shared_task(time_limit=3600)  # gigabytes of deliveries take longer than the house's five minutes
def build_evidence_bundles() -> int:
    """Put together the evidence that somebody asked for. Of two runs one takes a bundle. Returns how many are ready."""
    return count_done(
        dispute_selectors.waiting_bundle_ids(), lambda bundle_id: services.build_bundle(bundle_id=bundle_id)
    )


@shared_task
def look_after_bundles() -> int:
    """Say of those evidence bundles that nobody works on that they failed. Returns how many."""
    return services.give_up_stalled_bundles()


@shared_task
def empty_old_orders() -> int:
    """Remove words and files of orders whose time is over; returns how many orders. Beat runs it each hour.

    Each in a transaction of its own, those placed longest ago first: what is left at the end has its turn in the next hour.
    """
    due = keeping.orders_to_empty().values_list("pk", flat=True)
    return count_done(
        _EMPTYING_SETBACKS.first_without(due, limit=EMPTIED_AT_ONCE),
        lambda order_id: services.empty_order(order_id=order_id),
        until=Deadline(),
        setbacks=_EMPTYING_SETBACKS,
    )
