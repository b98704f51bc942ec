"""What `manage.py check` says about gateways."""

from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register

from marketplace.payments.gateways import configured_gateways


@register(Tags.security)
def a_gateway_is_configured(**kwargs: Any) -> list[CheckMessage]:
    """Without a gateway nobody can pay: name the variables."""
    if configured_gateways():
        return []
    hint = "Set ALIPAY_APP_ID, ALIPAY_SELLER_ID, ALIPAY_APP_PRIVATE_KEY and either the three ALIPAY_…CERT or ALIPAY_PUBLIC_KEY."
    return [Warning("No payment gateway is configured, so no order can be paid.", hint=hint, id="payments.W001")]
