from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from marketplace.core import staff_log


class ModerationConfig(AppConfig):
    name = "marketplace.moderation"
    verbose_name = _("Moderation")

    def ready(self) -> None:
        from marketplace.accounts.personal_data import register
        from marketplace.moderation.own_data import ModerationSection
        from marketplace.moderation.services import record_staff_action

        staff_log.written_by(record_staff_action)
        register("moderation", ModerationSection())
