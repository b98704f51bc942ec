"""Jobs of the pages. Safe to run twice."""

from celery import shared_task
from django.core.management import call_command

from cms_pages.services import forget_old_form_entries


@shared_task
def forget_form_entries() -> int:
    """Delete what was sent with forms and is older than each form keeps it."""
    return forget_old_form_entries()


@shared_task
def publish_scheduled_pages() -> None:
    """Publish and take down what is due. Wagtail's own command: what was done before is not done again."""
    call_command("publish_scheduled")
