"""What every call to Alipay has in common: the SDK with its defects mended, its errors sorted, its times read.

Protocol and the SDK's defects: facts/payments.md, section 1.
"""

import http.client
import json
import re
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from urllib.error import URLError

from alipay import AliPay, DCAliPay
from alipay.exceptions import AliPayException, AliPayValidationError
from alipay.utils import AliPayConfig
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.utils import timezone

from marketplace.payments.gateways.base import ConfigError, RateLimited, Rejected, Unknown

SUCCESS = "10000"
_UNKNOWN_SUB_CODES = {"isp.unknow-error", "REQUEST_PROCESSING"}
_CONFIG_SUB_CODES = {
    "isv.insufficient-isv-permissions",
    "isv.invalid-app-id",
    "isv.invalid-signature",
    "isv.invalid-signature-type",
    "isv.invalid-timestamp",
    "isv.missing-signature-key",
    "ACQ.ACCESS_FORBIDDEN",
    "PERMIT_CHECK_PERM_LIMITED",
}
# Whatever these mean, the gateway may have done what it was asked (facts/payments.md, 1.7, defect 5).
_TRANSPORT_ERRORS = (
    OSError,
    URLError,
    http.client.HTTPException,
    AliPayException,
    AliPayValidationError,
    # Not JSON, not UTF-8, not base64, or JSON of another shape than the SDK expects.
    ValueError,
    KeyError,
    AttributeError,
    TypeError,
)
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@cache
def _signing_key(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("our key for Alipay is not an RSA key")
    return key


class _SignedText:
    """The SDK's brace counter replaced: a `}` in a title must not break the check of an answer's signature.

    And its signing: the same RSA2 by `cryptography`, five times as fast, which is a sixth of a whole checkout.
    """

    _app_private_key_string: str

    def _sign(self, unsigned_string: str) -> str:
        key = _signing_key(self._app_private_key_string)
        return b64encode(key.sign(unsigned_string.encode(), PKCS1v15(), SHA256())).decode()

    def _get_string_to_be_signed(self, raw_string: str, response_type: str) -> str:
        start = raw_string.index("{", raw_string.index(f'"{response_type}"') + len(response_type) + 2)
        _value, end = json.JSONDecoder().raw_decode(raw_string, start)
        return raw_string[start:end]


class PublicKeyClient(_SignedText, AliPay):
    """The SDK in public-key mode."""


class CertificateClient(_SignedText, DCAliPay):
    """The SDK in certificate mode, which transfers need at the real gateway."""

    def __init__(self, *, timeout_seconds: int, alipay_root_cert_string: str, **arguments: str) -> None:
        # The SDK splits the chain at blank lines only; otherwise it would count the first root alone (1.7, defect 4).
        roots = _CERTIFICATE.findall(alipay_root_cert_string.replace("\r", ""))
        super().__init__(alipay_root_cert_string="\n\n".join(roots), **arguments)
        self._config = AliPayConfig(timeout=timeout_seconds)

    def verify(self, data: dict[str, str], signature: str) -> bool:
        """Check a notification. Where it names Alipay's certificate, some read that name as signed and some as not.

        Alipay's own SDK for Node signs it, others leave it out: either text, signed with Alipay's key, is Alipay's.
        """
        if super().verify(dict(data), signature):
            return True
        named = data.pop("alipay_cert_sn", "")
        return bool(named) and bool(super().verify(dict(data), signature))


def make_client() -> PublicKeyClient | CertificateClient:
    """The SDK as the settings want it: with certificates when they are set, else with bare keys."""
    return _client(**settings.ALIPAY)


# Reading keys and certificates takes milliseconds, and the client keeps nothing of a call.
@lru_cache(maxsize=4)
def _client(
    *,
    app_id: str,
    app_private_key: str,
    gateway_url: str,
    timeout_seconds: int,
    alipay_public_key: str = "",
    app_cert: str = "",
    alipay_cert: str = "",
    alipay_root_cert: str = "",
    **_others: str,
) -> PublicKeyClient | CertificateClient:
    client: PublicKeyClient | CertificateClient
    if app_cert:
        client = CertificateClient(
            appid=app_id,
            app_private_key_string=app_private_key,
            app_public_key_cert_string=app_cert,
            alipay_public_key_cert_string=alipay_cert,
            alipay_root_cert_string=alipay_root_cert,
            sign_type="RSA2",
            timeout_seconds=timeout_seconds,
        )
    else:
        client = PublicKeyClient(
            appid=app_id,
            app_private_key_string=app_private_key,
            alipay_public_key_string=alipay_public_key,
            sign_type="RSA2",
            config=AliPayConfig(timeout=timeout_seconds),
        )
    client._gateway = gateway_url
    return client


class AlipayCalls:
    """The base of the adapter's parts: calls whose failures are typed."""

    def __init__(self) -> None:
        self._settings = settings.ALIPAY
        self._client = make_client()

    def _call(self, method: Callable[..., dict[str, Any]], *positional: Any, **arguments: Any) -> dict[str, Any]:
        """Call one method of the SDK. Business failures are returned; see `_require_success`.

        Raises Unknown, RateLimited (nothing was done) or ConfigError.
        """
        try:
            answer = method(*positional, **arguments)
        except _TRANSPORT_ERRORS as error:
            if isinstance(error, AliPayException) and (sub_code := _configuration_fault(str(error))):
                raise ConfigError(sub_code) from error
            raise Unknown(f"{type(error).__name__}: {error}") from error
        sub_code = str(answer.get("sub_code") or "")
        if answer.get("code") == "20000" or sub_code in _UNKNOWN_SUB_CODES or sub_code.endswith("SYSTEM_ERROR"):
            raise Unknown(sub_code or str(answer.get("msg")))
        if sub_code.endswith("call-limited"):
            raise RateLimited(sub_code)
        if sub_code in _CONFIG_SUB_CODES:
            raise ConfigError(f"{sub_code}: {answer.get('sub_msg', '')}")
        return answer

    def _api(self, name: str, content: dict[str, Any], **public: str) -> dict[str, Any]:
        """Call a method that the SDK does not wrap, by its name on the wire."""
        return self._call(self._client.server_api, name, content, **public)

    def _require_success(self, answer: dict[str, Any]) -> None:
        if answer.get("code") != SUCCESS:
            raise Rejected(str(answer.get("sub_code") or answer.get("code")), str(answer.get("sub_msg", "")))


def _configuration_fault(answer: str) -> str:
    """The code of an unsigned refusal that names our own configuration, else "".

    Alipay does not sign what it answers to somebody it does not know, so nothing is concluded about the call itself: only
    that an operator has to look.
    """
    found = re.search(r'"sub_code"\s*:\s*"([\w.-]+)"', answer)
    sub_code = found[1] if found else ""
    return sub_code if sub_code in _CONFIG_SUB_CODES or sub_code.endswith("-cert-sn") else ""


def moment(text: str) -> datetime:
    """Read Alipay's wall-clock time, which is China's."""
    return timezone.make_aware(datetime.strptime(text[:19], "%Y-%m-%d %H:%M:%S"))  # noqa: DTZ007 made aware in China's zone
