"""Reports in Wagtail's admin."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from marketplace.core.admin_menu import PermittedMenuItem
from marketplace.insights import books_desk


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
