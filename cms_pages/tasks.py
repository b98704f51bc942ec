"""Jobs of the editors' pages. Thin, and safe to run twice."""

from celery import shared_task
from django.core.management import call_command

from cms_pages import announcing
from cms_pages.models import SearchEngine
from cms_pages.rules_figures import apply_due_figures
from cms_pages.rules_texts import tell_next_members
from cms_pages.rules_withdrawals import tell_next_of_withdrawal
from cms_pages.services import forget_old_form_entries
from marketplace.core.jobs import Deadline


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


@shared_task
def tell_of_rules() -> int:
    """Tell members of announced and withdrawn rules, a batch in each transaction. Returns how many; the rest comes next time."""
    until, told = Deadline(), 0
    while not until.is_over and (count := tell_next_of_withdrawal() or tell_next_members()):
        told += count
    return told


@shared_task
def apply_rules() -> int:
    """Put the figures of rules whose time has come into force; returns of how many versions. Beat runs it every minute."""
    return apply_due_figures()
