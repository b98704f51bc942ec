"""Who a person is to our Official Account: WeChat charges and pays an openid, not a person of ours. Over wechatpy.

An openid is only ever learned here, from WeChat itself: whoever could type one could have another's payouts.
"""

import secrets

import requests
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from wechatpy.exceptions import WeChatClientException
from wechatpy.oauth import WeChatOAuth, WeChatOAuthException

from marketplace.payments.gateways.base import Unknown

_OPENID, _STATE = "wechat_openid", "wechat_oauth_state"


class _OAuth(WeChatOAuth):
    """The SDK with our addresses; its own requests have no time limit."""

    def __init__(self, redirect_uri: str, state: str = "") -> None:
        config = settings.WECHATPAY
        super().__init__(config["app_id"], config["app_secret"], redirect_uri, scope="snsapi_base", state=state)
        self.API_BASE_URL, self.OAUTH_BASE_URL = config["api_base_url"], config["oauth_base_url"]
        self._seconds = config["timeout_seconds"]

    def _request(self, method: str, url_or_endpoint: str, **kwargs: object) -> dict[str, object]:
        answer: dict[str, object] = super()._request(method, url_or_endpoint, timeout=self._seconds, **kwargs)
        return answer


def is_wechat_browser(user_agent: str) -> bool:
    """Whether a page is shown inside WeChat, where only its own script can pay."""
    return "MicroMessenger" in user_agent


def can_identify() -> bool:
    """Whether the Official Account is configured."""
    return bool(settings.WECHATPAY["app_secret"])


def known_openid(session: SessionBase) -> str:
    """The openid found earlier in this session, or ""."""
    return str(session.get(_OPENID, ""))


def authorize_url(session: SessionBase, *, redirect_uri: str) -> str:
    """Where to send the browser to be identified; it comes back to `redirect_uri` with a code."""
    session[_STATE] = secrets.token_urlsafe(16)
    return str(_OAuth(redirect_uri, session[_STATE]).authorize_url)


def remember_openid(session: SessionBase, *, code: str, state: str) -> str:
    """Exchange the code for the openid and keep it. Raises Unknown, also for a state that this session did not send."""
    if not code or not state or not secrets.compare_digest(state, str(session.pop(_STATE, ""))):
        raise Unknown("the way back from WeChat is not the one that was sent")
    try:
        openid = _OAuth("").fetch_access_token(code)["openid"]
    except (WeChatOAuthException, WeChatClientException, requests.RequestException, KeyError, ValueError) as error:
        # Only its kind: the text of a network error carries the whole address, and with it the app's secret.
        raise Unknown(type(error).__name__) from None
    session[_OPENID] = openid
    return str(openid)
