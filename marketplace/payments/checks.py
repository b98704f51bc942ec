"""What `manage.py check` says about gateways."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from marketplace.payments.gateways import configured_gateways


@register(Tags.security)
def a_gateway_is_configured(**kwargs: Any) -> list[CheckMessage]:
    """Without a gateway nobody can pay: name the variables."""
    if configured_gateways():
        return []
    hint = "Set ALIPAY_APP_ID, ALIPAY_SELLER_ID, ALIPAY_APP_PRIVATE_KEY and either the three ALIPAY_…CERT or ALIPAY_PUBLIC_KEY."
    return [Warning("No payment gateway is configured, so no order can be paid.", hint=hint, id="payments.W001")]


@register(Tags.security)
def notifications_can_arrive(*, is_live: bool | None = None, **kwargs: Any) -> list[CheckMessage]:
    """WeChat Pay posts to https only, and to no address with a query (facts/payments.md, 2.5)."""
    if not (is_live if is_live is not None else not (settings.DEBUG or settings.DEMO)):
        return []
    address = urlsplit(settings.PAYMENT_NOTIFY_BASE_URL or settings.SITE_URL)
    if address.scheme == "https" and not address.query and not address.fragment:
        return []
    hint = "Set PAYMENT_NOTIFY_BASE_URL, or SITE_URL, to an address like https://example.cn"
    return [Error("No gateway will notify us at an address that is not plain https.", hint=hint, id="payments.E001")]
