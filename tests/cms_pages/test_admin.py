"""Editors can open every form, and a marketer may do what a marketer must."""

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from cms_pages.models import HomePage
from tests import factories
from tests.logins import log_in


@pytest.fixture
def editor(db) -> Client:
    """Somebody with every right, who is past the log-in."""
    user = factories.make_user(name="编辑", is_staff=True, is_superuser=True)
    client = Client()
    log_in(user, client=client)
    return client


def test_each_kind_of_page_opens_in_the_editor(tree, editor: Client) -> None:
    seen: set[type] = set()
    for page in Page.objects.filter(depth__gt=1).specific():
        if type(page) in seen:
            continue
        seen.add(type(page))
        response = editor.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
        assert response.status_code == 200, page
    assert len(seen) == 9


def test_each_kind_of_page_can_be_begun(tree, editor: Client) -> None:
    home = HomePage.objects.get(locale__language_code="zh-hans")
    for kind in ("categorypage", "standardpage"):
        response = editor.get(reverse("wagtailadmin_pages:add", args=["cms_pages", kind, home.pk]))
        assert response.status_code == 200


def test_a_page_previews(tree, editor: Client) -> None:
    for page in Page.objects.filter(locale__language_code="zh-hans", depth__gt=1).specific()[:6]:
        response = page.make_preview_request()
        assert response.status_code == 200, page


def test_what_readers_wrote_is_listed_and_cannot_be_written(tree, editor: Client) -> None:
    assert editor.get(reverse("wagtailsnippets_cms_pages_helpfeedback:list")).status_code == 200
    response = editor.get(reverse("wagtailsnippets_cms_pages_helpfeedback:add"))
    assert response.status_code in (302, 403)
