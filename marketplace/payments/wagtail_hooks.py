"""Payments in Wagtail's admin: what finance has to look after."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from marketplace.orders.wagtail_hooks import PermittedMenuItem
from marketplace.payments import custody_desk


@hooks.register("register_admin_viewset")
def sub_merchant_viewset():
    return custody_desk.SubMerchantViewSet("sub-merchants")


@hooks.register("register_admin_urls")
def custody_urls():
    return [
        path("settlements/", custody_desk.settlement_list, name="payments_settlements"),
        path("settlements/<int:settlement_id>/retry/", custody_desk.settlement_retry, name="payments_settlement_retry"),
    ]


@hooks.register("register_admin_menu_item")
def custody_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Custody"),
        reverse("payments_settlements"),
        icon_name="lock",
        order=330,
        permission="payments.view_settlement",
    )
