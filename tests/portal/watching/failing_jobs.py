"""Jobs that fail with a person's words on their lips."""

from celery import shared_task

from marketplace.core.errors import BusyError, BusyErrorCode

NAME, PHONE, MAIL = "林小满", "13812345678", "lin.xiaoman@example.com"


@shared_task
def fail_with_words(name: str) -> None:
    """A job that fails; its argument must not leave."""
    raise ValueError(f"{name} <{MAIL}> at {PHONE}")


@shared_task
def fail_by_rule() -> None:
    """A rule that ends a job is an error of ours: nobody is there to be told."""
    raise BusyError(BusyErrorCode.BUSY)


@shared_task(autoretry_for=(LookupError,), max_retries=1, default_retry_delay=0)
def fail_twice() -> None:
    """A job that is tried again: the first time is no failure."""
    raise LookupError("again")
