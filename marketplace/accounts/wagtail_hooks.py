"""People in Wagtail's admin: what moderators look after."""

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from marketplace.accounts import showcase_desk as desk
from marketplace.core.admin_menu import PermittedMenuItem


@hooks.register("register_admin_urls")
def showcase_urls() -> list[URLPattern]:
    return [
        path("skills/suggested/", desk.suggestion_list, name="accounts_suggestions"),
        path("skills/suggested/<int:pk>/approve/", desk.suggestion_approve, name="accounts_suggestion_approve"),
        path("skills/suggested/<int:pk>/merge/", desk.suggestion_merge, name="accounts_suggestion_merge"),
        path("skills/suggested/<int:pk>/refuse/", desk.suggestion_refuse, name="accounts_suggestion_refuse"),
        path("portfolio/", desk.piece_list, name="accounts_pieces"),
        path("portfolio/<int:pk>/hide/", desk.piece_hide, name="accounts_piece_hide"),
        path("portfolio/<int:pk>/show/", desk.piece_show, name="accounts_piece_show"),
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
