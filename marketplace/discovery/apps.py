from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DiscoveryConfig(AppConfig):
    name = "marketplace.discovery"
    verbose_name = _("Discovery")

    def ready(self) -> None:
        from marketplace.discovery.indexing import connect_signals

        connect_signals()
        from marketplace.discovery.forgetting import connect

        connect()
        from marketplace.accounts.personal_data import register
        from marketplace.discovery.own_data import DiscoverySection

        register("discovery", DiscoverySection())
        from marketplace.discovery.recommending.listening import listen

        listen()
