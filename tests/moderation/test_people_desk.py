"""A person's page in the admin: who is found, what each role sees, what is masked, and what a click leaves behind."""

import re

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from marketplace.accounts import services
from marketplace.accounts.models import Portfolio, StaffNote, Suspension, User, VerificationKind
from marketplace.core import clock
from marketplace.moderation.models import AdminLog, Report, ReportReason
from marketplace.moderation.strikes import give_strike, strikes_in_force
from tests.factories import (
    make_completed_order,
    make_finance,
    make_gig,
    make_moderator,
    make_seller,
    make_user,
    staff_group,
)
from tests.logins import log_in

pytestmark = pytest.mark.django_db


def staff_of(role: str) -> User:
    user = make_user(name=f"同事{role}")
    user.groups.add(staff_group(role))
    return user


def page_of(person: User, staff: User) -> str:
    return log_in(staff).get(reverse("people_person", args=[person.pk])).content.decode()


@pytest.mark.parametrize(
    "text", ["林青山", "青", "lin@example.com", "LIN@example.com", "138 0013 8000", "+8613800138000"]
)
def test_a_person_is_found_by_name_number_and_address(text):
    person = make_user(name="林青山", email="lin@example.com", phone="+8613800138000")
    other = make_user(name="周末")
    page = log_in(make_moderator()).get(reverse("people"), {"q": text}).content.decode()
    assert reverse("people_person", args=[person.pk]) in page
    assert reverse("people_person", args=[other.pk]) not in page


@pytest.mark.parametrize("kind", ["sellers", "buyers", "suspended", "closing", "staff"])
def test_a_filter_leaves_those_alone_that_it_names(kind):
    moderator = make_moderator()
    people = {
        "sellers": make_seller(),
        "buyers": make_user(),
        "suspended": make_seller(),
        "closing": make_seller(),
        "staff": moderator,
    }
    ends_at = clock.now() + clock.now().resolution * 10**9
    services.suspend_person(user_id=people["suspended"].pk, staff=moderator, reason="私下交易", ends_at=ends_at)
    services.ask_for_closing(user_id=people["closing"].pk)
    page = log_in(moderator).get(reverse("people"), {"kind": kind}).content.decode()
    shown = {name for name, person in people.items() if reverse("people_person", args=[person.pk]) in page}
    assert shown == {"sellers": {"sellers", "suspended", "closing"}}.get(kind, {kind})


def test_number_and_address_are_masked_until_somebody_asks_and_that_is_noted():
    person = make_user(email="lin@example.com", phone="+8613800138000")
    moderator = make_moderator()
    client = log_in(moderator)
    page = client.get(reverse("people_person", args=[person.pk])).content.decode()
    assert "lin@example.com" not in page
    assert "13800138000" not in page
    assert "+86138****8000" in page
    assert "l***@example.com" in page
    page = client.post(reverse("people_reveal", args=[person.pk])).content.decode()
    assert "lin@example.com" in page
    assert "+8613800138000" in page
    line = AdminLog.objects.get(is_reading=False)
    assert (line.action, line.actor, line.subject) == ("person.reveal_contact", moderator, person)
    assert "lin@example.com" not in str(line.data)
    assert "lin@example.com" not in client.get(reverse("people_person", args=[person.pk])).content.decode()


@pytest.mark.parametrize(
    ("role", "sees"), [("moderator", False), ("support", False), ("finance", True), ("administrator", True)]
)
def test_the_wallet_is_for_finance_and_administrators(role, sees):
    seller = make_completed_order().seller
    page = page_of(seller, staff_of(role))
    assert ("¥90.00" in page) is sees
    assert ('id="money"' in page) is sees


PARTS = {
    "moderator": {"verifications", "orders", "reports", "consents", "history", "sessions", "notes"},
    "support": {"orders", "reports", "consents", "history", "sessions", "notes"},
    "finance": {"orders", "money", "notes"},
    "administrator": {"verifications", "orders", "money", "reports", "consents", "history", "sessions", "notes"},
}


@pytest.mark.parametrize("role", PARTS)
def test_each_role_sees_the_parts_that_it_has_a_right_to_and_nothing_of_the_others(role):
    person, moderator = make_seller(phone="+8613800138000"), make_moderator()
    log_in(person).get("/settings/", headers={"User-Agent": "Firefox/147 secret"})
    assert UserSession.objects.filter(user=person).exists()
    submitted = services.record_verification(user=person, kind=VerificationKind.PHONE)
    type(submitted).objects.filter(pk=submitted.pk).update(reason="照片模糊不清")
    services.record_consent(user=person)
    services.note_person(user=person, staff=moderator, text="电话里很客气")
    Report.objects.create(
        reason=ReportReason.OTHER,
        content_type=ContentType.objects.get_for_model(person),
        object_id=person.pk,
        words="说是同行冒充",
        reporter=make_user(),
    )
    page = page_of(person, staff_of(role))
    every = set().union(*PARTS.values())
    assert {part for part in every if f'id="{part}"' in page} == PARTS[role]
    for text, part in (
        ("照片模糊不清", "verifications"),
        ("说是同行冒充", "reports"),
        ("Firefox/147 secret", "sessions"),
        ("电话里很客气", "notes"),
    ):
        assert (text in page) is (part in PARTS[role]), text


