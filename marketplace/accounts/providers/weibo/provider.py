from django.utils.translation import gettext_lazy as _

from marketplace.accounts.providers.base import Provider
from marketplace.accounts.providers.weibo.views import WeiboAdapter


class WeiboProvider(Provider):
    """Weibo, on computers and phones."""

    id = "weibo"
    name = _("Weibo")
    oauth2_adapter_class = WeiboAdapter
