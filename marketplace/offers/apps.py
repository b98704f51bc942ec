from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OffersConfig(AppConfig):
    name = "marketplace.offers"
    verbose_name = _("Custom offers and briefs")

    def ready(self) -> None:
        from marketplace.accounts.personal_data import register
        from marketplace.offers.own_data import OffersSection
        from marketplace.offers.sent_files import BRIEF_FILES
        from marketplace.uploads import purposes

        register("offers", OffersSection())
        purposes.register(BRIEF_FILES)
