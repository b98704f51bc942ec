"""Jobs of the editors' pages. Thin, and safe to run twice."""

from celery import shared_task

from cms_pages import announcing
from cms_pages.models import SearchEngine


@shared_task
def announce_addresses() -> int:
    """Note changed gigs and tell search engines what is new; returns how many were taken. Beat runs it every five minutes."""
    announcing.note_changed_gigs()
    return sum(announcing.tell(engine) for engine in SearchEngine)
