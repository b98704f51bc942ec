"""Payment gateways. The portal does not know that the sandbox is one: only base URL and keys differ."""

from pathlib import Path

# Importing python-alipay-sdk reconfigures logging and closes every handler made before it (facts/payments.md, 1.7): so it
# happens here, before Django sets logging up.
import alipay  # noqa: F401

from portal.embedded.paths import state_directory
from portal.env import PRODUCTION, env


def _key(variable: str, file_name: str) -> str:
    """A PEM text: from the variable, from the file that `<variable>_FILE` names, or (not in production) the sandbox's."""
    if text := env.str(variable, default="", multiline=True):
        return text
    if path := env.str(f"{variable}_FILE", default=""):
        return Path(path).read_text()
    if PRODUCTION:
        return ""  # `manage.py check` names it, and no order is taken through this gateway
    file = state_directory() / "sandbox" / file_name
    return file.read_text() if file.exists() else ""


PAYMENT_SANDBOX_URL: str = env.str("PAYMENT_SANDBOX_URL", default="" if PRODUCTION else "http://127.0.0.1:8020")
ALIPAY = {
    "app_id": env.str("ALIPAY_APP_ID", default="" if PRODUCTION else "2026000000000001"),
    "seller_id": env.str("ALIPAY_SELLER_ID", default="" if PRODUCTION else "2088000000000001"),
    "gateway_url": env.str(
        "ALIPAY_GATEWAY_URL",
        default="https://openapi.alipay.com/gateway.do" if PRODUCTION else f"{PAYMENT_SANDBOX_URL}/gateway.do",
    ),
    "app_private_key": _key("ALIPAY_APP_PRIVATE_KEY", "app_private_key.pem"),
    "alipay_public_key": _key("ALIPAY_PUBLIC_KEY", "alipay_public_key.pem"),
    "timeout_seconds": env.int("ALIPAY_TIMEOUT_SECONDS", default=10),
}
# Where the gateway reaches us, if that is not the public address.
PAYMENT_NOTIFY_BASE_URL: str = env.str("PAYMENT_NOTIFY_BASE_URL", default="")
