"""What readers write on the editors' pages."""

from cms_pages.models import HelpFeedback

COMMENT_LENGTH = 500


def record_help_feedback(*, page_id: int, helpful: bool, comment: str) -> HelpFeedback:
    """Keep a reader's answer to "was this helpful". A long comment is cut: a thought is better than a refusal."""
    return HelpFeedback.objects.create(page_id=page_id, helpful=helpful, comment=comment.strip()[:COMMENT_LENGTH])
