"""Makes the two key pairs of an installation, and their certificates: `python -m marketplace.payments.sandbox.keys DATA_DIR`.

The portal signs with `app_private_key.pem` and checks with `alipay_public_key.pem`; the sandbox holds the other two.
Running it again changes nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .certificates import ensure_certificates
from .crypto import load_private_key
from .files import create_once

PAIRS = ("app", "alipay")


def ensure_keys(data_dir: Path) -> list[Path]:
    """Make the missing files of keys and certificates; return the new ones.

    Keys are RSA 2048, in PKCS#8 and SubjectPublicKeyInfo PEM; every file has mode 0600.
    """
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    for pair in PAIRS:
        private_path = data_dir / f"{pair}_private_key.pem"
        public_path = data_dir / f"{pair}_public_key.pem"
        if not private_path.exists():
            new_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            made += create_once(private_path, _private_pem(new_key))
        if not public_path.exists():
            # Derived from the file, not from the key just made: another process may have been first.
            made += create_once(public_path, _public_pem(load_private_key(private_path)))
    return made + ensure_certificates(data_dir)


def _private_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _public_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def main(arguments: list[str]) -> int:
    """Run from the command line; the one argument is the data directory."""
    if len(arguments) != 1:
        print("usage: python -m marketplace.payments.sandbox.keys DATA_DIR", file=sys.stderr)
        return 2
    made = ensure_keys(Path(arguments[0]))
    print("made " + ", ".join(path.name for path in made) if made else "keys are there already")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
