"""Payment gateways. The portal does not know that the sandbox is one: only base URL and keys differ."""

from pathlib import Path

# Importing python-alipay-sdk reconfigures logging and closes every handler made before it (facts/payments.md, 1.7): so it
# happens here, before Django sets logging up.
import alipay  # noqa: F401
from django.core.exceptions import ImproperlyConfigured

from portal.embedded.paths import state_directory
from portal.env import PRODUCTION, env
from portal.settings.base import DEBUG, DEMO
from portal.settings.own_secrets import require_secret


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


def _sandbox_text(file_name: str) -> str:
    """A short text that the sandbox made for this installation; empty in production."""
    if PRODUCTION:
        return ""
    file = state_directory() / "sandbox" / file_name
    return file.read_text().strip() if file.exists() else ""


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
    # Certificate mode, which transfers need at the real gateway: with these three the bare key above is not used.
    "app_cert": _key("ALIPAY_APP_CERT", "app_cert.pem"),
    "alipay_cert": _key("ALIPAY_CERT", "alipay_cert.pem"),
    "alipay_root_cert": _key("ALIPAY_ROOT_CERT", "alipay_root_cert.pem"),
    "timeout_seconds": env.int("ALIPAY_TIMEOUT_SECONDS", default=10),
}
WECHATPAY = {
    "app_id": env.str("WECHATPAY_APP_ID", default="" if PRODUCTION else "wx2026jiangji0001"),
    # The Official Account's secret: without it nobody can pay inside WeChat's own browser, only by code.
    "app_secret": env.str("WECHATPAY_APP_SECRET", default="" if PRODUCTION else "sandbox"),
    "oauth_base_url": env.str(
        "WECHAT_OAUTH_BASE_URL",
        default="https://open.weixin.qq.com/connect/" if PRODUCTION else f"{PAYMENT_SANDBOX_URL}/connect/",
    ),
    "api_base_url": env.str(
        "WECHAT_API_BASE_URL", default="https://api.weixin.qq.com/" if PRODUCTION else f"{PAYMENT_SANDBOX_URL}/"
    ),
    # Where a payee takes a transfer in any browser: WeChat itself has no such page, the sandbox has.
    "confirm_page": f"{PAYMENT_SANDBOX_URL}/wechat/transfer/" if PAYMENT_SANDBOX_URL else "",
    "merchant_id": env.str("WECHATPAY_MERCHANT_ID", default="" if PRODUCTION else "1900000001"),
    "base_url": env.str(
        "WECHATPAY_BASE_URL", default="https://api.mch.weixin.qq.com" if PRODUCTION else PAYMENT_SANDBOX_URL
    ),
    # Our key and the serial number of its certificate sign what we send; WeChat's public key checks what it answers.
    "merchant_private_key": _key("WECHATPAY_MERCHANT_PRIVATE_KEY", "wechat_merchant_private_key.pem"),
    "merchant_serial_no": env.str("WECHATPAY_MERCHANT_SERIAL_NO", default="")
    or _sandbox_text("wechat_merchant_serial_no.txt"),
    # Public-key mode: identifier → PEM. During a rotation the old pair stays in `…_PREVIOUS` variables.
    "public_key_id": env.str("WECHATPAY_PUBLIC_KEY_ID", default="") or _sandbox_text("wechat_public_key_id.txt"),
    "public_key": _key("WECHATPAY_PUBLIC_KEY", "wechat_public_key.pem"),
    "previous_public_key_id": env.str("WECHATPAY_PREVIOUS_PUBLIC_KEY_ID", default=""),
    "previous_public_key": env.str("WECHATPAY_PREVIOUS_PUBLIC_KEY", default="", multiline=True),
    "api_v3_key": env.str("WECHATPAY_API_V3_KEY", default="") or _sandbox_text("wechat_api_v3_key.txt"),
    "previous_api_v3_key": env.str("WECHATPAY_PREVIOUS_API_V3_KEY", default=""),
    "timeout_seconds": env.int("WECHATPAY_TIMEOUT_SECONDS", default=10),
}
if PRODUCTION and WECHATPAY["api_v3_key"]:
    require_secret("WECHATPAY_API_V3_KEY", str(WECHATPAY["api_v3_key"]), at_least=32, in_production=True)

# Who holds a buyer's money until it is accepted. `custody`: the licensed institution, frozen (the only lawful way in
# production: 非银行支付机构监督管理条例, article 6). `transfer`: our own merchant account, paid out later; for the sandbox.
SETTLEMENT_MODE: str = env.str("SETTLEMENT_MODE", default="custody" if PRODUCTION else "transfer")
if SETTLEMENT_MODE not in {"custody", "transfer"}:
    raise ImproperlyConfigured(f"SETTLEMENT_MODE is {SETTLEMENT_MODE!r}; it must be custody or transfer.")
if SETTLEMENT_MODE == "transfer" and not (DEBUG or DEMO):
    raise ImproperlyConfigured(
        "SETTLEMENT_MODE=transfer collects buyers' money in our own account, which needs a licence: it only starts"
        " with DEBUG or DEMO on. Set SETTLEMENT_MODE=custody."
    )
# Invoices (发票). The class that issues them (docs/invoices.md); the one that comes along makes demo papers, with which
# `manage.py check` refuses a production that has not switched invoices off.
INVOICES_ENABLED: bool = env.bool("INVOICES_ENABLED", default=True)
INVOICE_PROVIDER: str = env.str("INVOICE_PROVIDER", default="marketplace.payments.invoicing.demo.DemoInvoiceProvider")
# The company that runs the portal: it invoices the service fee.
PLATFORM_COMPANY = {
    "name": env.str("PLATFORM_COMPANY_NAME", default="" if PRODUCTION else "匠集（演示）网络科技有限公司"),
    "tax_number": env.str("PLATFORM_TAX_NUMBER", default="" if PRODUCTION else "91330100MAJJDEM00B"),
}
# Where the gateway reaches us, if that is not the public address.
PAYMENT_NOTIFY_BASE_URL: str = env.str("PAYMENT_NOTIFY_BASE_URL", default="")
