"""Settings, flags and the running portal in Wagtail's admin."""

from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from marketplace.core.admin_menu import PermittedMenuItem
from marketplace.operations import flag_desk, operations_desk, overview, settings_desk, status_desk
from marketplace.operations.settings_selectors import VIEW


@hooks.register("register_admin_urls")
def settings_urls():
    change = "platform-settings/changes/<int:change_id>/"
    return [
        path("platform-settings/", settings_desk.setting_list, name="operations_settings"),
        path("platform-settings/changes/", settings_desk.change_list, name="operations_changes"),
        path(f"{change}agree/", settings_desk.change_agree, name="operations_change_agree"),
        path(f"{change}refuse/", settings_desk.change_refuse, name="operations_change_refuse"),
        path(f"{change}withdraw/", settings_desk.change_withdraw, name="operations_change_withdraw"),
        path(f"{change}roll-back/", settings_desk.change_roll_back, name="operations_change_roll_back"),
        path("platform-settings/flags/", flag_desk.flag_list, name="operations_flags"),
        path("platform-settings/flags/<str:key>/", flag_desk.flag_detail, name="operations_flag"),
        path("platform-settings/<str:key>/", settings_desk.setting_detail, name="operations_setting"),
    ]


@hooks.register("register_admin_menu_item")
def settings_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Platform settings"), reverse("operations_settings"), icon_name="sliders", order=980, permission=VIEW
    )


@hooks.register("register_admin_urls")
def operations_urls():
    one = "operations/failed/<int:failed_id>/"
    return [
        path("operations/", operations_desk.operations, name="operations"),
        path("operations/failed/", operations_desk.failed_list, name="operations_failed"),
        path(one, operations_desk.failed_detail, name="operations_failed_job"),
        path(f"{one}again/", operations_desk.failed_again, name="operations_failed_again"),
        path(f"{one}aside/", operations_desk.failed_aside, name="operations_failed_aside"),
        path("operations/status/", status_desk.incident_list, name="operations_incidents"),
        path("operations/status/new/", status_desk.incident_new, name="operations_incident_new"),
        path("operations/status/<int:incident_id>/", status_desk.incident_detail, name="operations_incident"),
    ]


@hooks.register("register_admin_menu_item")
def operations_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Operations"), reverse("operations"), icon_name="cogs", order=985, permission=operations_desk.VIEW
    )


@hooks.register("construct_homepage_panels")
def operations_panel(request: HttpRequest, panels: list[Component]) -> None:
    """Something is wrong with the running portal: administrators see it first."""
    if request.user.has_perm(operations_desk.VIEW) and (number := overview.number_wrong()):
        panels.append(operations_desk.WrongPanel(number))
