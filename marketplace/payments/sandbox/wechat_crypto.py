"""WeChat Pay v3's signatures and encryption on top of `cryptography`, written apart from the portal's adapter."""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SCHEMA = "WECHATPAY2-SHA256-RSA2048"
ALGORITHM = "AEAD_AES_256_GCM"
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_PKCS1 = padding.PKCS1v15()


def sign(key: rsa.RSAPrivateKey, *lines: str | bytes) -> str:
    """Sign lines that each end with a line feed, as every message of v3 does."""
    message = b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines)
    return base64.b64encode(key.sign(message, _PKCS1, hashes.SHA256())).decode()


def authorization(header: str) -> dict[str, str]:
    """The parameters of an Authorization header, whose order is free; empty when it is not of this scheme."""
    scheme, _, rest = header.partition(" ")
    return dict(_PARAMETER.findall(rest)) if scheme == SCHEMA else {}


def is_signed(key: rsa.RSAPublicKey, signature: str, *lines: str | bytes) -> bool:
    """Tell whether the signature (base64) belongs to these lines."""
    message = b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines)
    try:
        key.verify(base64.b64decode(signature, validate=True), message, _PKCS1, hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def seal(content: Mapping[str, Any], *, api_v3_key: str, associated_data: str) -> dict[str, str]:
    """Encrypt the resource of a notification."""
    nonce = secrets.token_hex(6)
    text = json.dumps(content, ensure_ascii=False)
    return {
        "algorithm": ALGORITHM,
        "ciphertext": encrypt(text, api_v3_key=api_v3_key, nonce=nonce, associated_data=associated_data),
        "nonce": nonce,
        "associated_data": associated_data,
    }


def encrypt(text: str, *, api_v3_key: str, nonce: str, associated_data: str) -> str:
    """AES-GCM as WeChat has it: the tag behind the ciphertext, both together as base64."""
    sealed = AESGCM(api_v3_key.encode()).encrypt(nonce.encode(), text.encode(), associated_data.encode())
    return base64.b64encode(sealed).decode()


def open_field(key: rsa.RSAPrivateKey, text: str) -> str:
    """Decrypt a sensitive field, RSA-OAEP with SHA-1 as WeChat has it. Raises ValueError."""
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # noqa: S303 the protocol's
    try:
        return key.decrypt(base64.b64decode(text, validate=True), oaep).decode()
    except binascii.Error as error:
        raise ValueError("not base64") from error
