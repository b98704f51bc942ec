"""Where things stand in the admin's menu."""

import pytest
from django.test import RequestFactory
from django.urls import resolve
from wagtail.admin.icons import get_icons
from wagtail.admin.menu import SubmenuMenuItem, admin_menu

from marketplace.moderation.roles import ADMINISTRATOR, FINANCE, ensure_roles
from portal.admin_menu import ALONE, GROUPS, grouped
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def menu_of(role: str) -> dict[str, list[str]]:
    """Line → what opens below it."""
    request = RequestFactory().get("/admin/")
    request.user = make_user()
    request.user.groups.add(ensure_roles()[role])
    return {
        item.name: [inner.url for inner in item.menu.registered_menu_items] if isinstance(item, SubmenuMenuItem) else []
        for item in admin_menu.menu_items_for_request(request)
    }


def test_every_item_has_its_place():
    known = {view for group in GROUPS for view in group.views} | ALONE
    lost = {
        resolve(item.url).view_name
        for item in admin_menu.registered_menu_items
        if not isinstance(item, SubmenuMenuItem) and resolve(item.url).view_name not in known
    }
    assert lost == set()


def test_no_place_is_kept_for_what_is_not_there():
    there = {resolve(item.url).view_name for item in admin_menu.registered_menu_items if item.url != "#"}
    assert {view for group in GROUPS for view in group.views} - there == set()


def test_who_may_do_one_thing_of_a_group_has_it_in_the_menu_itself():
    menu = menu_of(FINANCE)
    assert "/admin/payouts/" in menu["menu-money"]
    assert "menu-moderation" not in menu
    assert menu["u7528u6237"] == []  # 用户, the one thing that finance may do about people


def test_every_icon_of_the_menu_is_drawn():
    """Wagtail draws nothing at all for a name that it does not know."""
    items = [*admin_menu.registered_menu_items, *grouped(admin_menu.registered_menu_items)]
    drawn = get_icons()
    assert {item.icon_name for item in items if f'id="icon-{item.icon_name}"' not in drawn} == set()


def test_the_whole_menu_fits_on_a_screen():
    menu = menu_of(ADMINISTRATOR)
    assert len(menu) <= 16
    assert menu["menu-search"][0] == "/admin/search-figures/"
