from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UploadsConfig(AppConfig):
    name = "marketplace.uploads"
    verbose_name = _("Uploads")

    def ready(self) -> None:
        from marketplace.accounts.personal_data import register
        from marketplace.uploads.own_data import UploadsSection

        register("uploads", UploadsSection())
