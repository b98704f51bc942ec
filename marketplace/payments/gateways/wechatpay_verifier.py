"""Whether WeChat Pay said something, and what: signatures and encrypted resources (facts/payments.md, 2.4 and 2.5).

Our own, because the SDK checks no time and answers an unknown key with a call of its own (2.7). Nothing here calls out.
"""

import binascii
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from marketplace.payments.gateways.base import DecryptFailed, Malformed, ReplayWindow, SignatureInvalid

WINDOW_SECONDS = 300
_HEADERS = ("wechatpay-timestamp", "wechatpay-nonce", "wechatpay-signature", "wechatpay-serial")


def verify(headers: Mapping[str, str], body: bytes, *, keys: Mapping[str, RSAPublicKey], now: int) -> None:
    """Check that WeChat signed exactly this body, within five minutes of `now` (epoch seconds).

    `headers` have lower-case names; `keys` are WeChat's public keys by their identifier, two of them while one is
    replaced. Raises SignatureInvalid or ReplayWindow.
    """
    timestamp, nonce, signature, serial = (headers.get(name, "") for name in _HEADERS)
    key = keys.get(serial)
    if key is None:
        raise SignatureInvalid(f"signed with an unknown key {serial[:40]!r}")
    try:
        message = b"%s\n%s\n%s\n" % (timestamp.encode(), nonce.encode(), body)
        key.verify(b64decode(signature, validate=True), message, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise SignatureInvalid("the signature does not hold") from error
    if not timestamp.isdecimal() or abs(now - int(timestamp)) > WINDOW_SECONDS:
        raise ReplayWindow("signed at another time")


def decrypt(resource: Mapping[str, Any], *, keys: Sequence[str]) -> bytes:
    """The text of an encrypted resource, with the first of our APIv3 keys that opens it. Raises Malformed or DecryptFailed."""
    try:
        if resource["algorithm"] != "AEAD_AES_256_GCM":
            raise Malformed("an algorithm that is not WeChat's")
        nonce = resource["nonce"].encode()
        associated = (resource.get("associated_data") or "").encode()
        ciphertext = b64decode(resource["ciphertext"], validate=True)
    except (KeyError, AttributeError, TypeError, binascii.Error, ValueError) as error:
        raise Malformed("not an encrypted resource") from error
    for key in keys:
        try:
            return AESGCM(key.encode()).decrypt(nonce, ciphertext, associated)
        except (InvalidTag, ValueError):
            continue
    raise DecryptFailed("none of our APIv3 keys opens it")
