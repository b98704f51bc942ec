"""By Web Push (RFC 8030, encrypted by RFC 8291, signed by RFC 8292) over pywebpush, to browsers that are still logged in."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import requests
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from marketplace.notifications import letters
from marketplace.notifications.channels.base import Gone, Outcome, Refused, Unreachable
from marketplace.notifications.models import Dispatch, PushSubscription
from marketplace.notifications.reach import Reach

SECONDS = 10  # that the job waits for a push service
KEPT_SECONDS = 24 * 3600  # how long the push service keeps it for a browser that is off
_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?(/[\w.~!$&'()*+,;=:@%/?-]*)?", re.ASCII)


class _Session(requests.Session):
    """The address comes from a browser: no redirects to elsewhere, no proxy, no password of this machine's."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        options["allow_redirects"] = False
        return super().request(*arguments, **options)


class PushSender:
    """Title, text and address; the service worker shows them (static/js/push-worker.js)."""

    def send(self, rows: Sequence[Dispatch], reach: Reach) -> Outcome:
        """Raises Gone, Refused and Unreachable. What is about the same replaces the one before: on the screen by `tag`, and by
        `Topic` (RFC 8030) where the service still holds it for a browser that is off.
        """
        line = rows[0].notification
        browser = PushSubscription.objects.select_related("user").filter(pk=rows[0].target).first()
        if browser is None:
            raise Gone("no such browser any more")
        if not _is_logged_in(browser):
            browser.delete()
            raise Gone("logged out there")
        if not is_push_service(browser.endpoint):
            raise Refused("not a push service that we know")
        with translation.override(reach.language):
            tag = f"{line.kind}-{line.url or line.pk}"[:100]
            content = {
                "title": line.said_title,
                "body": line.said_body,
                "url": letters.open_address(line),
                "tag": tag,
                "silent": rows[0].retold_at is not None,
            }
        # Of 32 letters, and says nothing to the service.
        topic = salted_hmac("notifications.push.topic", tag).hexdigest()[:32]
        self._post(browser, json.dumps(content, ensure_ascii=False), topic=topic)
        return Outcome()

    def _post(self, browser: PushSubscription, content: str, *, topic: str) -> None:
        keys = {"p256dh": browser.p256dh, "auth": browser.auth}
        try:
            webpush(
                {"endpoint": browser.endpoint, "keys": keys},
                data=content,
                vapid_private_key=vapid(),
                vapid_claims={"sub": settings.WEB_PUSH["subject"]},
                ttl=KEPT_SECONDS,
                headers={"Topic": topic, "Urgency": "normal"},
                timeout=SECONDS,
                requests_session=_Session(),
            )
        except WebPushException as refusal:
            code = refusal.response.status_code if refusal.response is not None else 0
            if code in (404, 410):  # RFC 8030: the browser has let go of it
                browser.delete()
                raise Gone(f"the push service said {code}") from None
            if code == 429 or code >= 500:
                raise Unreachable(f"the push service said {code}") from None
            raise Refused(f"the push service said {code or 'nothing'}") from None
        except requests.RequestException as silence:
            raise Unreachable(f"the push service: {type(silence).__name__}") from None


def is_configured() -> bool:
    """Whether we have a key to sign with."""
    return bool(settings.WEB_PUSH["private_key"])


def is_push_service(endpoint: str) -> bool:
    """Whether an address that a browser gave is one of the known push services: anything else would have us call it.

    It is read by the parser that calls it, and in plain letters only: where two parsers see two hosts in one address, the
    checked one is not the one that is called.
    """
    if not _PLAIN_ADDRESS.fullmatch(endpoint):
        return False
    try:
        parts = parse_url(endpoint)
    except LocationParseError:
        return False
    if parts.auth:
        return False
    origin = f"{parts.scheme}://{parts.host}" + (f":{parts.port}" if parts.port else "")
    return any(
        origin == known or ("*." in known and _is_below(origin, known)) for known in settings.WEB_PUSH["services"]
    )


def public_key() -> str:
    """The key that browsers ask for by `applicationServerKey`; "" without one."""
    if not is_configured():
        return ""
    raw = vapid().public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def vapid() -> Vapid02:
    """The key that push services know us by."""
    return Vapid02.from_string(private_key=settings.WEB_PUSH["private_key"])


def _is_below(origin: str, known: str) -> bool:
    scheme, _sep, domain = known.partition("://*.")
    return origin.startswith(f"{scheme}://") and origin.endswith(f".{domain}")


def _is_logged_in(browser: PushSubscription) -> bool:
    """Whether the session in which the browser asked for it still holds: as the middleware of log-ins sees it."""
    session = import_module(settings.SESSION_ENGINE).SessionStore(browser.session_key)
    own = str(session.get(HASH_SESSION_KEY, ""))
    return session.get(SESSION_KEY) == str(browser.user_id) and constant_time_compare(
        own, browser.user.get_session_auth_hash()
    )
