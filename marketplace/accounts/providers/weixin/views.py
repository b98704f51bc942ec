from typing import Any

from allauth.socialaccount.providers.weixin.client import WeixinOAuth2Client

from marketplace.accounts.providers.base import Adapter, Client, callback_view, login_view


class WeixinClient(Client, WeixinOAuth2Client):
    """`appid` and `secret`; allauth's own builds the address in the order that WeChat insists on."""

    client_id_parameter = "appid"
    secret_parameter = "secret"  # noqa: S105 the name of a field
    tells_callback = False


class WeixinAdapter(Adapter):
    """https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Wechat_Login.html"""

    provider_id = "weixin"
    client_class = WeixinClient
    access_token_method = "GET"  # noqa: S105
    token_path = "/sns/oauth2/access_token"  # noqa: S105

    def who(self, app: Any, token: str, granted: dict[str, Any]) -> dict[str, Any]:
        """The unionid is the person; the openid only what this one app calls them.

        WeChat leaves the unionid out where the app is not bound to our account of the open platform. Then nobody gets in:
        by their openid they would be two people here, one on the computer and one on the phone.
        """
        openid = str(granted.get("openid", ""))
        data = self.ask("/sns/userinfo", access_token=token, openid=openid, lang="zh_CN")
        return {
            "uid": data.get("unionid"),
            "openid": openid,
            "nickname": data.get("nickname"),
        }


oauth2_login = login_view(WeixinAdapter)
oauth2_callback = callback_view(WeixinAdapter)
