from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GigsConfig(AppConfig):
    name = "marketplace.gigs"
    verbose_name = _("Services")

    def ready(self) -> None:
        from marketplace.gigs.reviewing import connect_signals

        connect_signals()
