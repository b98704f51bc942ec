"""Reports of figures by e-mail."""

from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from django.http import Http404
from django.utils import timezone
from kombu.exceptions import OperationalError
from wagtail.users.models import UserProfile

from marketplace.core import clock
from marketplace.insights import tasks
from marketplace.insights.boards import mailing, reports
from marketplace.insights.models import Analytics, ReportRhythm, ReportSubscription
from marketplace.moderation.roles import ensure_roles
from tests.factories import make_user
from tests.logins import log_in

CHINA = timezone.get_default_timezone()
pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer():
    user = make_user(name="市场", email="marketer@jiangji.example", is_staff=True)
    user.groups.add(ensure_roles()["marketer"])
    return user


@pytest.fixture
def morning(monkeypatch) -> datetime:
    """Monday the second of March, nine o'clock."""
    moment = datetime(2026, 3, 2, 9, tzinfo=CHINA)
    monkeypatch.setattr(clock, "now", lambda: moment)
    return moment


@pytest.mark.parametrize(
    ("rhythm", "day", "next_one"),
    [
        ("daily", date(2026, 2, 28), date(2026, 3, 1)),
        ("weekly", date(2026, 3, 2), date(2026, 3, 9)),
        ("weekly", date(2026, 3, 8), date(2026, 3, 9)),
        ("monthly", date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_the_next_one_comes_in_its_rhythm(rhythm, day, next_one):
    assert reports.following(ReportRhythm(rhythm), day) == next_one


def test_what_is_due_is_sent_once(marketer, morning, django_capture_on_commit_callbacks):
    subscription = reports.subscribe(user=marketer, boards=["overview", "money"], rhythm="weekly")
    ReportSubscription.objects.update(next_on=morning.date())
    Analytics.objects.create(day=date(2026, 2, 26), metric="gmv", value=12_345_600)
    Analytics.objects.create(day=date(2026, 2, 20), metric="gmv", value=10_000_000)
    with django_capture_on_commit_callbacks() as handed_over:
        assert mailing.send_due_reports() == 1
        assert mailing.send_due_reports() == 0
    assert len(handed_over) == 1
    assert mailing.send_report(subscription_id=subscription.pk, day=morning.date().isoformat())
    (sent,) = mail.outbox
    assert sent.to == ["marketer@jiangji.example"]
    assert "2026-02-23" in sent.subject
    assert "2026-03-01" in sent.subject
    html = sent.alternatives[0][0]
    for text in (sent.body, html):
        assert "12.3" in text, "the figure"
        assert "¥10" in text, "the one of the period before"
        assert "/admin/analytics/overview/?period=own" in text
        assert "/admin/analytics/reports/" in text
        assert "/admin/analytics/money/" not in text, "a marketer does not see money"
    # The broker gave the message out a second time.
    assert not mailing.send_report(subscription_id=subscription.pk, day=morning.date().isoformat())
    assert len(mail.outbox) == 1
    subscription.refresh_from_db()
    assert (subscription.next_on, subscription.sent_at) == (date(2026, 3, 9), morning)


def test_nobody_is_woken(marketer, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 2, 6, tzinfo=CHINA))
    reports.subscribe(user=marketer, boards=["overview"], rhythm="daily")
    ReportSubscription.objects.update(next_on=date(2026, 3, 2))
    assert mailing.send_due_reports() == 0


def test_who_reads_english_gets_it_in_english(marketer, morning):
    UserProfile.objects.create(user=marketer, preferred_language="en")
    subscription = reports.subscribe(user=marketer, boards=["overview"], rhythm="daily")
    subscription = ReportSubscription.objects.select_related("user").get(pk=subscription.pk)
    letter = mailing.make_report(subscription, morning.date())
    assert letter.subject.startswith("Figures of Jiangji")


def test_who_lost_the_permission_gets_nothing(marketer, morning):
    subscription = reports.subscribe(user=marketer, boards=["overview"], rhythm="daily")
    marketer.groups.clear()
    assert not mailing.send_report(subscription_id=subscription.pk, day=morning.date().isoformat())
    assert mail.outbox == []


def test_a_report_is_ordered_and_stopped_on_its_page(marketer):
    client = log_in(marketer)
    client.post("/admin/analytics/reports/", {"boards": ["overview", "funnel"], "rhythm": "weekly"})
    (subscription,) = reports.own(marketer)
    assert subscription.boards == ["overview", "funnel"]
    assert subscription.next_on.weekday() == 0
    assert subscription.next_on > timezone.localdate()
    assert "money" not in client.get("/admin/analytics/reports/").content.decode().split("<form")[-1]
    client.post(f"/admin/analytics/reports/{subscription.pk}/stop/")
    assert not reports.own(marketer).exists()


def test_the_same_rhythm_again_is_the_same_report(marketer):
    one = reports.subscribe(user=marketer, boards=["overview"], rhythm="weekly")
    other = reports.subscribe(user=marketer, boards=["search"], rhythm="weekly")
    assert one.pk == other.pk
    assert reports.own(marketer).get().boards == ["search"]


def test_nobody_stops_anothers_report(marketer):
    theirs = reports.subscribe(user=make_user(), boards=["overview"], rhythm="daily")
    with pytest.raises(Http404):
        reports.unsubscribe(user=marketer, subscription_id=theirs.pk)
    theirs.refresh_from_db()
    assert theirs.is_active
    assert theirs.next_on == timezone.localdate() + timedelta(days=1)


def test_a_broker_that_is_away_costs_no_report(marketer, morning, monkeypatch, django_capture_on_commit_callbacks):
    def away(*_given):
        raise OperationalError("nobody answers")

    reports.subscribe(user=marketer, boards=["overview"], rhythm="weekly")
    ReportSubscription.objects.update(next_on=morning.date())
    monkeypatch.setattr(tasks.send_report, "delay", away)
    with django_capture_on_commit_callbacks(execute=True):
        assert mailing.send_due_reports() == 1
    assert ReportSubscription.objects.get().next_on == morning.date(), "due in the next run"
