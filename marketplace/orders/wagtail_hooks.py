"""Orders in Wagtail's admin: what staff has to decide."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from marketplace.core.admin_menu import PermittedMenuItem
from marketplace.orders import desk, dispute_desk, hold_desk
from marketplace.orders.coupon_admin import CouponUseViewSet, CouponViewSet, note_change
from marketplace.orders.services.holds import PERMISSION


@hooks.register("register_admin_urls")
def desk_urls():
    return [
        path("disputes/", dispute_desk.dispute_list, name="orders_disputes"),
        path("disputes/<int:dispute_id>/", dispute_desk.dispute_case, name="orders_dispute_decide"),
        path("disputes/<int:dispute_id>/advice/", dispute_desk.dispute_advice, name="orders_dispute_advice"),
        path("disputes/<int:dispute_id>/bundle/", dispute_desk.dispute_bundle, name="orders_dispute_bundle"),
        path(
            "disputes/<int:dispute_id>/bundle/<int:bundle_id>.<slug:ending>",
            dispute_desk.dispute_bundle_download,
            name="orders_dispute_bundle_download",
        ),
        path(
            "disputes/<int:dispute_id>/files/<slug:kind>/<int:file_id>/",
            dispute_desk.dispute_file,
            name="orders_dispute_file",
        ),
        path("refunds/", desk.refund_list, name="orders_refunds"),
        path("refunds/<int:refund_id>/retry/", desk.refund_retry, name="orders_refund_retry"),
        path("kept-orders/", hold_desk.hold_list, name="orders_holds"),
        path("kept-orders/<int:hold_id>/release/", hold_desk.hold_release, name="orders_hold_release"),
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


@hooks.register("register_admin_menu_item")
def holds_menu_item():
    return PermittedMenuItem(
        _("Orders kept"), reverse("orders_holds"), icon_name="lock", order=325, permission=PERMISSION
    )


register_snippet(CouponViewSet)
register_snippet(CouponUseViewSet)
for moment in ("after_create_snippet", "after_edit_snippet"):
    hooks.register(moment, note_change)
