from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "marketplace.orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        from marketplace.accounts.personal_data import register
        from marketplace.gigs.sales import counted_by, work_counted_by
        from marketplace.orders import forgetting
        from marketplace.orders.own_data import OrdersSection
        from marketplace.orders.selectors import orders_in_progress, paid_orders_by_day
        from marketplace.orders.sent_files import DELIVERY, REVISION
        from marketplace.uploads import purposes

        forgetting.connect()
        register("orders", OrdersSection())
        purposes.register(DELIVERY)
        purposes.register(REVISION)
        counted_by(paid_orders_by_day)
        work_counted_by(orders_in_progress)
