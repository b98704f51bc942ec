"""The status page: what is measured is said, whatever is away; what staff says is added to it."""

import json
import re
import time
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.operations import incidents, measuring, parts, status_page, tasks
from marketplace.operations.models import IncidentKind, PartSpan, PartState, Stage
from marketplace.operations.public_parts import PARTS, judged
from portal.health import PARTS as CHECKS
from tests.factories import make_user
from tests.faults.valkey import take_away
from tests.logins import log_in

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def made_anew():
    """No page of the test before."""
    status_page.forget()
    yield
    status_page.forget()
    parts.provide_parts(CHECKS)


@pytest.fixture
def all_up():
    """Every part of the machine answers: no test has a worker."""
    up(**dict.fromkeys(CHECKS, "up"))


def up(**answers):
    parts.provide_parts({name: lambda answer=answer: answer for name, answer in answers.items()})
    status_page.forget()


def page(path="/status/", client=None):
    return (client or Client()).get(path).content.decode()


def in_words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def tell(**more):
    told = {"kind": IncidentKind.INCIDENT, "title": "支付宝付款失败", "title_en": "Alipay fails", "parts": ["paying"]}
    told |= {"text": "正在联系支付宝。", "text_en": "We are asking Alipay.", "staff": make_user(is_staff=True)}
    return incidents.announce(**(told | more))


@pytest.mark.usefixtures("all_up")
def test_everybody_reads_part_by_part_in_either_language_that_it_works():
    english = in_words(page("/en/status/"))
    assert "Everything works." in english
    for part in PARTS.values():
        assert str(part.name) in english or "&" in str(part.name)
    assert 'lang="zh-hans"' in page()
    assert 'href="/en/status/"' in page()
    assert 'href="/status/"' in page("/en/status/")


@pytest.mark.parametrize(
    ("away", "down", "partly"),
    [
        ({"database"}, set(PARTS), set()),
        ({"search"}, set(), {"browsing"}),
        ({"worker"}, {"uploads", "letters"}, {"signing_in", "paying", "orders", "messages", "payouts"}),
        ({"cache"}, {"signing_in"}, {"paying", "messages", "uploads", "letters"}),
        ({"payouts_halted"}, set(), {"payouts"}),
        ({"text_messages"}, set(), {"signing_in", "letters"}),
    ],
)
def test_what_is_away_is_said_of_the_parts_that_need_it(away, down, partly):
    found = judged(away)
    assert {key for key, state in found.items() if state == PartState.DOWN} == down
    assert {key for key, state in found.items() if state == PartState.PARTLY} == partly


def test_a_part_that_cannot_be_used_stands_in_the_first_sentence_with_what_it_means():
    up(database="up", cache="up", search="up", worker="down")
    words = in_words(page("/en/status/"))
    assert "Cannot be used at present: Uploading files, Text messages and e-mail." in words
    assert "Files cannot be used at present. Please send them later." in words


@pytest.mark.usefixtures("all_up")
def test_what_the_job_measured_a_minute_ago_is_said_too():
    measuring.write_down(judged({"payouts_halted"}), at=timezone.now() - MINUTE)
    assert "Partly affected: Withdrawals." in in_words(page("/en/status/"))


@pytest.mark.usefixtures("all_up")
def test_when_nobody_measures_any_more_what_hangs_on_the_clock_is_said_to_be_affected():
    measuring.write_down(judged(set()), at=timezone.now() - 10 * MINUTE)
    words = in_words(page("/en/status/"))
    assert "Partly affected: Ordering and paying, Deliveries, acceptance and refunds, Withdrawals" in words


@pytest.mark.usefixtures("all_up")
def test_staff_adds_to_what_is_measured_and_hides_none_of_it():
    incident = tell()
    words = in_words(page("/en/status/"))
    assert "We are looking after an incident. By our measuring everything works." in words
    assert "Alipay fails" in words
    assert "We are asking Alipay." in words
    incidents.go_on(
        incident_id=incident.pk, stage=Stage.OVER, text="已恢复。", text_en="It works again.", staff=make_user()
    )
    measuring.write_down(judged({"payouts_halted"}))
    status_page.forget()
    words = in_words(page("/en/status/"))
    assert "Partly affected: Withdrawals." in words
    assert words.index("It works again.") < words.index("We are asking Alipay.")
    status_page.forget()
    assert "支付宝付款失败" in page()


