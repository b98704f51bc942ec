"""The desk of integrity cases: who may see it, what it shows, and that pressing a button does what it says."""

from datetime import timedelta

import pytest
from django.urls import reverse

from marketplace.core import clock
from marketplace.moderation.models import AdminLog
from marketplace.reviews.integrity.services import find_cases
from marketplace.reviews.models import CaseStatus, IntegrityCase, Review
from tests.factories import make_finance, make_moderator, make_user
from tests.logins import log_in
from tests.reviews.ring import make_ring

pytestmark = pytest.mark.django_db
LIST = "reviews_integrity_cases"


@pytest.fixture
def ring():
    made = make_ring(rounds=2, rows=1, columns=3)
    find_cases()
    return made


@pytest.fixture
def moderator():
    return make_moderator()


@pytest.fixture
def desk(moderator):
    return log_in(moderator)


def address(step: str, case: IntegrityCase) -> str:
    return reverse(f"reviews_integrity_{step}", args=[case.pk])


def test_the_queue_shows_what_waits_by_its_deadline_and_what_is_overdue(ring, desk):
    case = IntegrityCase.objects.get()
    later = make_ring(rounds=2, rows=1, columns=3)
    find_cases()
    newer = IntegrityCase.objects.exclude(pk=case.pk).get()
    IntegrityCase.objects.filter(pk=newer.pk).update(due_at=clock.now() - timedelta(hours=1))
    page = desk.get(reverse(LIST)).content.decode()
    assert page.index(address("case", newer)) < page.index(address("case", case))
    assert str(case.score) in page
    assert len(later.ids) == 3
    assert address("case", case) not in desk.get(reverse(LIST) + "?decided=1").content.decode()


def test_a_case_shows_the_accounts_the_findings_in_words_and_the_deals(ring, desk, moderator):
    case = IntegrityCase.objects.get()
    page = desk.get(address("case", case)).content.decode()
    for member in ring.members:
        assert member.display_name in page
        assert member.phone not in page
        assert member.phone.removeprefix("+86") not in page
        assert member.email not in page
    for order in ring.orders:
        assert order.number in page
    assert "ring0@example.com" not in page
    for signal in case.integrity_signals.all():
        assert signal.get_kind_display() in page
    assert AdminLog.objects.get(action="integrity.read").actor == moderator


def test_confirming_and_clearing_do_what_they_say(ring, desk):
    case = IntegrityCase.objects.get()
    answer = desk.post(address("confirm", case), {"words": ""})
    assert answer.status_code == 422
    assert IntegrityCase.objects.get().status == CaseStatus.OPEN
    assert desk.post(address("confirm", case), {"words": "互相下单。"}).status_code == 302
    case.refresh_from_db()
    assert (case.status, case.words) == (CaseStatus.CONFIRMED, "互相下单。")
    assert Review.objects.filter(excluded_at__isnull=False).count() == 2 * len(ring.orders)  # of both sides
    page = desk.get(address("case", case)).content.decode()
    assert "互相下单。" in page
    assert address("clear", case) not in page
    other = make_ring(rounds=2, rows=1, columns=3)
    find_cases()
    newer = IntegrityCase.objects.exclude(pk=case.pk).get()
    assert desk.post(address("clear", newer), {"words": "一家工作室。"}).status_code == 302
    newer.refresh_from_db()
    assert newer.status == CaseStatus.CLEARED
    assert not Review.objects.filter(author__in=other.ids, excluded_at__isnull=False).exists()
    assert address("case", newer) in desk.get(reverse(LIST) + "?decided=1").content.decode()


def test_a_second_decision_is_refused_with_a_sentence(ring, desk):
    case = IntegrityCase.objects.get()
    desk.post(address("clear", case), {"words": "一家工作室。"})
    desk.post(address("confirm", case), {"words": "互相下单。"}, follow=True)
    case.refresh_from_db()
    assert case.status == CaseStatus.CLEARED
    assert not Review.objects.filter(excluded_at__isnull=False).exists()


def test_who_is_in_the_case_reads_that_a_colleague_decides(ring):
    case = IntegrityCase.objects.get()
    member = ring.members[0]
    member.groups.set(make_moderator().groups.all())
    browser = log_in(type(member).objects.get(pk=member.pk))
    assert address("confirm", case) not in browser.get(address("case", case)).content.decode()
    browser.post(address("confirm", case), {"words": "互相下单。"})
    case.refresh_from_db()
    assert case.status == CaseStatus.OPEN


@pytest.mark.parametrize("who", [make_finance, make_user])
def test_nobody_else_opens_it(ring, who):
    case = IntegrityCase.objects.get()
    browser = log_in(who())
    assert browser.get(reverse(LIST)).status_code in (302, 403)
    assert browser.get(address("case", case)).status_code in (302, 403)
    for step in ("confirm", "clear"):
        assert browser.post(address(step, case), {"words": "互相下单。"}).status_code in (302, 403)
    case.refresh_from_db()
    assert case.status == CaseStatus.OPEN


def test_a_case_that_is_none_is_not_there(desk):
    assert desk.get(reverse("reviews_integrity_case", args=[987654])).status_code == 404
