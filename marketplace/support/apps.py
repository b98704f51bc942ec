from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupportConfig(AppConfig):
    name = "marketplace.support"
    verbose_name = _("Support")

    def ready(self) -> None:
        from marketplace.accounts.person_stream import register_part
        from marketplace.accounts.personal_data import register
        from marketplace.core.holds import CONVERSATIONS, ORDERS, hold
        from marketplace.messaging.listeners import heard_by
        from marketplace.payments.todo_selectors import TodoSource, register_todo
        from marketplace.support import selectors
        from marketplace.support.own_data import SupportSection
        from marketplace.support.services import heard
        from marketplace.support.stream import CASES

        heard_by(heard)
        register_part("support", CASES)
        register("support", SupportSection())
        hold(ORDERS, "support", selectors.orders_of_open_cases)
        hold(CONVERSATIONS, "support", selectors.needed_conversations)
        register_todo(
            TodoSource(
                _("Questions to support"),
                "support.change_supportcase",
                "support_inbox",
                "mail",
                lambda staff: selectors.inbox(staff, show=selectors.WAITING),
                moment="waiting_since",
            )
        )
