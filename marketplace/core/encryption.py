"""Personal numbers at rest: encrypted with Fernet (AES-128-CBC, HMAC), keys in the settings, rotation by their order."""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def encrypt_text(text: str) -> str:
    """What to store instead of `text`."""
    return _fernet().encrypt(text.encode()).decode()


def decrypt_text(stored: str) -> str:
    """The text again. Raises cryptography.fernet.InvalidToken when none of the keys opens it: a configuration error."""
    return _fernet().decrypt(stored.encode()).decode()


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])
