from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmsPagesConfig(AppConfig):
    name = "cms_pages"
    verbose_name = _("Site pages")

    def ready(self) -> None:
        from cms_pages import forgetting

        forgetting.connect()
