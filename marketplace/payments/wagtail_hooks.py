"""Payments in Wagtail's admin: what finance has to look after."""

from typing import Any

from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from marketplace.orders.wagtail_hooks import PermittedMenuItem
from marketplace.payments import (
    balance_selectors,
    custody_desk,
    invoice_desk,
    invoice_selectors,
    own_money_desk,
    payout_desk,
    reconciliation_desk,
    reconciliation_selectors,
    selectors,
    sub_merchant_desk,
    waiting_desk,
    waiting_selectors,
)
from marketplace.payments.models import AccountBalance, AuditRun


@hooks.register("register_admin_urls")
def sub_merchant_urls():
    desk, number = sub_merchant_desk, "sub-merchants/<int:sub_merchant_id>/"
    return [
        path("sub-merchants/", desk.sub_merchant_list, name="payments_sub_merchants"),
        path("sub-merchants/new/<int:user_id>/", desk.sub_merchant_ask, name="payments_sub_merchant_ask"),
        path(f"{number}approve/", desk.sub_merchant_approve, name="payments_sub_merchant_approve"),
        path(f"{number}refuse/", desk.sub_merchant_refuse, name="payments_sub_merchant_refuse"),
        path(f"{number}close/", desk.sub_merchant_close, name="payments_sub_merchant_close"),
    ]


@hooks.register("register_admin_urls")
def custody_urls():
    return [
        path("settlements/", custody_desk.settlement_list, name="payments_settlements"),
        path("settlements/<int:settlement_id>/retry/", custody_desk.settlement_retry, name="payments_settlement_retry"),
        path(
            "settlements/<int:settlement_id>/cancel/", custody_desk.settlement_cancel, name="payments_settlement_cancel"
        ),
        path("settlements/returns/<int:return_id>/retry/", custody_desk.return_retry, name="payments_return_retry"),
    ]


@hooks.register("register_admin_urls")
def payout_urls():
    return [
        path("payouts/", payout_desk.payout_list, name="payments_payouts"),
        path("payouts/<int:payout_id>/approve/", payout_desk.payout_approve, name="payments_payout_approve"),
        path("payouts/<int:payout_id>/reject/", payout_desk.payout_reject, name="payments_payout_reject"),
        path("payouts/tax/<int:year>/<int:quarter>/", payout_desk.tax_report, name="payments_tax_report"),
    ]


@hooks.register("register_admin_menu_item")
def payouts_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Withdrawals"),
        reverse("payments_payouts"),
        icon_name="download",
        order=325,
        permission="payments.view_payout",
    )


class AuditPanel(Component):
    """On the admin's first page, for finance: what the newest audit found, until a later one is clean."""

    order = 10
    template_name = "payments/admin/_audit_panel.html"

    def __init__(self, audit: AuditRun) -> None:
        self.audit = audit

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"audit": self.audit}


@hooks.register("construct_homepage_panels")
def audit_panel(request: HttpRequest, panels: list[Component]) -> None:
    audit = selectors.latest_audit()
    if audit is not None and not audit.is_sound and request.user.has_perm("payments.view_auditrun"):
        panels.append(AuditPanel(audit))


@hooks.register("register_admin_urls")
def reconciliation_urls():
    return [
        path("bills/", reconciliation_desk.bill_list, name="payments_bills"),
        path("bills/<int:bill_id>/file/", reconciliation_desk.bill_file, name="payments_bill_file"),
        path(
            "differences/<int:difference_id>/<slug:action>/",
            reconciliation_desk.difference_resolve,
            name="payments_difference_resolve",
        ),
    ]


@hooks.register("register_admin_menu_item")
def reconciliation_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Reconciliation"),
        reverse("payments_bills"),
        icon_name="list-ul",
        order=327,
        permission="payments.view_gatewaybill",
    )


class DifferencesPanel(Component):
    """On the admin's first page, for finance: differences that nobody has looked at for a day."""

    order = 11
    template_name = "payments/admin/_differences_panel.html"

    def __init__(self, number: int) -> None:
        self.number = number

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"number": self.number}


@hooks.register("construct_homepage_panels")
def differences_panel(request: HttpRequest, panels: list[Component]) -> None:
    if request.user.has_perm("payments.view_difference") and (
        number := reconciliation_selectors.overdue_differences().count()
    ):
        panels.append(DifferencesPanel(number))


