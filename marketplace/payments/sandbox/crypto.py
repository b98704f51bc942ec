"""Alipay's RSA2 (SHA256withRSA, PKCS#1 v1.5) on top of `cryptography`, written apart from the portal's adapter."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def load_private_key(path: Path) -> rsa.RSAPrivateKey:
    """Read an unencrypted PEM private key."""
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{path.name} is not an RSA key.")
    return key


def load_public_key(path: Path) -> rsa.RSAPublicKey:
    """Read a PEM public key."""
    key = serialization.load_pem_public_key(path.read_bytes())
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError(f"{path.name} is not an RSA key.")
    return key


def sign(key: rsa.RSAPrivateKey, text: str) -> str:
    """Sign UTF-8 text and return the signature as base64 on one line."""
    return base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def is_signed(key: rsa.RSAPublicKey, text: str, signature: str) -> bool:
    """Tell whether `signature` (base64) belongs to `text`. A malformed signature is simply not one."""
    try:
        key.verify(base64.b64decode(signature, validate=True), text.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def request_text(parameters: Mapping[str, str]) -> str:
    """Return what a merchant signs: every filled parameter but `sign`, sorted. `sign_type` is part of it."""
    return _joined({name: value for name, value in parameters.items() if name != "sign" and value != ""})


def notification_text(fields: Mapping[str, str]) -> str:
    """Return what Alipay signs in notifications and returns: without `sign_type`, unlike in requests, and its certificate."""
    return _joined(
        {name: value for name, value in fields.items() if name not in ("sign", "sign_type", "alipay_cert_sn")}
    )


def response_text(content: Mapping[str, Any]) -> str:
    """Write a response exactly as Alipay does: compact, raw UTF-8, every slash as `\\/`. These bytes are signed."""
    # A slash can only stand inside a JSON string, so replacing it in the finished text is safe.
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")


def _joined(fields: Mapping[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in sorted(fields.items()))
