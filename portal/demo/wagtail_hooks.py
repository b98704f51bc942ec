"""The demo's clock in Wagtail's admin, where that clock is on."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from marketplace.core.admin_menu import PermittedMenuItem
from portal.demo import desk_views


class ClockMenuItem(PermittedMenuItem):
    """Only where the clock is on."""

    def is_shown(self, request: HttpRequest) -> bool:
        return settings.DEMO_CLOCK and super().is_shown(request)


@hooks.register("register_admin_urls")
def clock_urls():
    return [
        path("demo-clock/", desk_views.clock_page, name="demo_clock"),
        path("demo-clock/move/", desk_views.clock_move, name="demo_clock_move"),
    ]


@hooks.register("register_admin_menu_item")
def clock_menu_item():
    return ClockMenuItem(
        _("Demo clock"), reverse("demo_clock"), icon_name="time", order=900, permission=desk_views.PERMISSION
    )
