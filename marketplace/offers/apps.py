from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OffersConfig(AppConfig):
    name = "marketplace.offers"
    verbose_name = _("Custom offers and briefs")

    def ready(self) -> None:
        from marketplace.accounts.personal_data import register
        from marketplace.offers.own_data import OffersSection
        from marketplace.offers.selectors import agreed_unpaid
        from marketplace.offers.sent_files import BRIEF_FILES
        from marketplace.offers.written_texts import BRIEFS
        from marketplace.orders.agreed_sources import add_source
        from marketplace.safety.text_sources import register_texts
        from marketplace.uploads import purposes

        register("offers", OffersSection())
        register_texts(BRIEFS)
        purposes.register(BRIEF_FILES)
        add_source("offers", agreed_unpaid)
