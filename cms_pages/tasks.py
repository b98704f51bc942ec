"""Jobs of the pages. Safe to run twice."""

from celery import shared_task
from django.core.management import call_command

from marketplace.core.jobs import only_one


@shared_task
def publish_scheduled() -> None:
    """Publish and take down what editors and moderators set a time for. For beat, every minute."""
    with only_one("publish_scheduled", seconds=300) as is_ours:
        if is_ours:
            call_command("publish_scheduled")
