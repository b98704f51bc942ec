"""Jobs of the pages."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def publish_scheduled_pages() -> None:
    """Publish and take down what is due. Wagtail's own command: what was done before is not done again."""
    call_command("publish_scheduled")
