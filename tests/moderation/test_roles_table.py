"""README's table of roles is what the admin does: each address is asked for as each role."""

import re

import pytest
from django.test import Client
from django.urls import get_resolver
from wagtail.admin import urls as admin_urls
from wagtail.models import Page

from cms_pages.models import LandingIndexPage
from marketplace.accounts.models import StaffNote, Suspension, User
from marketplace.moderation.roles import ROLES, ensure_roles
from portal.env import BASE_DIR
from tests.factories import make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
LINE = re.compile(r"^\| [^|]+ \| `(?P<address>(?:POST )?/admin/[^`]*)` \|(?P<marks>(?:[ ✓]*\|){5})$", re.MULTILINE)
HEADING = re.compile(r"^\| what \| address \| (?P<roles>[^\n]+) \|$", re.MULTILINE)


def table() -> list[tuple[str, set[str]]]:
    text = (BASE_DIR / "README.md").read_text()
    roles = [role.strip() for role in HEADING.search(text)["roles"].split("|")]
    assert sorted(roles) == sorted(ROLES)
    return [
        (line["address"], {role for role, mark in zip(roles, line["marks"].split("|"), strict=False) if "✓" in mark})
        for line in LINE.finditer(text)
    ]


@pytest.fixture(autouse=True)
def a_section_of_the_marketer() -> None:
    """A marketer without a page to write has nothing to open."""
    topics = LandingIndexPage(title="专题", slug="topics")
    Page.get_first_root_node().add_child(instance=topics)
    topics.save_revision().publish()


def staff_of(role: str) -> Client:
    user = make_user()
    user.groups.add(ensure_roles()[role])
    return log_in(user)


def may(client: Client, address: str, person: User) -> bool:
    """Wagtail sends who may not back to the first page of the admin, some of its views answer 403."""
    verb, _space, path = address.rpartition(" ")
    path = path.replace("…", str(person.pk))
    data = {"reason": "私下交易", "until": "2099-01-01", "text": "来电"}
    answer = client.post(path, data) if verb else client.get(path)
    assert answer.status_code in (200, 302, 403), (address, answer.status_code)
    return answer.status_code == 200 or (answer.status_code == 302 and answer.url not in ("/admin/", "/admin/login/"))


def test_the_table_says_something_of_every_role():
    assert len(table()) > 15
    assert set().union(*(allowed for _address, allowed in table())) == set(ROLES)


@pytest.mark.parametrize("role", ROLES)
def test_the_admin_opens_to_a_role_what_the_table_says_and_nothing_else(role):
    wrong = []
    member = staff_of(role)
    for address, allowed in table():
        if may(member, address, make_user()) != (role in allowed):
            wrong.append(address)
    assert wrong == []


@pytest.mark.parametrize("who", ["nobody", "a buyer", "staff without a role"])
def test_no_page_of_ours_in_the_admin_opens_to_who_has_no_role(who):
    person = make_user()
    client = Client() if who == "nobody" else log_in(make_user(is_staff=who == "staff without a role"))
    opened = []
    for path in own_addresses(person):
        for answer in (client.get(path), client.post(path)):
            if answer.status_code not in (302, 403, 404, 405):
                opened.append((path, answer.status_code))
    assert opened == []
    assert not Suspension.objects.exists()
    assert not StaffNote.objects.exists()


def own_addresses(person: User) -> list[str]:
    """Every address below /admin/ that a module of ours answers, with numbers filled in."""

    def walk(patterns, prefix=""):
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern.url_patterns, route)
            elif pattern.callback.__module__.startswith("marketplace."):
                yield route

    filled = {"year": "2026", "quarter": "1", "ending": "csv", "action": "accept"}
    routes = list(walk(admin_urls.urlpatterns))
    assert len(routes) > 40
    assert get_resolver()
    return [
        "/admin/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: filled.get(match[1], str(person.pk)), route)
        for route in routes
        if "^" not in route
    ]
