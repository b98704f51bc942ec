from typing import Any

from marketplace.accounts.providers.base import Adapter, callback_view, login_view


class WeiboAdapter(Adapter):
    """https://open.weibo.com/wiki/授权机制"""

    provider_id = "weibo"
    token_path = "/oauth2/access_token"  # noqa: S105

    def who(self, app: Any, token: str, granted: dict[str, Any]) -> dict[str, Any]:
        """Weibo has one number for a person, the same for every app."""
        data = self.ask("/2/users/show.json", access_token=token, uid=str(granted.get("uid", "")))
        return {
            "uid": data.get("idstr"),
            "nickname": data.get("screen_name"),
        }


oauth2_login = login_view(WeiboAdapter)
oauth2_callback = callback_view(WeiboAdapter)
