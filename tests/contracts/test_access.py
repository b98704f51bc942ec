"""Who may open what on the public site: every named address, with something of two people, asked for by everybody else too.

The table stands in `access.txt`, a line a route; a new route without a line fails, and so do a line whose route is gone and an
answer that is another one. `WRITE_ACCESS=1 bin/test tests/contracts/test_access.py` writes it anew: read the difference before it
is committed. The admin has a table of its own (test_admin_access.py), WebSockets have tests/messaging/test_live_access.py.
"""

import os
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import override_settings
from django.urls import reverse
from django.utils import translation

from tests.contracts.access.addresses import addresses, public_routes
from tests.contracts.access.asking import HTMX, Asker, cookies, undone
from tests.contracts.access.world import FOR_SELLERS, OPEN, SECRET, make_world
from tests.payments.conftest import _use, alipay_keys  # noqa: F401 a fixture

pytestmark = pytest.mark.django_db  # which makes the database; all is written in the world's own transaction
TABLE = Path(__file__).with_name("access.txt")
HEAD = "# route (* the world has nothing of the kind) | method answer: who (login: sent to log in; to X: on to the route X)\n"
EVERYBODY = "everybody"
# Who has no part in anything of buyer and seller.
OUTSIDE = ("stranger", "suspended", "other_buyer", "other_seller")
# Where no key stands in the address, everybody gets what is their own: one of each kind asks.
WITHOUT_A_KEY = (*OUTSIDE, "administrator")
# What of ours is there for others too, so that it is answered otherwise than what is not there.
SEEN_BY_OTHERS = {
    # the published service, and what may be done with it
    "gigs:detail", "gigs:book", "gigs:poster", "gigs:favourite", "gigs:remove_favourite", "moderation:report_gig",
    "payments:checkout", "payments:checkout_total",
    # the profile and its person
    "accounts:profile", "accounts:piece", "accounts:document", "accounts:block", "accounts:unblock", "messaging:start",
    # the public review
    "reviews:of_gig", "reviews:picture", "reviews:helpful", "moderation:report_review",
    # the brief, for sellers
    "offers:brief", "offers:brief_file", "offers:brief_answer", "moderation:report_brief",
    # what is proved to everybody
    "ledger:escrow_day",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, alipay_keys):  # noqa: F811
    """One world for the whole module; it is rolled back in the end."""
    translation.activate("zh-hans")  # whatever a test before asked for in English
    configured = SimpleNamespace()
    _use(configured, alipay_keys, "http://127.0.0.1:9/gateway.do")
    surroundings = {
        "ALIPAY": configured.ALIPAY,
        "INVOICE_PROVIDER": "tests.payments.invoice_office.Office",
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": 86_400,  # on a slow machine too everybody has just logged in
    }
    with (
        django_db_blocker.unblock(),
        override_settings(**surroundings),
        undone(),
    ):
        yield make_world()


@pytest.fixture(scope="module")
def askers(world) -> dict[str, Asker]:
    return {name: Asker(cookie) for name, cookie in cookies(world).items()}


@pytest.fixture(scope="module")
def places(world):
    return addresses(world)


@pytest.fixture(scope="module")
def answers(places, askers):
    """Of each route, method and person: what they are answered about ours."""
    return {
        (place.name, method, person): asker.ask(method, place.ours)
        for place in places
        for person, asker in askers.items()
        if place.absent or person in WITHOUT_A_KEY
        for method in ("get", "post")
    }


def line_of(place, answers) -> str:
    """What the table says of one route."""
    said = []
    for asked in ("get", "post"):
        groups = defaultdict(list)
        for (name, method, person), answer in answers.items():
            if (name, method) == (place.name, asked):
                groups[answer.words].append(person)
        most = max(groups, key=lambda words: len(groups[words]))
        parts = [f"{words}: {', '.join(who)}" for words, who in groups.items() if words != most]
        rest = EVERYBODY if len(groups) == 1 else f"{EVERYBODY} else"
        said.append(f"{asked.upper()} " + "; ".join([*parts, f"{most}: {rest}"]))
    return f"{place.name}{'' if place.is_made else '*'} | " + " | ".join(said)


def test_everybody_is_answered_as_the_table_says(places, answers):
    found = [line_of(place, answers) for place in places]
    if "WRITE_ACCESS" in os.environ:
        TABLE.write_text(HEAD + "".join(f"{line}\n" for line in found))
    assert found == TABLE.read_text().splitlines()[1:]


