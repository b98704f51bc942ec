"""Marks of accounts at payment institutions: the same account is the same mark, and no mark leads back to an account.

For whom else the money comes from or goes to (docs/integrity.md). Keyed with SECRET_KEY: after it was changed, marks of
before are like none of the new ones, which hides something for half a year and accuses nobody.
"""

from django.utils.crypto import salted_hmac

from marketplace.payments.models import GatewayCode, PayoutDestinationKind

_SALT = "payments.account"


def payer_mark(*, gateway: str, payer: str) -> str:
    """The mark of who paid, by the gateway's own name for them; "" of nobody.

    WeChat names payer and payee alike, by the openid; Alipay's payees are log-ins, its payers are numbers.
    """
    if not payer:
        return ""
    kind = PayoutDestinationKind.WECHAT.value if gateway == GatewayCode.WECHATPAY else f"{gateway}-payer"
    return _mark(kind, payer)


def destination_mark(*, kind: str, account: str) -> str:
    """The mark of where money is paid out to, however it was typed."""
    account = "".join(account.split())
    # An openid tells large letters from small ones, a mailbox and a card do not.
    return _mark(kind, account if kind == PayoutDestinationKind.WECHAT else account.casefold())


def _mark(kind: str, account: str) -> str:
    return salted_hmac(_SALT, f"{kind}:{account}", algorithm="sha256").hexdigest()
