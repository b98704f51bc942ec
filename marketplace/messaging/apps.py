from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "marketplace.messaging"
    verbose_name = _("Messages")

    def ready(self) -> None:
        from marketplace.accounts.personal_data import register
        from marketplace.core.live import unread_changed
        from marketplace.messaging.own_data import MessagingSection
        from marketplace.messaging.selectors import said_about
        from marketplace.messaging.sent_files import MESSAGE
        from marketplace.messaging.services import follow_dispute, show_offer
        from marketplace.messaging.timeline import messages_of
        from marketplace.messaging.written_texts import MESSAGES
        from marketplace.notifications.live import on_count_changed
        from marketplace.offers.listeners import told_by
        from marketplace.orders.conversations import read_by
        from marketplace.orders.events import told_by as events_told_by
        from marketplace.orders.timeline_sources import add_source
        from marketplace.safety.text_sources import register_texts
        from marketplace.uploads import purposes

        register("messaging", MessagingSection())
        register_texts(MESSAGES)
        purposes.register(MESSAGE)
        told_by(show_offer)
        events_told_by("messaging", follow_dispute)
        add_source("messaging", messages_of)
        read_by(said_about)
        on_count_changed(unread_changed)
