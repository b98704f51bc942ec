"""Who gets past the door of each address in the admin: every route of ours, asked for as each role.

The table stands in `admin_access.txt`, a line a route; a new route without a line fails, and so does a line whose route is gone.
`WRITE_ADMIN_ACCESS=1 bin/test tests/contracts/test_admin_access.py` writes it anew: read the difference before it is committed.
Past the door each object is asked about in its selector, which is the rooms' own tests' (README's table says it in words).
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from wagtail.admin import urls as admin_urls

from cms_pages.permissions import ensure_page_roles
from marketplace.messaging.models import MessageTemplate
from marketplace.moderation.roles import ensure_roles
from tests.factories import make_category, make_coupon, make_gig, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).with_name("admin_access.txt")
OURS = ("marketplace.", "cms_pages.", "portal.")
ABSENT = "987654321"
SAMPLES = {
    "year": "2026", "quarter": "1", "ending": "csv", "action": "accept", "app_label": "gigs", "model_name": "gig",
}  # fmt: skip
# To the first page of the admin with a sentence, or to log in.
AWAY = ("/admin/", "/admin/login/", "/accounts/login/")
# Answered with "not there" before anybody is asked who they are: who may is in the selector or in Wagtail.
ANYBODY = "any role, for what is not there"
NOBODY = "staff without a role"
# Wagtail looks for the thing before it asks who wants it: there has to be one. The rest of their addresses asks first.
THINGS = {
    "wagtailsnippets_gigs_gig:": make_gig,
    "wagtailsnippets_gigs_gigcategory:": make_category,
    "wagtailsnippets_messaging_messagetemplate:": lambda: MessageTemplate.objects.create(title="问候", body="你好"),
    "wagtailsnippets_orders_coupon:": make_coupon,
}


def routes(patterns, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    """Name and address of each route that a module of ours answers."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern.url_patterns, route, inner)
        elif _module(pattern.callback).startswith(OURS) and "^" not in route:
            address = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: SAMPLES.get(match[1], ABSENT), route)
            yield f"{namespace}{pattern.name or address}", f"/admin/{address}"


def _module(callback) -> str:
    """Where the view is written: of a class the class's own module, for Wagtail makes the function."""
    return getattr(callback, "view_class", callback).__module__


ROUTES = sorted(set(routes(admin_urls.urlpatterns)))


def address_of(name: str, address: str, made: dict[str, str]) -> str:
    """With the key of a thing that is there, where Wagtail wants one."""
    key = next((key for prefix, key in made.items() if name.startswith(prefix)), ABSENT)
    # The first alone: what else stands in the address must not be there, whatever number the thing has.
    return address.replace(ABSENT, key, 1)


def clients() -> dict[str, Client]:
    """One member of the staff of each role."""
    groups: dict[str, Group] = ensure_roles() | ensure_page_roles()
    found = {}
    for name, group in sorted(groups.items()):
        person = make_user()
        person.groups.add(group)
        found[name] = log_in(person)
        found[name].raise_request_exception = False
    found[NOBODY] = log_in(make_user(is_staff=True))
    return found


def gets_in(client: Client, address: str) -> bool:
    """Whether the door opens, by GET or by an empty POST: what is behind it may not be there, and is there again afterwards."""
    with transaction.atomic():
        answers = client.get(address), client.post(address)
        transaction.set_rollback(True)
    for answer in answers:
        assert answer.status_code < 500, address
        sent_away = answer.status_code == 302 and urlsplit(answer.url).path in AWAY
        if not sent_away and answer.status_code not in (403, 405):
            return True
    return False


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    """The table as it stands."""
    lines = TABLE.read_text().splitlines() if TABLE.exists() else []
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def test_every_route_opens_to_whom_the_table_says_and_to_nobody_else(written, client):
    people = clients()
    made = {prefix: str(make().pk) for prefix, make in THINGS.items()}
    found = {}
    for name, route in ROUTES:
        address = address_of(name, route, made)
        opened = [role for role, person in people.items() if gets_in(person, address)]
        assert not gets_in(client, address), f"{address} opens to a stranger"
        found[name] = ANYBODY if len(opened) == len(people) - 1 else ", ".join(opened) or "nobody"
    if "WRITE_ADMIN_ACCESS" in os.environ:
        TABLE.write_text("# route: roles that get past its door\n" + "".join(f"{k}: {v}\n" for k, v in found.items()))
    assert found == written


def test_nothing_opens_to_staff_without_a_role(written):
    assert [name for name, roles in written.items() if NOBODY in roles.split(", ")] == []
