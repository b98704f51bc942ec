"""What payments keep of a person (accounts/personal_data.py). Account numbers go out masked, as on the pages."""

from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.models import User
from marketplace.accounts.personal_data import Blocker, Retained, Section, StoredFile, Table, plain, stored, table
from marketplace.payments.models import (
    MONEY_IS_BACK,
    Invoice,
    InvoiceIssuer,
    Payment,
    Payout,
    PayoutDestination,
    PayoutStatus,
    Settlement,
    SettlementStatus,
    SubMerchant,
    TaxYear,
)

_OF_STAFF = "who of the staff did it, not whom it was done to"


class PaymentsSection(Section):
    """Payments made, withdrawals, where they go, tax, invoices, custody."""

    exported = frozenset(
        {
            "payments.PayoutDestination.user",
            "payments.Payout.user",
            "payments.TaxYear.user",
            "payments.InvoiceIssuer.user",
            "payments.Invoice.recipient",
            "payments.SubMerchant.user",
            "payments.Settlement.seller",
        }
    )
    not_exported = {
        "payments.Payout.first_approver": _OF_STAFF,
        "payments.Payout.second_approver": _OF_STAFF,
        "payments.OwnMovement.asker": _OF_STAFF,
        "payments.OwnMovement.approver": _OF_STAFF,
        "payments.OwnMovement.seller": "what finance booked about a withdrawal of theirs, which is exported itself",
        "payments.Invoice.staff": _OF_STAFF,
        "payments.SubMerchant.asker": _OF_STAFF,
        "payments.SubMerchant.approver": _OF_STAFF,
        "payments.Difference.resolved_by": _OF_STAFF,
    }

    def tables(self, user: User) -> Iterable[Table]:
        """Every amount that came from or went to this person."""
        yield table(
            "payments",
            Payment.objects.filter(order__buyer=user).order_by("pk"),
            order="order__number",
            **plain("out_trade_no", "gateway", "status", "amount_fen", "created_at", "paid_at"),
        )
        yield table(
            "payouts",
            Payout.objects.filter(user=user).order_by("pk"),
            to="destination__account_masked",
            **plain(
                "reference", "gateway", "gross_fen", "tax_fen", "amount_fen", "status", "created_at", "finished_at"
            ),
        )
        yield table(
            "payout_destinations",
            PayoutDestination.objects.filter(user=user).order_by("pk"),
            **plain("kind", "account_masked", "bank_name", "usable_from", "retired_at", "created_at"),
        )
        yield table(
            "tax_years",
            TaxYear.objects.filter(user=user).order_by("year"),
            **plain("year", "income_fen", "withheld_fen"),
        )
        yield table(
            "invoices",
            Invoice.objects.filter(recipient=user).order_by("pk"),
            order="order__number",
            **plain("reference", "number", "kind", "title", "tax_number", "email", "amount_fen", "tax_fen", "status"),
            **plain("created_at", "issued_at"),
        )
        yield table(
            "invoice_issuer", InvoiceIssuer.objects.filter(user=user), **plain("name", "tax_number", "is_active")
        )
        yield table(
            "sub_merchants",
            SubMerchant.objects.filter(user=user).order_by("pk"),
            **plain("gateway", "sub_merchant_id", "status", "used_from", "retired_at"),
        )
        yield table(
            "settlements",
            Settlement.objects.filter(seller=user).order_by("pk"),
            order="payment__order__number",
            **plain("reference", "commission_fen", "seller_fen", "status", "created_at", "done_at"),
        )

    def files(self, user: User) -> Iterable[StoredFile]:
        """Invoices as documents."""
        for invoice in Invoice.objects.filter(recipient=user).exclude(file=""):
            yield stored("invoices", invoice.file, f"{invoice.number or invoice.reference}.pdf")

    def blockers(self, user: User) -> Iterable[Blocker]:
        """Money on its way to the person."""
        ended = (PayoutStatus.PAID, *MONEY_IS_BACK)
        for payout in Payout.objects.filter(user=user).exclude(status__in=ended).order_by("pk"):
            text = _("Withdrawal %(number)s is on its way") % {"number": payout.reference}
            yield Blocker(text, payout.get_absolute_url())
        over = (SettlementStatus.DONE, SettlementStatus.CANCELLED)
        if Settlement.objects.filter(seller=user).exclude(status__in=over).exists():
            yield Blocker(_("The payment institution is still settling an order with you"), reverse("ledger:wallet"))

    def retained(self, user: User) -> Iterable[Retained]:
        """What tax offices and institutions may ask about."""
        if Payment.objects.filter(order__buyer=user).exists() or Payout.objects.filter(user=user).exists():
            yield Retained(
                _("Payments and withdrawals, with masked account numbers"),
                gettext_lazy("Rules on the Administration of Tax Collection, article 29"),
                gettext_lazy("ten years"),
            )
        if Invoice.objects.filter(recipient=user).exists():
            yield Retained(
                _("Invoices"),
                gettext_lazy("Measures for the Administration of Invoices, article 28"),
                gettext_lazy("five years"),
            )

    @transaction.atomic
    def erase(self, user: User) -> None:
        """Accounts that no withdrawal ever went to; from the others the number and name, which only served to pay."""
        PayoutDestination.objects.filter(user=user, payouts=None).delete()
        PayoutDestination.objects.filter(user=user).update(account_encrypted="", real_name_encrypted="")
