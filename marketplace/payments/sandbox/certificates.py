"""Certificate mode: the sandbox's own authority, and the certificates of the application and of Alipay.

The merchant signs as before and names its certificate; what is new is that both sides know each other's key by a
certificate. Its number is the MD5 of the issuer's name and the decimal serial number; a chain's is that of its RSA roots.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID, SignatureAlgorithmOID

from .crypto import load_private_key, load_public_key
from .files import create_once

ROOT_KEY, ROOT, APP, ALIPAY = "root_private_key.pem", "alipay_root_cert.pem", "app_cert.pem", "alipay_cert.pem"
YEARS = timedelta(days=10 * 365)
_ROOT_NAME = "沙箱 Sandbox Certification Authority R1"
_RSA_SIGNATURES = {
    SignatureAlgorithmOID.RSA_WITH_SHA1,
    SignatureAlgorithmOID.RSA_WITH_SHA256,
    SignatureAlgorithmOID.RSA_WITH_SHA384,
    SignatureAlgorithmOID.RSA_WITH_SHA512,
}  # fmt: skip
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def ensure_certificates(data_dir: Path) -> list[Path]:
    """Make the missing certificates for the keys that are there. Return the new files."""
    made = []
    if not (data_dir / ROOT_KEY).exists():
        made += create_once(
            data_dir / ROOT_KEY, _private_pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))
        )
    authority = load_private_key(data_dir / ROOT_KEY)
    if not (data_dir / ROOT).exists():
        own = _certificate(_ROOT_NAME, authority.public_key(), _ROOT_NAME, authority)
        # As in Alipay's own file, not every root is RSA; those do not count for its number. One newline between them.
        other_key = ec.generate_private_key(ec.SECP256R1())
        other = _certificate(
            "沙箱 Sandbox EC Authority E1", other_key.public_key(), "沙箱 Sandbox EC Authority E1", other_key
        )
        made += create_once(data_dir / ROOT, own + other)
    for file, name, key in (
        (APP, "2026000000000001", "app_public_key.pem"),
        (ALIPAY, "支付宝（沙箱）有限公司", "alipay_public_key.pem"),
    ):
        if not (data_dir / file).exists():
            public_key = load_public_key(data_dir / key)
            made += create_once(data_dir / file, _certificate(name, public_key, _ROOT_NAME, authority))
    return made


def certificate_number(path: Path) -> str:
    """The number under which a certificate is named on the wire."""
    return _number(x509.load_pem_x509_certificate(path.read_bytes()))


def root_number(path: Path) -> str:
    """The number of a chain: those of its RSA-signed roots, joined by underscores."""
    numbers = []
    for pem in _PEM.findall(path.read_bytes()):
        try:
            root = x509.load_pem_x509_certificate(pem)
        except ValueError:
            continue  # one of Alipay's own roots, which is not RSA, is written as `cryptography` will not read it
        if root.signature_algorithm_oid in _RSA_SIGNATURES:
            numbers.append(_number(root))
    return "_".join(numbers)


def _number(certificate: x509.Certificate) -> str:
    parts = {"CN": NameOID.COMMON_NAME, "OU": NameOID.ORGANIZATIONAL_UNIT_NAME, "O": NameOID.ORGANIZATION_NAME}
    parts["C"] = NameOID.COUNTRY_NAME
    issuer = certificate.issuer
    name = ",".join(f"{label}={issuer.get_attributes_for_oid(oid)[0].value!s}" for label, oid in parts.items())
    return hashlib.md5(f"{name}{certificate.serial_number}".encode(), usedforsecurity=False).hexdigest()


def _certificate(
    name: str,
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    issuer: str,
    authority: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
) -> bytes:
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + YEARS)
        .add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
        .sign(authority, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)


def _name(common_name: str) -> x509.Name:
    return x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Jiangji Sandbox"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Payments"),
        x509.NameAttribute(NameOID.COMMON_NAME, common_name),
    ])  # fmt: skip


def _private_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
