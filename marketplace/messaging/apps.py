from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "marketplace.messaging"
    verbose_name = _("Messages")

    def ready(self) -> None:
        from marketplace.accounts.personal_data import register
        from marketplace.messaging.own_data import MessagingSection
        from marketplace.messaging.selectors import said_between
        from marketplace.orders.conversations import read_by

        register("messaging", MessagingSection())
        read_by(said_between)
