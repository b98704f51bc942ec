"""Payments in Wagtail's admin: what finance has to look after."""

from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from marketplace.core.admin_menu import PermittedMenuItem
from marketplace.payments import (
    custody_desk,
    home_panels,
    invoice_desk,
    own_money_desk,
    payout_desk,
    reconciliation_desk,
    sub_merchant_desk,
    waiting_desk,
)


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


@hooks.register("construct_homepage_panels")
def finance_panels(request: HttpRequest, panels: list[Component]) -> None:
    """What finance sees first: what is wrong, then what waits for a decision."""
    panels += home_panels.panels_for(request.user)
