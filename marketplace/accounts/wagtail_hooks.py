"""People in Wagtail's admin: whose papers wait for a moderator."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from marketplace.accounts import verification_desk as desk
from marketplace.core.admin_menu import PermittedMenuItem


@hooks.register("register_admin_urls")
def verification_urls():
    case = "verifications/<int:verification_id>/"
    return [
        path("verifications/", desk.case_list, name="accounts_verifications"),
        path(case, desk.case_detail, name="accounts_verification_case"),
        path(f"{case}papers/<int:paper_id>/", desk.case_paper, name="accounts_verification_paper"),
        path(f"{case}number/", desk.case_number, name="accounts_verification_number"),
        path(f"{case}approve/", desk.case_approve, name="accounts_verification_approve"),
        path(f"{case}reject/", desk.case_reject, name="accounts_verification_reject"),
        path(f"{case}end/", desk.case_end, name="accounts_verification_end"),
    ]


@hooks.register("register_admin_menu_item")
def verifications_menu_item():
    return PermittedMenuItem(
        _("Verifications"),
        reverse("accounts_verifications"),
        icon_name="user",
        order=305,
        permission=desk.PERMISSION,
    )
