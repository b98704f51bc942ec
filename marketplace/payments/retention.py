"""How long is kept what money leaves behind (core/retention.py)."""

from django.db.models import Q

from marketplace.accounts.retention import CLOSING, with_account
from marketplace.core.retention import Bound, Rule, days
from marketplace.payments.models import GatewayNotification
from marketplace.payments.services import notifications

_TAX = "税收征收管理法实施细则 §29"
RULES: tuple[Rule, ...] = (
    Rule(
        "payments.money",
        (
            "payments.Payment", "payments.Payout", "payments.Settlement", "payments.SubMerchant", "payments.TaxYear",
            "payments.OwnMovement", "payments.Difference",
        ),
        "documents of the books, with masked account numbers, and who of finance decided",
        "at least ten years; not removed",
        _TAX,
    ),
    Rule(
        "payments.invoices",
        ("payments.Invoice", "payments.InvoiceIssuer"),
        "invoices and who issues them",
        "at least five years; not removed",
        "发票管理办法 §28",
    ),
    Rule(
        "payments.payout_accounts",
        ("payments.PayoutDestination",),
        "the account that money is paid out to, encrypted",
        "until the account is closed; then masked, without number and name",
        "个人信息保护法 §47",
        CLOSING,
        (
            with_account(
                "payments.PayoutDestination", still=lambda: ~Q(account_encrypted="") | ~Q(real_name_encrypted="")
            ),
        ),
    ),
    Rule(
        "payments.refused_notifications",
        ("payments.GatewayNotification",),
        "what was sent to us as forged or foreign",
        f"{notifications.KEEP_REFUSED_DAYS} days; what was verified stays with its payment",
        "our decision",
        "marketplace.payments.tasks.forget_refused_notifications",
        (
            Bound(
                lambda: GatewayNotification.objects.filter(verified=False),
                "received_at",
                days(notifications.KEEP_REFUSED_DAYS),
            ),
        ),
    ),
)  # fmt: skip
