"""WeChat's Official Account over wechatpy: its access token in our cache, a time limit, our address of its API."""

from typing import Any

import requests
from django.conf import settings
from django.core.cache import cache
from wechatpy import WeChatClient
from wechatpy.session import SessionStorage

SECONDS = 5  # that a job waits for WeChat


class _Tokens(SessionStorage):
    """The access token in our cache, so that all processes know the one that holds."""

    def get(self, key: str, default: Any = None) -> Any:
        return cache.get(f"accounts:wechat:{key}", default)

    def set(self, key: str, value: Any, ttl: int | None = None) -> None:
        # Gone a little before WeChat forgets it.
        cache.set(f"accounts:wechat:{key}", value, timeout=max(1, (ttl or 7200) - 60))

    def delete(self, key: str) -> None:
        cache.delete(f"accounts:wechat:{key}")


class _Session(requests.Session):
    """The SDK asks for a token without a time limit."""

    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        options["timeout"] = options.get("timeout") or SECONDS
        return super().request(*arguments, **options)


class OfficialAccount(WeChatClient):
    """The SDK with our address, our cache and a time limit."""

    def __init__(self) -> None:
        config = account_config()
        app = config["APPS"][0]
        super().__init__(app["client_id"], app["secret"], session=_Tokens(), timeout=SECONDS)
        self.API_BASE_URL = f"{config['API_URL']}/cgi-bin/"
        self._http = _Session()

    def fetch_access_token(self) -> Any:
        fields = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        return self._fetch_access_token(url=f"{self.API_BASE_URL}token", params=fields)


def account_config() -> dict[str, Any]:
    """What stands in the settings."""
    config: dict[str, Any] = settings.SOCIALACCOUNT_PROVIDERS["weixin_mp"]
    return config


def is_configured() -> bool:
    """Whether there is an Official Account."""
    return bool(account_config()["APPS"])
