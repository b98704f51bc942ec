"""What payments keeps, one subject a file."""

from marketplace.payments.models.auditing import AuditRun
from marketplace.payments.models.balances import MERCHANT_ACCOUNT, AccountBalance
from marketplace.payments.models.custody import (
    Settlement,
    SettlementReturn,
    SettlementStatus,
    SubMerchant,
    SubMerchantStatus,
)
from marketplace.payments.models.invoices import (
    DemoPaper,
    Invoice,
    InvoiceIssuer,
    InvoiceKind,
    InvoiceStatus,
    InvoiceTitleKind,
    IssuerKind,
)
from marketplace.payments.models.own_movements import (
    OWN_PREFIX,
    WAYS_OUT,
    OwnMovement,
    OwnMovementKind,
    OwnMovementStatus,
    TaxRemittance,
)
from marketplace.payments.models.payments import GatewayCode, GatewayNotification, Payment, PaymentStatus
from marketplace.payments.models.payouts import (
    MONEY_IS_BACK,
    Payout,
    PayoutDestination,
    PayoutDestinationKind,
    PayoutStatus,
    TaxYear,
)
from marketplace.payments.models.reconciliation import (
    Difference,
    DifferenceKind,
    DifferenceStatus,
    GatewayBill,
)

__all__ = [
    "MERCHANT_ACCOUNT",
    "MONEY_IS_BACK",
    "OWN_PREFIX",
    "WAYS_OUT",
    "AccountBalance",
    "AuditRun",
    "DemoPaper",
    "Difference",
    "DifferenceKind",
    "DifferenceStatus",
    "GatewayBill",
    "GatewayCode",
    "GatewayNotification",
    "Invoice",
    "InvoiceIssuer",
    "InvoiceKind",
    "InvoiceStatus",
    "InvoiceTitleKind",
    "IssuerKind",
    "OwnMovement",
    "OwnMovementKind",
    "OwnMovementStatus",
    "Payment",
    "PaymentStatus",
    "Payout",
    "PayoutDestination",
    "PayoutDestinationKind",
    "PayoutStatus",
    "Settlement",
    "SettlementReturn",
    "SettlementStatus",
    "SubMerchant",
    "SubMerchantStatus",
    "TaxRemittance",
    "TaxYear",
]
