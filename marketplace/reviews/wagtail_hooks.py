from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from marketplace.core.admin_menu import PermittedMenuItem
from marketplace.reviews import selection_desk


@hooks.register("register_admin_urls")
def selection_urls() -> list[URLPattern]:
    return [
        path("candidates-for-select/", selection_desk.candidate_list, name="reviews_candidates"),
        path("candidates-for-select/<int:case_id>/", selection_desk.candidate_detail, name="reviews_candidate"),
        path(
            "candidates-for-select/<int:case_id>/decide/",
            selection_desk.candidate_decide,
            name="reviews_candidate_decide",
        ),
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
