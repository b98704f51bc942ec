"""What of this is in Wagtail's admin. Imported by moderation/wagtail_hooks.py, where Wagtail looks."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from marketplace.core.admin_menu import PermittedMenuItem
from marketplace.moderation.quality import appeal_desk, check_desk, opinion_desk
from marketplace.moderation.quality.home_panel import panels_for
from marketplace.moderation.quality.workload import TEAM


@hooks.register("register_admin_urls")
def quality_urls() -> list[URLPattern]:
    appeal, check = "appeals/decisions/<int:appeal_id>/", "checks/<int:check_id>/"
    return [
        path("appeals/decisions/", appeal_desk.appeal_list, name="moderation_decision_appeals"),
        path(appeal, appeal_desk.appeal_case, name="moderation_decision_appeal"),
        path(f"{appeal}uphold/", appeal_desk.appeal_uphold, name="moderation_decision_appeal_uphold"),
        path(f"{appeal}dismiss/", appeal_desk.appeal_dismiss, name="moderation_decision_appeal_dismiss"),
        path("opinions/", opinion_desk.opinion_list, name="moderation_opinions"),
        path("opinions/<int:opinion_id>/", opinion_desk.opinion_case, name="moderation_opinion"),
        path("opinions/ask/<int:case_id>/", opinion_desk.opinion_ask, name="moderation_opinion_ask"),
        path("checks/", check_desk.check_list, name="moderation_checks"),
        path(check, check_desk.check_case, name="moderation_check"),
        path(f"{check}blind/", check_desk.check_blind, name="moderation_check_blind"),
        path(f"{check}done/", check_desk.check_done, name="moderation_check_done"),
        path(f"{check}undo/", check_desk.check_undo, name="moderation_check_undo"),
        path("moderation-team/", check_desk.team, name="moderation_team"),
    ]


@hooks.register("register_admin_menu_item")
def opinions_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Second opinions"),
        reverse("moderation_opinions"),
        icon_name="comment-add",
        order=309,
        permission=opinion_desk.VIEW,
    )


@hooks.register("register_admin_menu_item")
def checks_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Checks of decisions"),
        reverse("moderation_checks"),
        icon_name="check",
        order=310,
        permission=check_desk.VIEW,
    )


@hooks.register("register_admin_menu_item")
def team_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Team of moderation"), reverse("moderation_team"), icon_name="group", order=311, permission=TEAM
    )


@hooks.register("construct_homepage_panels")
def work_panels(request: HttpRequest, panels: list[Component]) -> None:
    """One's own work, and the team's for who leads it, behind what waits."""
    panels += panels_for(request.user)
