"""Secrets, cookies, headers. Production refuses to start on a missing or weak secret."""

import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256

from csp.constants import NONE, SELF

from portal.embedded.paths import state_directory
from portal.env import PRODUCTION, env
from portal.settings.own_secrets import require_different, require_field_keys, require_own_password, require_secret
from portal.settings.people import SOCIAL_FORM_HOSTS
from portal.settings.services import UPLOAD_ORIGINS


def _development_secret() -> str:
    """A secret of this checkout, made once, so that sessions outlive a restart."""
    file = state_directory() / "secret_key"
    if not file.exists():
        file.write_text(secrets.token_urlsafe(50))
        file.chmod(0o600)
    return file.read_text()


def field_key(secret: str) -> str:
    """A key in the form that Fernet wants, made of a secret: only for machines where losing the fields costs nothing."""
    return urlsafe_b64encode(sha256(secret.encode()).digest()).decode()


SECRET_KEY: str = env.str("SECRET_KEY") if PRODUCTION else env.str("SECRET_KEY", default="") or _development_secret()
require_secret("SECRET_KEY", SECRET_KEY, at_least=50, in_production=PRODUCTION)
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
for _older in SECRET_KEY_FALLBACKS:
    require_secret("SECRET_KEY_FALLBACKS", _older, at_least=40, in_production=PRODUCTION)

# Personal numbers (bank card, account, identity card) are encrypted with the first; the others still open what is old.
FIELD_ENCRYPTION_KEYS: list[str] = (
    env.list("FIELD_ENCRYPTION_KEYS")
    if PRODUCTION
    else env.list("FIELD_ENCRYPTION_KEYS", default=[]) or [field_key(SECRET_KEY)]
)
# With it identity numbers are turned into digests, by which the same number is found on another account. Whoever has the
# table but not this key cannot try all numbers out. After a change: `manage.py rotate_field_keys`.
IDENTITY_DIGEST_KEY: str = (
    env.str("IDENTITY_DIGEST_KEY")
    if PRODUCTION
    else env.str("IDENTITY_DIGEST_KEY", default="") or field_key(f"digest:{SECRET_KEY}")
)
require_secret("IDENTITY_DIGEST_KEY", IDENTITY_DIGEST_KEY, at_least=32, in_production=PRODUCTION)
require_field_keys("FIELD_ENCRYPTION_KEYS", FIELD_ENCRYPTION_KEYS, in_production=PRODUCTION)
if PRODUCTION:
    require_different(
        {
            "SECRET_KEY": [SECRET_KEY],
            "FIELD_ENCRYPTION_KEYS": FIELD_ENCRYPTION_KEYS,
            "IDENTITY_DIGEST_KEY": [IDENTITY_DIGEST_KEY],
        }
    )
    for _service in ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL"):
        require_own_password(_service, env.str(_service, default=""))

ALLOWED_HOSTS: list[str] = (
    env.list("ALLOWED_HOSTS") if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"]
)
# What links in mails, canonical addresses and payment notifications start with.
SITE_URL: str = env.str("SITE_URL") if PRODUCTION else env.str("SITE_URL", default="http://localhost:8000")
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL] if PRODUCTION else [])

SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # load balancers ask over plain HTTP, behind TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail's preview lives in a frame of the same origin
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # which wants DENY
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1 if PRODUCTION else 0)

# Alipay's cashiers; WeChat's page for phones, and where it says who a buyer inside WeChat is.
_PAYMENT_HOSTS = [
    "https://*.alipay.com",
    "https://*.alipaydev.com",
    "https://wx.tenpay.com",
    "https://open.weixin.qq.com",
]
if not PRODUCTION:
    _PAYMENT_HOSTS.append(env.str("PAYMENT_SANDBOX_URL", default="http://127.0.0.1:8020"))
# The public site: nothing inline, nothing from elsewhere. Wagtail's admin has a looser policy (portal/middleware.py).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *env.list("CSP_IMAGE_HOSTS", default=[])],
        "media-src": [SELF, *env.list("CSP_IMAGE_HOSTS", default=[])],
        # Scripts send files to the object storage themselves (marketplace/uploads/direct.py).
        "connect-src": [SELF, *UPLOAD_ORIGINS],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
        # Checkout posts to us and is redirected to the payment institution, log-in to WeChat: browsers check the target
        # of that too.
        "form-action": [SELF, *env.list("CSP_FORM_HOSTS", default=[*_PAYMENT_HOSTS, *SOCIAL_FORM_HOSTS])],
    },
}
