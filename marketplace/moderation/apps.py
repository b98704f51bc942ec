from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core import staff_log


class ModerationConfig(AppConfig):
    name = "marketplace.moderation"
    verbose_name = _("Moderation")

    def ready(self) -> None:
        from marketplace.accounts.personal_data import register
        from marketplace.messaging.selectors import flags_for_moderators
        from marketplace.moderation.own_data import ModerationSection
        from marketplace.moderation.report_selectors import FLAG_PERMISSION, reports_for_staff
        from marketplace.moderation.review_selectors import review_cases
        from marketplace.moderation.services import record_staff_action
        from marketplace.payments.todo_selectors import TodoSource, register_todo
        from marketplace.reviews.selectors.appeals import appeals_for_staff

        staff_log.written_by(record_staff_action)
        register("moderation", ModerationSection())
        register_todo(
            TodoSource(
                _("Flagged messages"),
                FLAG_PERMISSION,
                "moderation_flags",
                "comment",
                lambda staff: flags_for_moderators(is_open=True).exclude(conversation__participants__user=staff),
            )
        )
        register_todo(
            TodoSource(
                pgettext_lazy("of services, briefs and messages", "Reports"),
                "moderation.view_report",
                "moderation_reports",
                "warning",
                lambda _staff: reports_for_staff(is_open=True),
            )
        )
        register_todo(
            TodoSource(
                _("Reviews to look at"),
                "reviews.view_reviewmask",
                "moderation_reviews",
                "pick",
                lambda staff: review_cases(staff, is_open=True),
            )
        )
        register_todo(
            TodoSource(
                _("Appeals"),
                "reviews.view_reputationappeal",
                "moderation_appeals",
                "openquote",
                lambda staff: appeals_for_staff(is_open=True).exclude(user=staff),
                moment="opened_at",
            )
        )
