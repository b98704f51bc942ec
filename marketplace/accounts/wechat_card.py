"""How a shared link gets its card inside WeChat: our signature for WeChat's own script (JS-SDK). Over wechatpy.

A page asks for a signature of its address; that costs no request to WeChat. The ticket it is made with comes from a job, and is
good for two hours for everybody: WeChat allows few requests a day, and a new access token ends the one before.
"""

import logging
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urldefrag

import requests
from django.utils.http import url_has_allowed_host_and_scheme
from wechatpy.client.api.jsapi import WeChatJSAPI
from wechatpy.exceptions import WeChatClientException

from marketplace.core.forgiving import forgiving_cache
from marketplace.notifications.official_account import OfficialAccount, account_config, is_configured

logger = logging.getLogger(__name__)
_RENEW_SECONDS = 600  # before the end, so that a page never finds a ticket that is about to end
_TICKET, _RENEWING = "accounts:wechat:ticket", "accounts:wechat:renewing"


@dataclass(frozen=True)
class CardSignature:
    """What `wx.config` takes."""

    app_id: str
    timestamp: str
    nonce: str
    signature: str


def script_url(user_agent: str) -> str:
    """Where a page inside WeChat loads WeChat's script from; "" everywhere else, and without an Official Account.

    It is the one script of another host, and no other browser ever fetches it: only there is somebody to talk to
    (docs/gig-page.md).
    """
    return str(account_config()["SCRIPT_URL"]) if is_configured() and "MicroMessenger" in user_agent else ""


def renew_ticket() -> bool:
    """Get a new ticket when the old one ends soon. True when it did. For the job alone: it waits for WeChat."""
    held = forgiving_cache.get(_TICKET)
    if not is_configured() or (held and held["ends_at"] - time.time() > _RENEW_SECONDS):
        return False
    if not forgiving_cache.add(_RENEWING, 1, timeout=60):
        return False  # another worker asks right now
    try:
        answer = OfficialAccount().jsapi.get_ticket()
        seconds = int(answer["expires_in"])
        ticket = {"ticket": str(answer["ticket"]), "ends_at": time.time() + seconds}
    except (WeChatClientException, requests.RequestException, AttributeError, KeyError, TypeError, ValueError) as error:
        # Only its kind: the text of a network error carries the whole address, and with it the app's secret.
        logger.warning(
            "WeChat gave no ticket for its script: %s", getattr(error, "errcode", None) or type(error).__name__
        )
        return False
    finally:
        forgiving_cache.delete(_RENEWING)
    forgiving_cache.set(_TICKET, ticket, timeout=max(1, seconds - 60))
    return True


def sign(url: str, *, host: str, is_secure: bool) -> CardSignature | None:
    """The signature for a page of ours at exactly `url`, without its fragment. None for another host, and without a ticket.

    A signature lets a page use our Official Account's rights, so no other site gets one.
    """
    address = urldefrag(url).url
    ours = address.startswith(("http://", "https://")) and url_has_allowed_host_and_scheme(
        address, {host}, require_https=is_secure
    )
    held = forgiving_cache.get(_TICKET) if ours and is_configured() else None
    if held is None:
        return None
    nonce, timestamp = secrets.token_urlsafe(12), str(int(time.time()))
    signature = WeChatJSAPI().get_jsapi_signature(nonce, held["ticket"], timestamp, address)
    return CardSignature(account_config()["APPS"][0]["client_id"], timestamp, nonce, signature)
