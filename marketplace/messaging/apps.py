from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "marketplace.messaging"
    verbose_name = _("Messages")

    def ready(self) -> None:
        from marketplace.accounts.personal_data import register
        from marketplace.messaging.own_data import MessagingSection
        from marketplace.messaging.timeline import messages_of
        from marketplace.orders.timeline_sources import add_source

        register("messaging", MessagingSection())
        add_source("messaging", messages_of)
