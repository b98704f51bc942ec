"""Jobs of accounts. Each is safe to run twice, late, or after a crash."""

from celery import shared_task

from marketplace.accounts import selectors, services
from marketplace.core.jobs import Deadline, count_done

# A job stops at a deadline and begins with what has waited longest; this only bounds what it reads beforehand.
READ_AT_ONCE = 1_000


@shared_task
def tell_of_new_devices() -> int:
    """Tell people of log-ins from new devices. Returns how many could be told."""
    untold = selectors.untold_devices()[:READ_AT_ONCE]
    return count_done(untold, lambda noted: services.tell_of_new_device(noted=noted), until=Deadline())


@shared_task
def forget_ended_sessions() -> int:
    """Drop sessions that are over from the tables. Returns how many devices went."""
    return services.forget_ended_sessions()


@shared_task
def forget_unfinished_sign_ups() -> int:
    """Delete accounts whose person never proved a number or an address."""
    return services.forget_unfinished_sign_ups()
