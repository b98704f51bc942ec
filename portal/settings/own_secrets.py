"""What a secret of production must be like. Whoever left an example in place is told at once, and nothing starts.

Length and variety cannot show that a key was drawn at random; they refuse what was never meant to be one.
"""

import re
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

FEWEST_DIFFERENT_CHARACTERS = 10
FIELD_KEY_BYTES = 32  # Fernet's
# How examples, templates and tutorials call the place where a secret belongs; `django-insecure-` is Django's own.
_PLACEHOLDER = re.compile(
    r"django-insecure|insecure|change[-_ ]?(?:me|this|it)|replace[-_ ]?(?:me|this|it)|your[-_ ]?(?:secret|key)|placeholder"
    r"|example[-_ ]?(?:secret|key)|(?:^|[-_ ])(?:todo|dummy|default)(?:$|[-_ ])",
    re.IGNORECASE,
)
_DEFAULT_PASSWORDS = frozenset({"postgres", "password", "secret", "admin", "root", "123456", "changeme"})


def require_secret(name: str, value: str, *, at_least: int, in_production: bool) -> None:
    """Raise ImproperlyConfigured, which names the variable `name`, for a secret of fewer than `at_least` characters.

    In production also for an example, and for one of hardly any different characters.
    """
    if len(value) < at_least:
        raise ImproperlyConfigured(f"{name} must have at least {at_least} characters.")
    if not in_production:
        return
    if _PLACEHOLDER.search(value):
        raise ImproperlyConfigured(f"{name} is still the example of some template: draw one at random.")
    if len(set(value)) < FEWEST_DIFFERENT_CHARACTERS:
        raise ImproperlyConfigured(f"{name} repeats a few characters: draw one at random.")


def require_field_keys(name: str, keys: list[str], *, in_production: bool) -> None:
    """Raise ImproperlyConfigured unless `keys` are one or more keys as Fernet wants them."""
    if not keys:
        raise ImproperlyConfigured(f"{name} is empty: it needs one key at least.")
    for key in keys:
        try:
            decoded = urlsafe_b64decode(key)
        except (NotBase64, ValueError):
            decoded = b""
        if len(decoded) != FIELD_KEY_BYTES:
            raise ImproperlyConfigured(
                f"{name} must hold keys of {FIELD_KEY_BYTES} bytes in base64, as `Fernet.generate_key()` makes them."
            )
        if in_production and len(set(decoded)) < FEWEST_DIFFERENT_CHARACTERS:
            raise ImproperlyConfigured(f"{name} repeats a few characters: draw one at random.")


def require_different(secrets: dict[str, list[str]]) -> None:
    """Raise ImproperlyConfigured when two variables share a value: whoever gets one would have the other."""
    owners: dict[str, str] = {}
    for name, values in secrets.items():
        for value in values:
            other = owners.setdefault(value, name)
            if other != name:
                raise ImproperlyConfigured(f"{name} is the same as {other}: each needs a value of its own.")


def require_own_password(name: str, url: str) -> None:
    """Raise ImproperlyConfigured when the address of a service carries a password that everybody tries first.

    None at all is for sockets and private networks that ask for none.
    """
    parts = urlsplit(url)
    password = unquote(parts.password or "")
    if password and (password.lower() in _DEFAULT_PASSWORDS or password == unquote(parts.username or "")):
        raise ImproperlyConfigured(f"{name} has a password that is no secret: give the account one of its own.")
