"""Which limits there are, whom they stopped, and that what is counted gets into the table once."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from marketplace.accounts import limits
from marketplace.accounts.models import LimitHit
from marketplace.core import clock, live
from tests.factories import make_moderator, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted():
    client = live.client(settings.CACHES["default"]["LOCATION"])
    key = limits._key(timezone.localdate(clock.now()))
    client.delete(key, f"{key}:taken")


def test_every_limit_of_the_portal_is_on_the_desk_with_its_figure():
    codes = {limit.code for limit in limits.LIMITS}
    assert set(settings.ACCOUNT_RATE_LIMITS) - codes == set()
    page = log_in(make_moderator()).get(reverse("limits"))
    rates = {code: rates for code, _name, rates, _count in page.context["rows"]}
    with translation.override("en"):
        assert limits.Limit("signup", "").words == ["one address: 30 in a minute"]
    assert len(rates["signup"]) == 1
    assert rates["signup"][0] in page.content.decode()


def test_refusals_are_counted_and_folded_once():
    for _time in range(3):
        limits.note_refusal(limit="report", source="user:7")
    limits.note_refusal(limit="report", source="203.0.113.7")
    assert limits.fold_refusals() == 2
    assert limits.fold_refusals() == 0
    limits.note_refusal(limit="report", source="user:7")
    limits.fold_refusals()
    assert {hit.source: hit.count for hit in LimitHit.objects.all()} == {"user:7": 4, "203.0.113.7": 1}


def test_a_page_that_was_refused_is_counted_for_its_address(settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"search": "1/m/ip"}
    client = Client()
    answers = [client.get(reverse("discovery:search"), {"q": "logo"}, REMOTE_ADDR="203.0.113.7") for _time in range(3)]
    assert answers[-1].status_code == 429
    limits.fold_refusals()
    hit = LimitHit.objects.get()
    assert (hit.limit, hit.source) == ("search", "203.0.113.7")


def test_the_desk_names_who_was_stopped_and_leads_to_the_block():
    person = make_user()
    limits.note_refusal(limit="report", source=f"user:{person.pk}")
    limits.fold_refusals()
    page = log_in(make_moderator()).get(reverse("limits"), {"limit": "report"}).content.decode()
    assert f"kind=account&amp;value={person.pk}" in page
    assert reverse("people_person", args=[person.pk]) in page


def test_rates_are_said_in_words():
    with translation.override("en"):
        found = limits.Limit("reset_password", "").words
        assert "one address: 20 in a minute" in found
        assert "one number or mail address: 1 in 60 seconds" in found
        assert limits.Limit("messaging.per_minute", "", config="messaging.per_minute").words == ["30"]


def test_old_refusals_are_forgotten():
    today = timezone.localdate(clock.now())
    LimitHit.objects.create(day=today, limit="report", source="a", count=1)
    LimitHit.objects.create(day=today.replace(year=today.year - 1), limit="report", source="a", count=1)
    assert [limits.forget_refusals(), limits.forget_refusals()] == [1, 0]


def test_a_flood_of_a_day_is_counted_together_and_who_is_known_goes_on(monkeypatch):
    monkeypatch.setattr(limits, "_MOST_SOURCES", 3)
    limits.note_refusal(limit="search", source="user:7")
    limits.fold_refusals()
    for lot in (("203.0.113.1", "203.0.113.2"), ("203.0.113.3", "203.0.113.4", "user:7")):
        for source in lot:
            limits.note_refusal(limit="search", source=source)
        limits.fold_refusals()
    counted = {hit.source: hit.count for hit in LimitHit.objects.all()}
    assert counted == {"user:7": 2, "203.0.113.1": 1, "203.0.113.2": 1, "*": 2}
