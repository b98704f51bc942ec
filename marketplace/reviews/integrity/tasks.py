"""Jobs about the honesty of deals. Safe to run twice."""

from celery import shared_task

from marketplace.reviews.integrity import services


@shared_task
def find_cases() -> int:
    """Look for circles that a person should look at. Returns how many cases were opened or have grown. For beat, hourly."""
    return len(services.find_cases())


@shared_task
def forget_old_signals() -> int:
    """Drop what was found long ago and is in no case. For beat, nightly."""
    return services.forget_old_signals()
