"""Every environment variable of the portal is read through `env`, and its name and meaning stand in docs/configuration.md."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(str(BASE_DIR / ".env"))  # a convenience of development; the real environment wins

ENVIRONMENT: str = env.str("DJANGO_ENV", default="development")
if ENVIRONMENT not in {"development", "test", "production"}:
    raise environ.ImproperlyConfigured(f"DJANGO_ENV is {ENVIRONMENT!r}; it must be development, test or production.")
PRODUCTION: bool = ENVIRONMENT == "production"
