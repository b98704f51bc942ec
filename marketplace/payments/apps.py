from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "marketplace.payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        from marketplace.accounts.personal_data import register
        from marketplace.payments import checks  # noqa: F401 registers itself
        from marketplace.payments.own_data import PaymentsSection

        register("payments", PaymentsSection())