def test_decisions_about_papers_works_and_skills_stand_in_the_history():
    moderator, seller = make_moderator(), make_seller()
    piece = Portfolio.objects.create(profile=seller.profile, title="招牌")
    services.hide_piece(piece=piece, moderator=moderator, reason="不是本人作品")
    suggestion = services.suggest_skill(user=seller, name="掐丝珐琅")
    services.refuse_suggestion(suggestion_id=suggestion.pk, moderator=moderator, reason="已有相近技能")
    case = services.record_verification(user=seller, kind=VerificationKind.REAL_NAME)
    services.revoke_verification(verification_id=case.pk, moderator=moderator, words="证件已挂失", bar=False)
    page = page_of(seller, moderator)
    history = page.split('id="history"', 1)[1].split("</section>", 1)[0]
    for reason in ("不是本人作品", "已有相近技能"):
        assert reason in history
    assert {line.action for line in AdminLog.objects.filter(object_id=seller.pk, is_reading=False)} == {
        "accounts.portfolio.hidden",
        "accounts.skill_suggestion.refused",
        "verification.revoked",
    }


def test_the_page_shows_orders_reports_consents_notes_and_history():
    moderator = make_moderator()
    seller, buyer = make_seller(name="青禾品牌"), make_user(name="周末")
    order = make_completed_order(buyer=buyer, gig=make_gig(seller=seller, title="招牌设计"))
    services.record_consent(user=seller)
    services.note_person(user=seller, staff=moderator, text="电话里很客气")
    for subject, by in ((seller, buyer), (order.gig, buyer), (buyer, seller)):
        Report.objects.create(
            reason=ReportReason.OTHER,
            content_type=ContentType.objects.get_for_model(subject),
            object_id=subject.pk,
            words=f"关于{subject}",
            reporter=by,
        )
    page = page_of(seller, moderator)
    for text in (order.number, "周末", "电话里很客气", "2026-01", "添加备注"):
        assert text in page
    against, by = page.split("被举报", 1)[1].split("举报他人", 1)
    assert "关于青禾品牌" in against
    assert "关于招牌设计" in against
    assert "关于周末" in by


def test_suspending_and_lifting_by_the_page(buyer):
    moderator = make_moderator()
    client = log_in(moderator)
    # Browsers take no other form of a date.
    date_field = re.search(r'<input[^>]*type="date"[^>]*>', page_of(buyer, moderator))[0]
    assert re.search(r'value="\d{4}-\d\d-\d\d"', date_field)
    client.post(reverse("people_suspend", args=[buyer.pk]), {"reason": "私下交易", "until": "2099-01-31"})
    suspension = Suspension.objects.get()
    assert suspension.ends_at.isoformat().startswith("2099-01-31T15:59:59")  # the end of that day in China
    assert "私下交易" in page_of(buyer, moderator)
    client.post(reverse("people_lift", args=[buyer.pk]), {"reason": ""})
    assert Suspension.objects.filter(over_at=None).exists()
    client.post(reverse("people_lift", args=[buyer.pk]), {"reason": "误判"})
    assert not Suspension.objects.filter(over_at=None).exists()


@pytest.mark.parametrize(
    "data",
    [{"reason": "", "until": "2099-01-31"}, {"reason": "x", "until": ""}, {"reason": "x", "until": "2001-01-01"}],
)
def test_an_incomplete_suspension_changes_nothing(buyer, data):
    client = log_in(make_moderator())
    page = client.post(
        reverse("people_suspend", args=[buyer.pk]),
        data,
        headers={"Referer": "http://testserver/admin/people/"},
        follow=True,
    )
    assert page.status_code == 200
    assert not Suspension.objects.exists()
    buyer.refresh_from_db()
    assert buyer.is_active


def test_staff_is_not_suspended_and_not_offered_to_be():
    finance = make_finance()
    moderator = make_moderator()
    page = page_of(finance, moderator)
    assert reverse("people_suspend", args=[finance.pk]) not in page
    log_in(moderator).post(reverse("people_suspend", args=[finance.pk]), {"reason": "x", "until": "2099-01-31"})
    assert not Suspension.objects.exists()


def test_a_note_needs_words(buyer):
    client = log_in(make_moderator())
    client.post(reverse("people_note", args=[buyer.pk]), {"text": " "})
    assert not StaffNote.objects.exists()
    client.post(reverse("people_note", args=[buyer.pk]), {"text": "来电确认"})
    assert StaffNote.objects.get().text == "来电确认"


def test_nobody_is_not_found():
    assert log_in(make_moderator()).get(reverse("people_person", args=[999_999])).status_code == 404


def test_a_strike_is_lifted_on_the_page_of_its_person_alone():
    moderator, person, other = make_moderator(), make_user(), make_user()
    strike = give_strike(person=person, staff=moderator, words="引导私下交易")
    client = log_in(moderator)
    for user, key in ((other, strike.pk), (person, strike.pk + 1)):
        address = reverse("people_strike_lift", args=[user.pk, key])
        assert client.post(address, {"reason": "误判"}).status_code == 404
    assert strikes_in_force(person).get() == strike
    client.post(reverse("people_strike_lift", args=[person.pk, strike.pk]), {"reason": "误判"})
    assert not strikes_in_force(person).exists()
