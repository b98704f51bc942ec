"""One signed call to WeChat Pay's API v3 over wechatpayv3 in public-key mode, with the SDK's defects mended (2.7)."""

import json
from collections.abc import Mapping
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.conf import settings
from wechatpayv3.core import Core
from wechatpayv3.type import RequestType

from marketplace.core import clock
from marketplace.payments.gateways import wechatpay_verifier
from marketplace.payments.gateways.base import (
    ConfigError,
    NotificationInvalid,
    RateLimited,
    Rejected,
    Unknown,
)

CONNECT_SECONDS = 3
# Older pages spell several codes without underscores (facts/payments.md, section 2.3).
NOT_FOUND_CODES = {
    "ORDER_NOT_EXIST",
    "ORDERNOTEXIST",
    "RESOURCE_NOT_EXISTS",
    "RESOURCENOTEXISTS",
    "NOT_FOUND",
    "NOTFOUND",
}
_UNKNOWN_CODES = {"SYSTEM_ERROR", "SYSTEMERROR", "BANK_ERROR", "BANKERROR"}
_LIMIT_CODES = {"FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "RATELIMIT_EXCEEDED", "RULELIMIT", "RULE_LIMIT"}
_CONFIG_CODES = {"SIGN_ERROR", "NO_AUTH", "NOAUTH", "MCH_NOT_EXISTS", "APPID_MCHID_NOT_MATCH"}


class _Core(Core):
    """The SDK's transport: to our address, believing only keys we were given, and asking nobody else for others."""

    def __init__(self, config: Mapping[str, Any], keys: Mapping[str, RSAPublicKey]) -> None:
        super().__init__(
            mchid=config["merchant_id"],
            cert_serial_no=config["merchant_serial_no"],
            private_key=config["merchant_private_key"],
            apiv3_key=config["api_v3_key"],
            public_key=config["public_key"],
            public_key_id=config["public_key_id"],
            timeout=(CONNECT_SECONDS, config["timeout_seconds"]),
        )
        self._gate_way = config["base_url"]
        self._known = keys

    def _update_certificates(self) -> None:
        """Public-key mode has no certificates to fetch."""

    def _verify_signature(self, headers: Mapping[str, str], body: str) -> bool:
        lowered = {name.lower(): value for name, value in headers.items()}
        try:
            wechatpay_verifier.verify(lowered, body.encode(), keys=self._known, now=int(clock.real_now().timestamp()))
        except NotificationInvalid as problem:
            # What was asked may have been done all the same: an answer that cannot be trusted is no answer.
            raise Unknown(f"answer: {problem}") from problem
        return True


class WechatpayCalls:
    """What every part of the adapter needs: settings, keys, and calls whose outcome is typed."""

    def __init__(self) -> None:
        self._settings = settings.WECHATPAY
        self._keys = public_keys(self._settings)
        self._core = _Core(self._settings, self._keys)

    @property
    def _merchant(self) -> str:
        return str(self._settings["merchant_id"])

    @property
    def _app(self) -> str:
        return str(self._settings["app_id"])

    def _get(self, path: str) -> dict[str, Any]:
        return self._call(RequestType.GET, path)

    def _post(self, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        return self._call(RequestType.POST, path, dict(content))

    def _call(self, method: RequestType, path: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask, and read the answer. Raises Unknown, Rejected, RateLimited or ConfigError (facts/payments.md, 8.2)."""
        try:
            # An empty body is no body: the SDK would sign nothing and send `{}`.
            status, text = self._core.request(path, method=method, data=content or None)
            answer = json.loads(text) if text else {}
        except (requests.RequestException, ValueError, UnicodeDecodeError) as error:
            raise Unknown(f"{type(error).__name__}: {error}") from error
        if not isinstance(answer, dict):
            raise Unknown(f"HTTP {status} without an object")
        if status in (200, 204):
            return answer
        code, message = str(answer.get("code", "")), str(answer.get("message", ""))
        # Another 2xx is signed and no answer either: 202 USERPAYING says that the buyer is paying right now.
        if status < 300 or status >= 500 or code in _UNKNOWN_CODES or not code:
            raise Unknown(f"HTTP {status} {code}")
        if status == 429 or code in _LIMIT_CODES:
            raise RateLimited(code)
        if status == 401 or code in _CONFIG_CODES:
            raise ConfigError(f"{code}: {message}")
        raise Rejected(code, message)


def cut(text: str, most_bytes: int) -> str:
    """The beginning of a text that fits. WeChat counts bytes, of which a Chinese character has three, and refuses the rest."""
    return text.encode()[:most_bytes].decode(errors="ignore")


def public_keys(config: Mapping[str, Any]) -> dict[str, RSAPublicKey]:
    """WeChat's public keys by identifier: the one in force, and the one before it while it is being replaced."""
    pairs = (
        (config["public_key_id"], config["public_key"]),
        (config["previous_public_key_id"], config["previous_public_key"]),
    )
    keys: dict[str, RSAPublicKey] = {}
    for identifier, text in pairs:
        if identifier and text:
            key = load_pem_public_key(text.encode())
            if not isinstance(key, RSAPublicKey):
                raise ConfigError(f"{identifier} is not an RSA key")
            keys[identifier] = key
    return keys
