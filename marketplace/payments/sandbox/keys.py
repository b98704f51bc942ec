"""Makes the two key pairs of an installation: `python -m marketplace.payments.sandbox.keys DATA_DIR`.

The portal signs with `app_private_key.pem` and checks with `alipay_public_key.pem`; the sandbox holds the other two.
Running it again changes nothing.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .crypto import load_private_key

PAIRS = ("app", "alipay")


def ensure_keys(data_dir: Path) -> list[Path]:
    """Make the missing key files (RSA 2048; PKCS#8 and SubjectPublicKeyInfo PEM; mode 0600). Return the new ones."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    for pair in PAIRS:
        private_path = data_dir / f"{pair}_private_key.pem"
        public_path = data_dir / f"{pair}_public_key.pem"
        if not private_path.exists():
            new_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            made += _create(private_path, _private_pem(new_key))
        if not public_path.exists():
            # Derived from the file, not from the key just made: another process may have been first.
            made += _create(public_path, _public_pem(load_private_key(private_path)))
    return made


def _private_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _public_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _create(path: Path, content: bytes) -> list[Path]:
    """Write `path` whole or not at all, and never over a file that another process has just made."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.link(temporary, path)
    except FileExistsError:
        return []
    finally:
        os.unlink(temporary)
    return [path]


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
