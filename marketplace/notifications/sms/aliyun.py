"""Aliyun's text messages (Dysmsapi 2017-05-25, SendSms) over plain HTTP: the SDK is 43 MB for one signed request.

Signature: ACS3-HMAC-SHA256 (facts/accounts.md, section 4). `tests/notifications/test_aliyun_sms.py` holds it against a
request that Aliyun's own SDK signed.
"""

import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import requests
from django.conf import settings
from urllib3.exceptions import NewConnectionError

from marketplace.notifications.sms.backends import SmsRefused, SmsUnknown, SmsUnreachable, TextMessage

VERSION, ACTION = "2017-05-25", "SendSms"
EMPTY_BODY = hashlib.sha256(b"").hexdigest()
# Aliyun's answers that mean "not now" rather than "no".
PASSING = {"Throttling", "Throttling.User", "ServiceUnavailable", "InternalError", "isp.SYSTEM_ERROR"}


class AliyunSmsBackend:
    """Sends through Aliyun. Settings: ALIYUN_SMS."""

    keeps = False

    def send(self, message: TextMessage) -> str:
        """Raises SmsRefused, also when the template has no number at Aliyun, SmsUnreachable and SmsUnknown."""
        config = settings.ALIYUN_SMS
        template_code = config["templates"].get(message.template.value)
        if not template_code:
            raise SmsRefused(f"no number of a template for {message.template.value}")
        query = {
            "PhoneNumbers": message.recipient.removeprefix("+86"),
            "SignName": config["sign_name"],
            "TemplateCode": template_code,
            "TemplateParam": json.dumps(message.parameters, ensure_ascii=False),
            "OutId": message.reference,
        }
        headers = {
            "host": urlsplit(config["endpoint"]).netloc,
            "x-acs-action": ACTION,
            "x-acs-version": VERSION,
            "x-acs-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-content-sha256": EMPTY_BODY,
        }
        headers["Authorization"] = authorization(
            headers, query, access_key_id=config["access_key_id"], access_key_secret=config["access_key_secret"]
        )
        url = f"{config['endpoint'].rstrip('/')}/?{canonical_query(query)}"
        try:
            reply = requests.post(url, headers=headers, timeout=config["timeout_seconds"], allow_redirects=False)
            answer = reply.json()
        # Only its kind: the text of a network error carries the whole address, and with it the code.
        except requests.ConnectTimeout as silence:
            raise SmsUnreachable(type(silence).__name__) from None
        except requests.RequestException as error:
            never_left = isinstance(error, requests.ConnectionError) and _was_never_connected(error)
            raise (SmsUnreachable if never_left else SmsUnknown)(type(error).__name__) from None
        except ValueError as error:
            raise SmsUnknown(type(error).__name__) from None
        code = str(answer.get("Code", "")) if isinstance(answer, dict) else ""
        if code == "OK":
            return str(answer.get("BizId", ""))
        if code in PASSING:
            raise SmsUnreachable(code)
        if reply.status_code >= 500 or not code:
            raise SmsUnknown(code or str(reply.status_code))
        raise SmsRefused(code)


def _was_never_connected(error: requests.ConnectionError) -> bool:
    """Whether the request found nobody, rather than losing the line after it was sent."""
    return isinstance(getattr(error.args[0] if error.args else None, "reason", None), NewConnectionError)


def authorization(headers: dict[str, str], query: dict[str, str], *, access_key_id: str, access_key_secret: str) -> str:
    """The header that signs a POST to `/` with this query, no body, and these headers (names in lower case)."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = f"POST\n/\n{canonical_query(query)}\n{lines}\n{names}\n{EMPTY_BODY}"
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(access_key_secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"ACS3-HMAC-SHA256 Credential={access_key_id},SignedHeaders={names},Signature={signature}"


def canonical_query(query: dict[str, str]) -> str:
    """Sorted and percent-encoded as RFC 3986 has it."""
    return "&".join(f"{quote(name, safe='~')}={quote(query[name], safe='~')}" for name in sorted(query))
