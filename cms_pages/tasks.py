"""Jobs of the editors' pages."""

from celery import shared_task

from cms_pages.services import forget_old_form_entries


@shared_task
def forget_form_entries() -> int:
    """Delete what was sent with forms and is older than each form keeps it."""
    return forget_old_form_entries()
