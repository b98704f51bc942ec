"""Personal numbers and papers at rest: Fernet (AES-128-CBC, HMAC), keys in the settings, rotation by their order."""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def encrypt_text(text: str) -> str:
    """What to store instead of `text`."""
    return _fernet().encrypt(text.encode()).decode()


def decrypt_text(stored: str) -> str:
    """The text again. Raises cryptography.fernet.InvalidToken when none of the keys opens it: a configuration error."""
    return _fernet().decrypt(stored.encode()).decode()


def encrypt_bytes(content: bytes) -> bytes:
    """What to store instead of the file `content`: about a third longer."""
    return _fernet().encrypt(content)


def decrypt_bytes(stored: bytes) -> bytes:
    """The file again. Raises cryptography.fernet.InvalidToken like `decrypt_text`."""
    return _fernet().decrypt(stored)


def rotate_bytes(stored: bytes) -> bytes:
    """The same secret under the newest key. Raises cryptography.fernet.InvalidToken like `decrypt_text`."""
    return _fernet().rotate(stored)


def rotate_text(stored: str) -> str:
    """Like `rotate_bytes`, for a column."""
    return rotate_bytes(stored.encode()).decode()


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])
