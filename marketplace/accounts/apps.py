from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "marketplace.accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from marketplace.accounts import forgetting
        from marketplace.accounts.own_data import AccountsSection
        from marketplace.accounts.own_showcase import ShowcaseSection
        from marketplace.accounts.personal_data import register

        forgetting.connect()
        register("accounts", AccountsSection())
        register("showcase", ShowcaseSection())
