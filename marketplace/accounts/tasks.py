"""Jobs about people. Thin, safe to run twice."""

from celery import shared_task

from marketplace.accounts import services


@shared_task
def forget_unfinished_sign_ups() -> int:
    """Delete accounts whose person never proved a number or an address."""
    return services.forget_unfinished_sign_ups()
