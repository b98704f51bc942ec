"""What readers write on the editors' pages."""

from datetime import timedelta

from django.core import signing
from wagtail.contrib.forms.models import FormSubmission

from cms_pages.models import FormPage, HelpFeedback
from marketplace.core import clock

COMMENT_LENGTH = 500
_FEEDBACK_SALT = "cms_pages.feedback"
_FEEDBACK_SECONDS = 3600


def record_help_feedback(*, page_id: int, helpful: bool, comment: str, token: str = "") -> HelpFeedback:
    """Keep a reader's answer to "was this helpful". A long comment is cut: a thought is better than a refusal.

    `token` (feedback_token) is of the same reader's answer of a moment ago, which gets the comment: one reader, one answer.
    """
    words = comment.strip()[:COMMENT_LENGTH]
    before = _answer_of(token, page_id)
    if before is not None:
        before.comment = words
        before.save(update_fields=["comment"])
        return before
    return HelpFeedback.objects.create(page_id=page_id, helpful=helpful, comment=words)


def feedback_token(feedback: HelpFeedback) -> str:
    """Says within the hour that somebody gave this answer."""
    return signing.dumps(feedback.pk, salt=_FEEDBACK_SALT)


def _answer_of(token: str, page_id: int) -> HelpFeedback | None:
    try:
        pk = signing.loads(token, salt=_FEEDBACK_SALT, max_age=_FEEDBACK_SECONDS)
    except signing.BadSignature:
        return None
    return HelpFeedback.objects.filter(pk=pk, page_id=page_id, comment="").first()


def forget_old_form_entries() -> int:
    """Delete entries that are older than their form keeps them (`keep_days`). Returns how many. Safe to repeat."""
    deleted = 0
    for page_id, keep_days in FormPage.objects.values_list("pk", "keep_days"):
        old = FormSubmission.objects.filter(page_id=page_id, submit_time__lt=clock.now() - timedelta(days=keep_days))
        deleted += old.delete()[0]
    return deleted
