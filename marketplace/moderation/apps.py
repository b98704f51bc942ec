from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core import staff_log


class ModerationConfig(AppConfig):
    name = "marketplace.moderation"
    verbose_name = _("Moderation")

    def ready(self) -> None:
        from marketplace.accounts.kept_out import register_way
        from marketplace.accounts.personal_data import register
        from marketplace.core.holds import MESSAGES, ORDERS, hold
        from marketplace.messaging.models import Message
        from marketplace.messaging.selectors import flags_for_moderators
        from marketplace.moderation import people_merging
        from marketplace.moderation.own_data import ModerationSection
        from marketplace.moderation.quality.kept_out import way_to_the_decision
        from marketplace.moderation.quality.own_data import QualitySection
        from marketplace.moderation.quality.todos import quality_todos
        from marketplace.moderation.queue import registered  # noqa: F401
        from marketplace.moderation.report_selectors import FLAG_PERMISSION, openly_reported, reports_for_staff
        from marketplace.moderation.review_selectors import review_cases
        from marketplace.moderation.services import record_staff_action
        from marketplace.orders.models import Order
        from marketplace.payments.todo_selectors import TodoSource, hours, register_todo
        from marketplace.reviews.appeals import due_at
        from marketplace.reviews.selectors.appeals import appeals_for_staff

        staff_log.written_by(record_staff_action)
        people_merging.register()
        register_way(way_to_the_decision)
        register("moderation", ModerationSection())
        hold(ORDERS, "moderation", lambda: openly_reported(Order))
        hold(MESSAGES, "moderation", lambda: openly_reported(Message))
        register("moderation_quality", QualitySection())
        register_todo(
            TodoSource(
                _("Flagged messages"),
                FLAG_PERMISSION,
                "moderation_flags",
                "comment",
                lambda staff: flags_for_moderators(is_open=True).exclude(conversation__participants__user=staff),
                sla=hours("moderation.message_hours"),
            )
        )
        register_todo(
            TodoSource(
                pgettext_lazy("of services, briefs and messages", "Reports"),
                "moderation.view_report",
                "moderation_reports",
                "warning",
                lambda _staff: reports_for_staff(is_open=True),
                sla=hours("moderation.report_hours"),
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
                due=due_at,
            )
        )
        for source in quality_todos():
            register_todo(source)
