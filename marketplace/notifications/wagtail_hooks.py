"""Notifications in Wagtail's admin."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from marketplace.core.admin_menu import PermittedMenuItem
from marketplace.notifications import desk


@hooks.register("register_admin_urls")
def undelivered_urls():
    return [
        path("undelivered/", desk.undelivered_list, name="notifications_undelivered"),
        path("undelivered/<int:dispatch_id>/", desk.undelivered_act, name="notifications_undelivered_act"),
    ]


@hooks.register("register_admin_menu_item")
def undelivered_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Not delivered"),
        reverse("notifications_undelivered"),
        icon_name="mail",
        order=306,
        permission=desk.VIEW,
    )
