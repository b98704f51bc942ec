"""Reports in Wagtail's admin."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from marketplace.core.admin_menu import PermittedMenuItem
from marketplace.insights import books_desk
from marketplace.insights.boards import desk as boards_desk
from marketplace.insights.boards.definition import PERMISSION as FIGURES


@hooks.register("register_admin_urls")
def books_urls():
    return [
        path("books/", books_desk.book_list, name="insights_books"),
        path("books.<str:ending>", books_desk.book_export, name="insights_books_export"),
    ]


@hooks.register("register_admin_menu_item")
def books_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Books"), reverse("insights_books"), icon_name="table", order=328, permission=books_desk.PERMISSION
    )


@hooks.register("register_admin_urls")
def analytics_urls():
    return [
        path("analytics/", boards_desk.board, name="insights_boards"),
        path("analytics/definitions/", boards_desk.definitions, name="insights_definitions"),
        path("analytics/reports/", boards_desk.report_list, name="insights_reports"),
        path("analytics/reports/<int:subscription_id>/stop/", boards_desk.report_stop, name="insights_report_stop"),
        path("analytics/<slug:key>/", boards_desk.board, name="insights_board"),
        path("analytics/<slug:key>/<slug:chart>.<str:ending>", boards_desk.export, name="insights_export"),
    ]


@hooks.register("register_admin_menu_item")
def analytics_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Analytics"), reverse("insights_boards"), icon_name="order-up", order=329, permission=FIGURES
    )
