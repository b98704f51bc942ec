"""Who is suspended cannot log in, and appeals against that decision all the same, from the page of the refused log-in."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.accounts.services import lift_suspension, suspend_person
from marketplace.core import clock
from marketplace.moderation import appeals
from marketplace.moderation.models import DecisionAppeal, DecisionReason, Effect, ModerationDecision
from marketplace.moderation.quality import kept_out
from marketplace.moderation.queue import services
from tests.factories import make_moderator, make_seller, make_user
from tests.moderation.decided import decided, open_case

pytestmark = pytest.mark.django_db

PASSWORD = "correct-horse-9"


@pytest.fixture
def person(db):
    seller = make_seller()
    seller.set_password(PASSWORD)
    seller.save()
    return seller


@pytest.fixture
def decision(person) -> ModerationDecision:
    reason = DecisionReason.objects.get(code="F1")
    case = open_case(person=person)
    return services.decide_case(
        case_id=case.pk, staff=make_moderator(), effect=Effect.SUSPEND, reason=reason, words="涉嫌骗取定金。", days=30
    )


def tried(person, password=PASSWORD) -> tuple[Client, str]:
    """A browser in which they tried to log in, and what it shows."""
    browser = Client()
    page = browser.post(reverse("account_login"), {"login": person.email, "password": password})
    return browser, page.content.decode()


def address_of(decision):
    return reverse("moderation:decision", args=[decision.pk])


def test_who_is_suspended_appeals_without_being_logged_in(decision, person):
    browser, page = tried(person)
    assert address_of(decision) in page
    shown = browser.get(address_of(decision))
    assert "涉嫌骗取定金。" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert browser.post(address_of(decision), {"words": " "}).status_code == 422
    assert browser.post(address_of(decision), {"words": "定金已退，有记录。"}).url == address_of(decision)
    appeal = DecisionAppeal.objects.get()
    assert (appeal.decision, appeal.words) == (decision, "定金已退，有记录。")
    appeals.answer_appeal(appeal_id=appeal.pk, staff=make_moderator(), upheld=True, answer="我们弄错了。")
    person.refresh_from_db()
    assert person.is_active
    assert "我们弄错了。" in browser.get(address_of(decision)).content.decode()


def test_nothing_else_opens_and_only_for_two_hours(decision, person):
    other = decided(person=person)
    browser, _page = tried(person)
    assert browser.get(address_of(other)).status_code == 302
    for closed in ("moderation:decisions", "accounts:privacy"):
        assert "login" in browser.get(reverse(closed)).url
    with clock.moved_to(clock.now() + timedelta(seconds=kept_out.SECONDS + 60)):
        assert browser.get(address_of(decision)).status_code == 302
        assert browser.post(address_of(decision), {"words": "定金已退。"}).status_code == 302
    assert not DecisionAppeal.objects.exists()


def test_a_wrong_password_opens_no_decision(decision, person):
    browser, page = tried(person, "guessed")
    assert address_of(decision) not in page
    assert browser.get(address_of(decision)).status_code == 302
    assert Client().get(address_of(decision)).status_code == 302


def test_a_suspension_without_a_decision_leads_to_support(person):
    old = decided(person=person, effect=Effect.SUSPEND, code="F1", days=1)
    lift_suspension(user_id=person.pk, staff=old.decided_by, reason="误判。")
    ends_at = clock.now() + timedelta(days=3)
    with clock.moved_to(clock.now() + timedelta(minutes=5)):
        suspend_person(user_id=person.pk, staff=make_moderator(), reason="多次投诉", ends_at=ends_at)
    _browser, page = tried(person)
    assert "多次投诉" in page
    assert address_of(old) not in page


def test_who_is_logged_in_reads_no_decision_of_the_suspended(decision, person):
    browser, _page = tried(person)
    browser.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get(address_of(decision)).status_code == 404
