"""What of this waits for a person, for the admin's first page."""

from django.utils.translation import gettext_lazy as _

from marketplace.moderation import appeals
from marketplace.moderation.quality import checks, opinions
from marketplace.payments.todo_selectors import TodoSource, days, hours


def quality_todos() -> list[TodoSource]:
    """Appeals against decisions, questions of colleagues, drawn decisions."""
    return [
        TodoSource(
            _("Appeals against decisions"),
            appeals.DECIDE,
            "moderation_decision_appeals",
            "openquote",
            appeals.open_decision_appeals,
            sla=days("moderation.appeal_answer_days"),
        ),
        TodoSource(
            _("Second opinions"),
            opinions.ANSWER,
            "moderation_opinions",
            "comment-add",
            opinions.open_opinions,
            moment="asked_at",
            sla=hours("moderation.opinion_hours"),
        ),
        TodoSource(
            _("Checks of decisions"),
            checks.CHECK,
            "moderation_checks",
            "check",
            checks.open_checks,
            moment="decision__decided_at",
            sla=days("moderation.check_days"),
        ),
    ]
