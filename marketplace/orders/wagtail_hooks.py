"""Orders in Wagtail's admin: what staff has to decide."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from marketplace.core.admin_menu import PermittedMenuItem
from marketplace.orders import desk
from marketplace.orders.coupon_admin import CouponViewSet, note_change


@hooks.register("register_admin_urls")
def desk_urls():
    return [
        path("disputes/", desk.dispute_list, name="orders_disputes"),
        path("disputes/<int:dispute_id>/", desk.dispute_decide, name="orders_dispute_decide"),
        path("refunds/", desk.refund_list, name="orders_refunds"),
        path("refunds/<int:refund_id>/retry/", desk.refund_retry, name="orders_refund_retry"),
    ]


@hooks.register("register_admin_menu_item")
def disputes_menu_item():
    return PermittedMenuItem(
        _("Disputes"), reverse("orders_disputes"), icon_name="warning", order=310, permission="orders.change_dispute"
    )


@hooks.register("register_admin_menu_item")
def refunds_menu_item():
    return PermittedMenuItem(
        _("Refused refunds"),
        reverse("orders_refunds"),
        icon_name="rotate",
        order=320,
        permission="orders.change_refund",
    )


register_snippet(CouponViewSet)
for moment in ("after_create_snippet", "after_edit_snippet"):
    hooks.register(moment, note_change)
