from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "marketplace.core"
    verbose_name = _("Core")

    def ready(self) -> None:
        from marketplace.core import clock

        connection_created.connect(clock.compare, dispatch_uid="core_clock")
