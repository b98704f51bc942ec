from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "marketplace.payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        from marketplace.accounts.personal_data import register
        from marketplace.core.holds import ORDERS, hold
        from marketplace.orders.channels import limited_by
        from marketplace.orders.paying import known_by
        from marketplace.payments import checks  # noqa: F401 registers itself
        from marketplace.payments.own_data import PaymentsSection
        from marketplace.payments.selectors import (
            has_open_attempt,
            orders_awaiting_invoices,
            orders_awaiting_payment,
        )
        from marketplace.payments.services.custody import held_work, longest_work_by_channel

        register("payments", PaymentsSection())
        hold(ORDERS, "payments", orders_awaiting_payment)
        hold(ORDERS, "invoices", orders_awaiting_invoices)
        limited_by(longest_work_by_channel, held=held_work)
        known_by(has_open_attempt)