class BalancesPanel(Component):
    """On the admin's first page, for finance: an institution holds another amount than our books explain."""

    order = 10
    template_name = "payments/admin/_balances_panel.html"

    def __init__(self, off: list[AccountBalance], late: list[AccountBalance]) -> None:
        self.off, self.late = off, late

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"off": self.off, "late": self.late}


@hooks.register("construct_homepage_panels")
def balances_panel(request: HttpRequest, panels: list[Component]) -> None:
    if not request.user.has_perm("payments.view_difference"):
        return
    off, late = balance_selectors.balances_that_are_off(), balance_selectors.late_balances()
    if off or late:
        panels.append(BalancesPanel(off, late))


@hooks.register("register_admin_menu_item")
def custody_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Custody"),
        reverse("payments_settlements"),
        icon_name="lock",
        order=330,
        permission="payments.view_settlement",
    )


@hooks.register("register_admin_viewset")
def invoice_issuer_viewset():
    return invoice_desk.InvoiceIssuerViewSet("invoice-issuers")


@hooks.register("register_admin_urls")
def invoice_urls():
    return [
        path("invoices/", invoice_desk.invoice_list, name="payments_invoices"),
        path("invoices/<int:invoice_id>/file/", invoice_desk.invoice_file, name="payments_invoice_file"),
        path("invoices/<int:invoice_id>/retry/", invoice_desk.invoice_retry, name="payments_invoice_retry"),
        path("invoices/<int:invoice_id>/reverse/", invoice_desk.invoice_reverse, name="payments_invoice_reverse"),
    ]


@hooks.register("register_admin_menu_item")
def invoices_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Invoices"),
        reverse("payments_invoices"),
        icon_name="doc-full",
        order=328,
        permission="payments.view_invoice",
    )


class InvoicesPanel(Component):
    """On the admin's first page, for finance: invoices that do not go on by themselves."""

    order = 12
    template_name = "payments/admin/_invoices_panel.html"

    def __init__(self, number: int) -> None:
        self.number = number

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"number": self.number}


@hooks.register("construct_homepage_panels")
def invoices_panel(request: HttpRequest, panels: list[Component]) -> None:
    if request.user.has_perm("payments.view_invoice") and (
        number := invoice_selectors.invoices_that_need_a_person().count()
    ):
        panels.append(InvoicesPanel(number))


@hooks.register("register_admin_urls")
def own_money_urls():
    return [
        path("own-money/", own_money_desk.own_money, name="payments_own_money"),
        path("own-money/withdraw/", own_money_desk.withdraw, name="payments_own_withdraw"),
        path("own-money/remit/", own_money_desk.remit, name="payments_own_remit"),
        path("own-money/unexplained/<int:difference_id>/", own_money_desk.resolve, name="payments_own_resolve"),
        path("own-money/<int:movement_id>/approve/", own_money_desk.approve, name="payments_own_approve"),
        path("own-money/<int:movement_id>/refuse/", own_money_desk.refuse, name="payments_own_refuse"),
        path("own-money/<int:movement_id>/tax.csv", own_money_desk.tax_lines, name="payments_own_tax"),
    ]


@hooks.register("register_admin_menu_item")
def own_money_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Our own money"),
        reverse("payments_own_money"),
        icon_name="key",
        order=329,
        permission="payments.view_ownmovement",
    )


@hooks.register("register_admin_urls")
def waiting_urls():
    return [path("waiting/", waiting_desk.waiting_list, name="payments_waiting")]


@hooks.register("register_admin_menu_item")
def waiting_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Waits too long"),
        reverse("payments_waiting"),
        icon_name="time",
        order=331,
        permission="payments.view_payout",
    )


class WaitingPanel(Component):
    """On the admin's first page, for finance: money that has not arrived for a day, or a nightly job that did not run."""

    order = 13
    template_name = "payments/admin/_waiting_panel.html"

    def __init__(self, number: int, missed: list[Promise]) -> None:
        self.number, self.missed = number, missed

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"number": self.number, "missed": self.missed}


@hooks.register("construct_homepage_panels")
def waiting_panel(request: HttpRequest, panels: list[Component]) -> None:
    if not request.user.has_perm("payments.view_payout"):
        return
    number, missed = waiting_selectors.number_waiting(), waiting_selectors.nights_missed()
    if number or missed:
        panels.append(WaitingPanel(number, missed))
