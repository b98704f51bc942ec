"""What readers write on the editors' pages."""

from datetime import timedelta

from wagtail.contrib.forms.models import FormSubmission

from cms_pages.models import FormPage, HelpFeedback
from marketplace.core import clock

COMMENT_LENGTH = 500


def record_help_feedback(*, page_id: int, helpful: bool, comment: str) -> HelpFeedback:
    """Keep a reader's answer to "was this helpful". A long comment is cut: a thought is better than a refusal."""
    return HelpFeedback.objects.create(page_id=page_id, helpful=helpful, comment=comment.strip()[:COMMENT_LENGTH])


def forget_old_form_entries() -> int:
    """Delete entries that are older than their form keeps them (`keep_days`). Returns how many. Safe to repeat."""
    deleted = 0
    for page_id, keep_days in FormPage.objects.values_list("pk", "keep_days"):
        old = FormSubmission.objects.filter(page_id=page_id, submit_time__lt=clock.now() - timedelta(days=keep_days))
        deleted += old.delete()[0]
    return deleted
