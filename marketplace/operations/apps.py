from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "marketplace.operations"
    verbose_name = _("Operations")

    def ready(self) -> None:
        from marketplace.accounts.personal_data import register
        from marketplace.core.changes import when_decided
        from marketplace.operations import listening
        from marketplace.operations.own_data import OperationsSection
        from marketplace.operations.settings_selectors import AGREE, changes_to_decide
        from marketplace.operations.telling import tell_asker
        from marketplace.payments.todo_selectors import TodoSource, register_todo

        register("operations", OperationsSection())
        when_decided(tell_asker)
        listening.listen()
        register_todo(
            TodoSource(
                _("Changes of settings to agree to"),
                AGREE,
                "operations_changes",
                "cog",
                changes_to_decide,
                moment="asked_at",
            )
        )
