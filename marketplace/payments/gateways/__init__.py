"""Payment institutions behind one protocol. Which ones take orders depends on what is configured."""

from typing import cast

from marketplace.payments.gateways.alipay import AlipayGateway
from marketplace.payments.gateways.base import CustodyGateway, PaymentGateway
from marketplace.payments.models import GatewayCode


def gateway(code: str) -> PaymentGateway:
    """The adapter of a gateway. Raises KeyError for one that this installation does not offer."""
    return {GatewayCode.ALIPAY.value: AlipayGateway}[code]()


def custody_gateway(code: str) -> CustodyGateway:
    """The part of a gateway that holds money in custody. Raises KeyError like `gateway`."""
    return cast(CustodyGateway, gateway(code))


def configured_gateways() -> list[GatewayCode]:
    """The gateways a buyer can choose from: those whose keys are set."""
    return [GatewayCode.ALIPAY] if AlipayGateway.is_configured() else []
