"""Payment institutions behind one protocol. Which ones take orders depends on what is configured."""

from typing import cast

from django.conf import settings

from marketplace.payments.gateways.alipay import AlipayGateway
from marketplace.payments.gateways.base import Capability, CustodyGateway, PaymentGateway
from marketplace.payments.gateways.wechatpay import WechatpayGateway
from marketplace.payments.models import GatewayCode

_ADAPTERS: dict[str, type[AlipayGateway] | type[WechatpayGateway]] = {
    GatewayCode.ALIPAY.value: AlipayGateway,
    GatewayCode.WECHATPAY.value: WechatpayGateway,
}


def gateway(code: str) -> PaymentGateway:
    """The adapter of a gateway. Raises KeyError for one that this installation does not offer."""
    return _ADAPTERS[code]()


def custody_gateway(code: str) -> CustodyGateway:
    """The part of a gateway that holds money in custody. Raises KeyError like `gateway`."""
    return cast(CustodyGateway, gateway(code))


def configured_gateways() -> list[GatewayCode]:
    """The gateways a buyer can choose from: those whose keys are set, in custody only those that can hold money."""
    found = [GatewayCode(code) for code, adapter in _ADAPTERS.items() if adapter.is_configured()]
    if settings.SETTLEMENT_MODE == "custody":
        return [code for code in found if Capability.CUSTODY in _ADAPTERS[code].capabilities]
    return found
