from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GigsConfig(AppConfig):
    name = "marketplace.gigs"
    verbose_name = _("Services")

    def ready(self) -> None:
        from marketplace.accounts.personal_data import register
        from marketplace.gigs import forgetting
        from marketplace.gigs.gallery_files import GALLERY
        from marketplace.gigs.own_data import GigsSection
        from marketplace.gigs.reviewing import connect_signals
        from marketplace.gigs.written_texts import SERVICES
        from marketplace.safety.text_sources import register_texts
        from marketplace.uploads import purposes

        connect_signals()
        forgetting.connect()
        register("gigs", GigsSection())
        register_texts(SERVICES)
        purposes.register(GALLERY)