def test_no_route_is_left_out(places):
    assert [place.name for place in places] == [name for name, _route in public_routes()]
    assert len(places) > 250


def test_nothing_breaks(answers):
    """Two say with 503 that something is away: the worker that no test has, and a gateway that is not set up."""
    broken = {(key[0], answer.status) for key, answer in answers.items() if answer.status >= 500}
    assert broken == {("healthz", 503), ("wechatpay_notify", 503)}


def test_what_is_not_yours_is_answered_as_what_is_not_there(places, askers, answers):
    different = []
    for place in places:
        if not place.absent or place.name in SEEN_BY_OTHERS:
            continue
        for person in OUTSIDE:
            for method in ("get", "post"):
                ours, nothing = answers[place.name, method, person], askers[person].ask(method, place.absent)
                if ours != nothing:
                    different.append((place.name, method, person, ours.words, nothing.words))
    assert different == []


def test_a_key_of_ours_below_one_of_theirs_is_answered_as_one_that_is_not_there(places, askers):
    crossed = [place for place in places if place.crossed]
    assert len(crossed) > 10
    different = []
    for place in crossed:
        for person in ("other_buyer", "other_seller"):
            for method in ("get", "post"):
                asker = askers[person]
                ours, nothing = asker.ask(method, place.crossed), asker.ask(method, place.crossed_absent)
                if ours != nothing:
                    different.append((place.name, method, person, ours.words, nothing.words))
    assert different == []


def found_in(text: str, person: str, secrets: set[str]) -> list[str]:
    """Which words of the two stand in what somebody else was answered."""
    forbidden = secrets if person == "other_seller" else secrets | {FOR_SELLERS}
    return [word for word in sorted(forbidden) if word in text]


def test_nothing_of_ours_stands_in_what_others_read(world, places, askers, answers):
    leaks = []
    for place in places:
        for person in OUTSIDE:
            seen = {method: answers[place.name, method, person].body for method in ("get", "post")}
            if person == "other_seller" and answers[place.name, "get", person].status == 200:
                seen["htmx"] = askers[person].ask("get", place.ours, **HTMX).body
            leaks += [(place.name, person, how, found_in(text, person, world.secrets)) for how, text in seen.items()]
    assert [leak for leak in leaks if leak[3]] == []


SEARCHES = (
    "discovery:search", "discovery:suggest", "discovery:count", "messaging:inbox", "orders:list", "orders:desk_list",
    "offers:desk_briefs", "gigs:desk_list", "cms_pages:help_suggest",
)  # fmt: skip


@pytest.mark.parametrize("route", SEARCHES)
@pytest.mark.parametrize("words", ["draft", "message", "ours", "青山"])
def test_no_search_finds_anything_of_ours(world, askers, route, words):
    for person in ("stranger", "other_seller"):
        for headers in ({}, HTMX):
            body = (
                askers[person].ask("get", reverse(route), {"q": words, "query": words, "words": words}, **headers).body
            )
            assert found_in(body, person, world.secrets) == []


def test_the_words_that_are_looked_for_are_there(answers):
    """Or else nothing that is looked for above could be found."""
    for name in (
        "orders:detail",
        "messaging:conversation",
        "moderation:decision",
        "offers:negotiation",
        "orders:dispute",
    ):
        both = answers[name, "get", "buyer"].body + answers[name, "get", "seller"].body
        assert SECRET in both, name
    assert OPEN in answers["gigs:detail", "get", "stranger"].body
    assert FOR_SELLERS in answers["offers:desk_briefs", "get", "other_seller"].body


def test_a_head_says_no_more_than_a_get(places, askers, answers):
    """Many views know no HEAD at all. Those of social log-in go on to the provider, as allauth has them do after a POST."""
    different = []
    for place in places:
        head, get = (
            askers["other_seller"].ask("head", place.ours).words,
            answers[place.name, "get", "other_seller"].words,
        )
        if head not in (get, "405") and (place.name.endswith("_login"), head) != (True, "to nowhere"):
            different.append((place.name, head, get))
    assert different == []


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_else_is_done_with_an_address(places, askers, method):
    """It is refused, or answered as a GET or a POST would be, also for who may get and post there."""
    seller, different = askers["seller"], []
    for place in places:
        found = seller.ask(method, place.ours).words
        if found not in ("405", "404") and found not in {seller.ask(one, place.ours).words for one in ("get", "post")}:
            different.append((place.name, found))
    assert different == []
