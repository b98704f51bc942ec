from typing import Any

from allauth.socialaccount.providers.oauth2.client import OAuth2Error

from marketplace.accounts.providers.base import Adapter, Client, callback_view, login_view


class QQClient(Client):
    token_parameters = {"fmt": "json"}


class QQAdapter(Adapter):
    """https://wiki.connect.qq.com"""

    provider_id = "qq"
    client_class = QQClient
    access_token_method = "GET"  # noqa: S105
    token_path = "/oauth2.0/token"  # noqa: S105
    scope_delimiter = ","

    def who(self, app: Any, token: str, granted: dict[str, Any]) -> dict[str, Any]:
        """The unionid is the person. QQ gives it to apps that have been granted it; without, nobody gets in.

        Whoever came by their openid today would be a stranger on the day that it is granted.
        """
        me = self.ask("/oauth2.0/me", access_token=token, unionid="1", fmt="json")
        if me.get("client_id") != app.client_id:
            raise OAuth2Error("the token belongs to another app")
        openid = str(me.get("openid", ""))
        data = self.ask("/user/get_user_info", access_token=token, oauth_consumer_key=app.client_id, openid=openid)
        return {
            "uid": me.get("unionid"),
            "openid": openid,
            "nickname": data.get("nickname"),
        }


oauth2_login = login_view(QQAdapter)
oauth2_callback = callback_view(QQAdapter)
