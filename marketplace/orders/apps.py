from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "marketplace.orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        from marketplace.accounts.personal_data import register
        from marketplace.gigs.sales import counted_by
        from marketplace.orders.own_data import OrdersSection
        from marketplace.orders.selectors import paid_orders_by_day
        from marketplace.orders.sent_files import DELIVERY, REVISION
        from marketplace.uploads import purposes

        register("orders", OrdersSection())
        purposes.register(DELIVERY)
        purposes.register(REVISION)
        counted_by(paid_orders_by_day)
