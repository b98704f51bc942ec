"""People in Wagtail's admin: what moderators look after."""

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from marketplace.accounts import abuse_desk, showcase_desk, verification_desk
from marketplace.core.admin_menu import PermittedMenuItem


@hooks.register("register_admin_urls")
def verification_urls():
    case = "verifications/<int:verification_id>/"
    return [
        path("verifications/", verification_desk.case_list, name="accounts_verifications"),
        path(case, verification_desk.case_detail, name="accounts_verification_case"),
        path(f"{case}papers/<int:paper_id>/", verification_desk.case_paper, name="accounts_verification_paper"),
        path(f"{case}number/", verification_desk.case_number, name="accounts_verification_number"),
        path(f"{case}approve/", verification_desk.case_approve, name="accounts_verification_approve"),
        path(f"{case}reject/", verification_desk.case_reject, name="accounts_verification_reject"),
        path(f"{case}end/", verification_desk.case_end, name="accounts_verification_end"),
    ]


@hooks.register("register_admin_menu_item")
def verifications_menu_item():
    return PermittedMenuItem(
        _("Verifications"),
        reverse("accounts_verifications"),
        icon_name="user",
        order=305,
        permission=verification_desk.PERMISSION,
    )


@hooks.register("register_admin_urls")
def showcase_urls() -> list[URLPattern]:
    return [
        path("skills/suggested/", showcase_desk.suggestion_list, name="accounts_suggestions"),
        path(
            "skills/suggested/<int:pk>/approve/", showcase_desk.suggestion_approve, name="accounts_suggestion_approve"
        ),
        path("skills/suggested/<int:pk>/merge/", showcase_desk.suggestion_merge, name="accounts_suggestion_merge"),
        path("skills/suggested/<int:pk>/refuse/", showcase_desk.suggestion_refuse, name="accounts_suggestion_refuse"),
        path("portfolio/", showcase_desk.piece_list, name="accounts_pieces"),
        path("portfolio/<int:pk>/hide/", showcase_desk.piece_hide, name="accounts_piece_hide"),
        path("portfolio/<int:pk>/show/", showcase_desk.piece_show, name="accounts_piece_show"),
    ]


@hooks.register("register_admin_menu_item")
def suggestions_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Suggested skills"),
        reverse("accounts_suggestions"),
        icon_name="help",
        order=220,
        permission="accounts.view_skillsuggestion",
    )


@hooks.register("register_admin_menu_item")
def pieces_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Portfolio pieces"),
        reverse("accounts_pieces"),
        icon_name="image",
        order=225,
        permission="accounts.view_portfolio",
    )


@hooks.register("register_admin_urls")
def abuse_urls() -> list[URLPattern]:
    return [
        path("blocks/", abuse_desk.block_list, name="blocks"),
        path("blocks/<int:block_id>/lift/", abuse_desk.block_lift, name="block_lift"),
        path("limits/", abuse_desk.limit_list, name="limits"),
    ]


@hooks.register("register_admin_menu_item")
def blocks_menu_item() -> MenuItem:
    return PermittedMenuItem(
        pgettext_lazy("against abuse", "Blocks"),
        reverse("blocks"),
        icon_name="lock",
        order=310,
        permission=abuse_desk.VIEW,
    )


@hooks.register("register_reports_menu_item")
def limits_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Limits and refusals"), reverse("limits"), icon_name="warning", order=110, permission=abuse_desk.LIMITS_VIEW
    )