@pytest.mark.usefixtures("all_up")
def test_maintenance_is_announced_and_then_names_what_it_affects():
    soon = timezone.now() + timedelta(hours=2)
    incident = tell(kind=IncidentKind.MAINTENANCE, parts=["payouts"], starts_at=soon, ends_at=soon + timedelta(hours=1))
    words = in_words(page("/en/status/"))
    assert "Everything works." in words
    assert words.index("Announced maintenance") < words.index("Alipay fails")
    incident.starts_at = timezone.now() - MINUTE
    incident.save()
    measuring.write_down(judged({"payouts_halted"}))
    status_page.forget()
    assert "Maintenance as announced. Affected: Withdrawals." in in_words(page("/en/status/"))
    measuring.write_down(judged({"payouts_halted", "search"}), at=timezone.now() + MINUTE)
    status_page.forget()
    assert "Partly affected: Browsing and search, Withdrawals." in in_words(page("/en/status/"))


@pytest.mark.usefixtures("all_up")
def test_the_page_costs_five_queries_and_then_none_for_a_while():
    measuring.write_down(judged(set()))
    for _incident in range(3):
        tell()
    browser = Client()
    with CaptureQueriesContext(
        connection,
    ) as first:
        browser.get("/status/")
    assert len(first) <= 5
    with CaptureQueriesContext(connection) as second:
        answer = browser.get("/status/")
        browser.get("/en/status/")
        browser.get("/status.json")
    assert len(second) == 0
    assert answer.headers["Cache-Control"] == "public, max-age=15"
    assert not answer.cookies


@pytest.mark.usefixtures("all_up")
def test_nobodys_session_is_looked_up_or_lost():
    browser = log_in(make_user())
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get("/status/")
    assert not any("session" in query["sql"] for query in asked)
    assert not answer.cookies
    assert browser.get("/settings/").status_code == 200


def test_the_page_is_there_without_valkey(settings):
    browser = log_in(make_user())
    take_away(settings)
    for path in ("/status/", "/en/status/", "/status.json"):
        assert browser.get(path).status_code == 200
    assert "Log-in and sign-up" in re.search(r"Cannot be used at present: ([^.]+)\.", in_words(page("/en/status/")))[1]


def test_old_pages_are_given_to_the_others_while_one_is_made(monkeypatch):
    up(**dict.fromkeys(CHECKS, "up"))
    old = status_page.status_page()
    status_page._kept._until = 0.0
    status_page._kept._making.acquire()
    try:
        assert status_page.status_page() is old
    finally:
        status_page._kept._making.release()
    assert status_page.status_page() is not old


@pytest.mark.usefixtures("all_up")
def test_programs_get_the_same_in_both_languages_from_any_page():
    tell()
    answer = Client().get("/status.json")
    said = json.loads(answer.content)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert (said["state"], said["going_on"][0]["title"]["en"]) == ("told", "Alipay fails")
    assert {part["key"] for part in said["parts"]} == set(PARTS)
    assert set(said["sentence"]) == {"zh-hans", "en"}


def test_the_ways_to_the_page_are_on_the_page_that_says_that_we_are_away(client):
    from django.template import loader

    assert 'href="/status/"' in loader.get_template("503.html").render()
    assert 'href="/status/"' in client.get("/search/?q=logo").content.decode()


@pytest.mark.usefixtures("all_up")
def test_a_disturbance_that_is_over_stands_in_the_list_once_for_all_its_parts():
    begun = timezone.now() - timedelta(hours=5)
    for minute in range(60):
        signs = {"cache"} if 10 <= minute < 30 else {"search"} if minute == 40 else set()
        measuring.write_down(judged(signs), at=begun + minute * MINUTE)
    html = page("/en/status/")
    lines = re.findall(r'<p class="status-measured">(.*?)</p>', html, flags=re.DOTALL)
    assert len(lines) == 2  # partly and down; the one minute without search is too short
    assert all("20 minutes" in line for line in lines)
    assert "Log-in and sign-up" in "".join(lines)


def test_the_job_writes_down_what_it_finds():
    current_app.control.purge()  # what earlier tests handed over has waited since then
    assert measuring.signs_of_worker() == set()
    begun = time.monotonic()
    found = tasks.measure_parts()
    assert time.monotonic() - begun < 10
    assert set(found) == set(PARTS)
    assert PartSpan.objects.count() == len(PARTS)
    assert set(found.values()) == {"good"}


def test_beat_knows_both_jobs():
    from portal.schedule import INTERVALS, NIGHTLY

    assert INTERVALS["marketplace.operations.tasks.measure_parts"] == 60
    assert "marketplace.operations.tasks.forget_measurements" in NIGHTLY
    assert django_settings.TIME_ZONE == "Asia/Shanghai"  # whose days are counted
