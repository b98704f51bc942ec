from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "marketplace.ledger"
    verbose_name = _("Ledger")

    def ready(self) -> None:
        from marketplace.accounts.personal_data import register
        from marketplace.ledger.own_data import LedgerSection

        register("ledger", LedgerSection())
