from collections.abc import Iterable

from marketplace.accounts.providers.base import callback_view, login_view
from marketplace.accounts.providers.weixin.views import WeixinAdapter, WeixinClient


class WeixinMpClient(WeixinClient):
    def get_redirect_url(self, authorization_url: str, scope: Iterable[str], extra_params: dict[str, str]) -> str:
        """WeChat's browser opens the page only with this fragment."""
        return f"{super().get_redirect_url(authorization_url, scope, extra_params)}#wechat_redirect"


class WeixinMpAdapter(WeixinAdapter):
    """https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html"""

    provider_id = "weixin_mp"
    client_class = WeixinMpClient


oauth2_login = login_view(WeixinMpAdapter)
oauth2_callback = callback_view(WeixinMpAdapter)
