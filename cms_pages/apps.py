from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmsPagesConfig(AppConfig):
    name = "cms_pages"
    verbose_name = _("Site pages")

    def ready(self) -> None:
        from django.urls import reverse
        from wagtail.models import sites

        from cms_pages import announcing, figures, forgetting
        from cms_pages.listening import listen
        from cms_pages.publishing import connect_signals
        from cms_pages.rules_figures import document_quoting
        from cms_pages.rules_texts import numbers_in_force
        from marketplace.core.config import provide_quotes
        from marketplace.core.forgiving import forgiving_cache
        from marketplace.core.rules import provide_texts

        # Each address of a page asks where its site begins, through the cache that fails while Valkey is away. Wagtail has no
        # setting for it (tests/cms_pages/test_without_valkey.py).
        sites.cache = forgiving_cache
        connect_signals()
        announcing.register_waiting()
        listen()
        figures.register_figures()
        forgetting.connect()
        provide_texts(numbers_in_force)
        provide_quotes(document_quoting, rules_page=lambda: reverse("wagtailsnippets_cms_pages_rulestext:list"))
