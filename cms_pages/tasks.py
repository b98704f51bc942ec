"""Jobs of the editors' pages. Thin, and safe to run twice."""

from celery import shared_task
from django.core.management import call_command

from cms_pages import announcing
from cms_pages.models import SearchEngine
from cms_pages.services import forget_old_form_entries


@shared_task
def announce_addresses() -> int:
    """Note changed gigs and tell search engines what is new; returns how many were taken. Beat runs it every five minutes."""
    announcing.note_changed_gigs()
    return sum(announcing.tell(engine) for engine in SearchEngine)


@shared_task
def forget_form_entries() -> int:
    """Delete what was sent with forms and is older than each form keeps it."""
    return forget_old_form_entries()


@shared_task
def publish_scheduled_pages() -> None:
    """Publish and take down what is due. Wagtail's own command: what was done before is not done again."""
    call_command("publish_scheduled")
