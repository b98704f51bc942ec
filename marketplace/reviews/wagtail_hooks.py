"""Reviews in Wagtail's admin: what moderators look after."""

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from marketplace.core.admin_menu import PermittedMenuItem
from marketplace.reviews import selection_desk
from marketplace.reviews.integrity import desk as integrity_desk


@hooks.register("register_admin_urls")
def integrity_urls() -> list[URLPattern]:
    one = "integrity/<int:case_id>/"
    return [
        path("integrity/", integrity_desk.case_list, name="reviews_integrity_cases"),
        path(one, integrity_desk.case_detail, name="reviews_integrity_case"),
        path(f"{one}confirm/", integrity_desk.case_confirm, name="reviews_integrity_confirm"),
        path(f"{one}clear/", integrity_desk.case_clear, name="reviews_integrity_clear"),
    ]


@hooks.register("register_admin_menu_item")
def integrity_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Honest deals"),
        reverse("reviews_integrity_cases"),
        icon_name="warning",
        order=307,
        permission=integrity_desk.VIEW,
    )


@hooks.register("register_admin_urls")
def selection_urls() -> list[URLPattern]:
    one = "candidates-for-select/<int:case_id>/"
    return [
        path("candidates-for-select/", selection_desk.candidate_list, name="reviews_candidates"),
        path(one, selection_desk.candidate_detail, name="reviews_candidate"),
        path(f"{one}decide/", selection_desk.candidate_decide, name="reviews_candidate_decide"),
    ]


@hooks.register("register_admin_menu_item")
def selection_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Candidates for Select"),
        reverse("reviews_candidates"),
        icon_name="pick",
        order=226,
        permission=selection_desk.PERMISSION,
    )
