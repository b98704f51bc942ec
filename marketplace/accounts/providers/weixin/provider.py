from django.utils.translation import gettext_lazy as _

from marketplace.accounts.providers.base import Provider
from marketplace.accounts.providers.weixin.views import WeixinAdapter


class WeixinProvider(Provider):
    """WeChat on a computer: a code that the phone scans."""

    id = "weixin"
    name = _("WeChat")
    oauth2_adapter_class = WeixinAdapter

    def get_default_scope(self) -> list[str]:
        return ["snsapi_login"]
