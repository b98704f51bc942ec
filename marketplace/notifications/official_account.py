"""WeChat's Official Account over wechatpy: its access token in our cache, a time limit, our address of its API."""

from contextlib import suppress
from typing import Any

import requests
from django.conf import settings
from redis.exceptions import LockError
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException
from wechatpy.session import SessionStorage

from marketplace.core import live
from marketplace.core.forgiving import forgiving_cache

SECONDS = 5  # that a job waits for WeChat


class NoToken(WeChatClientException):
    """WeChat gives us no access token: whatever it was wanted for was not asked. `problem` names no secret."""

    def __init__(self, problem: str, *, code: int | None = None) -> None:
        super().__init__(code, problem)
        self.problem = problem


class _Tokens(SessionStorage):
    """The access token in our cache, so that all processes know the one that holds."""

    def get(self, key: str, default: Any = None) -> Any:
        return forgiving_cache.get(f"accounts:wechat:{key}", default)

    def set(self, key: str, value: Any, ttl: int | None = None) -> None:
        # Gone a little before WeChat forgets it.
        forgiving_cache.set(f"accounts:wechat:{key}", value, timeout=max(1, (ttl or 7200) - 60))

    def delete(self, key: str) -> None:
        forgiving_cache.delete(f"accounts:wechat:{key}")


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
        self._used = ""

    @property
    def access_token(self) -> str:
        """The token that holds, as far as we know."""
        self._used = str(super().access_token or "")
        return self._used

    def fetch_access_token(self) -> None:
        """A new token, unless another process has fetched one since ours was read: each one ends the one before.

        The SDK calls this too when WeChat knows a token no more, and would do so without end: once for each client is enough.
        Raises NoToken.
        """
        self.auto_retry = not self._used
        # Held no longer than a request may take; who waits longer than that asks for itself.
        lock = live.client(settings.CACHES["default"]["LOCATION"]).lock(
            forgiving_cache.make_key("accounts:wechat:fetching"), timeout=2 * SECONDS, blocking_timeout=SECONDS
        )
        is_locked = lock.acquire()
        try:
            if self.session.get(self.access_token_key, "") in ("", None, self._used):
                fields = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
                self._fetch(fields)
        finally:
            if is_locked:
                with suppress(LockError):  # it took longer than it may
                    lock.release()

    def _fetch(self, fields: dict[str, str]) -> None:
        try:
            self._fetch_access_token(url=f"{self.API_BASE_URL}token", params=fields)
        except WeChatClientException as refusal:
            raise NoToken(str(refusal.errcode or "no usable answer"), code=refusal.errcode) from None
        # Only its kind: the text of a network error carries the whole address, and with it the secret.
        except (requests.RequestException, KeyError, TypeError, ValueError) as error:
            raise NoToken(type(error).__name__) from None


def account_config() -> dict[str, Any]:
    """What stands in the settings."""
    config: dict[str, Any] = settings.SOCIALACCOUNT_PROVIDERS["weixin_mp"]
    return config


def is_configured() -> bool:
    """Whether there is an Official Account."""
    return bool(account_config()["APPS"])
