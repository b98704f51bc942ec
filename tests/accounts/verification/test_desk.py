"""The moderators' desk: who comes in, what is shown, what is noted."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import UserVerification, VerificationPaper, VerificationStatus
from marketplace.accounts.papers import Paper
from marketplace.accounts.services import submit_company
from marketplace.payments import todo_selectors
from tests.accounts.verification.conftest import NUMBER, approve, credit_code, hand_in, noted
from tests.factories import make_finance, make_moderator, make_seller, make_user, make_verified_seller
from tests.logins import log_in

pytestmark = pytest.mark.django_db
LIST = "/admin/verifications/"


@pytest.fixture
def desk(moderator) -> Client:
    return log_in(moderator)


@pytest.fixture
def case(seller) -> UserVerification:
    return hand_in(seller)


def at(case, end=""):
    return f"{LIST}{case.pk}/{end}"


def paper_of(case, kind="front"):
    return at(case, f"papers/{case.papers.get(kind=kind).pk}/")


def addresses(case):
    return [
        LIST,
        at(case),
        paper_of(case),
        at(case, "number/"),
        at(case, "approve/"),
        at(case, "reject/"),
        at(case, "end/"),
    ]


@pytest.mark.parametrize("make", [make_user, make_finance, lambda: make_user(is_staff=True)])
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_who_decides_comes_in_and_nobody_else_moves_or_sees_anything(make, method, case):
    browser = log_in(make())
    for address in addresses(case):
        answer = getattr(browser, method)(address, {"valid_until": "", "reason_code": "forged", "how": "revoke"})
        assert answer.status_code in (302, 403), address
        assert b"RIFF" not in answer.content
    case.refresh_from_db()
    assert case.status == VerificationStatus.PENDING
    assert noted() == []


def test_a_stranger_is_sent_to_the_log_in(case):
    for address in addresses(case):
        assert "login" in Client().get(address)["Location"]


def test_what_waited_longest_stands_first_with_the_numbers_of_each_kind(desk, moderator):
    people = [make_seller(proved=False, name=f"服务商{letter}") for letter in "甲乙丙"]
    cases = [hand_in(person) for person in people]
    UserVerification.objects.filter(pk=cases[2].pk).update(created_at=timezone.now() - timedelta(days=2))
    approve(cases[0], moderator)
    shown = desk.get(LIST).content.decode()
    assert re.findall(r"服务商[甲乙丙]", shown) == ["服务商丙", "服务商乙"]
    tabs = re.findall(r"status=(\w+)[^>]*>[^<]*<b>(\d+)</b>", shown)
    assert tabs == [
        ("pending", "2"),
        ("approved", "1"),
        ("rejected", "0"),
        ("expired", "0"),
        ("revoked", "0"),
        ("withdrawn", "0"),
    ]
    decided = desk.get(LIST, {"status": "approved"}).content.decode()
    assert re.findall(r"服务商[甲乙丙]", decided) == ["服务商甲"]
    assert re.findall(r"服务商[甲乙丙]", desk.get(LIST, {"q": "乙"}).content.decode()) == ["服务商乙"]
    assert NUMBER not in shown


def test_the_page_of_a_case_hides_the_number_and_the_papers_until_somebody_asks(desk, case):
    answer = desk.get(at(case))
    shown = answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "林青山" in shown
    assert f"3301**********{NUMBER[-4:]}" in shown
    assert NUMBER not in shown
    assert "/papers/" not in shown
    assert noted() == []
    assert paper_of(case) in desk.get(at(case, "?papers")).content.decode()
    assert noted() == []  # the browser asks for each picture, and that is noted


def test_each_look_at_a_document_is_noted_and_no_browser_keeps_it(desk, case):
    for _twice in range(2):
        answer = desk.get(paper_of(case))
        assert answer.content.startswith(b"RIFF")
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Type"] == "image/webp"
    about = {"verification": case.pk, "user": case.user_id, "kind": "real_name", "paper": "front"}
    assert noted() == [("verification.paper_viewed", about)] * 2


def test_a_pdf_is_saved_and_never_shown(desk):
    pdf = b"%PDF-1.7 /JavaScript"
    licence = submit_company(
        user=make_verified_seller(),
        company_name="杭州青禾品牌设计有限公司",
        code=credit_code(),
        representative="林青山",
        valid_until=None,
        papers={"licence": Paper(pdf, "application/pdf")},
    )
    answer = desk.get(paper_of(licence, "licence"))
    assert answer.content == pdf
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_document_is_found_under_its_own_case_only(desk, case):
    other = hand_in(make_seller(proved=False))
    assert desk.get(at(other, f"papers/{case.papers.first().pk}/")).status_code == 404
    assert desk.get(at(case, "papers/0/")).status_code == 404
    assert desk.get(f"{LIST}0/").status_code == 404
    assert noted() == []


def test_the_whole_number_is_shown_after_a_click_that_is_noted(desk, case):
    assert desk.get(at(case, "number/"))["Location"] == at(case)
    assert noted() == []
    answer = desk.post(at(case, "number/"))
    assert NUMBER in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert [action for action, _data in noted()] == ["verification.number_viewed"]


def test_a_moderator_approves_with_the_day_that_the_papers_say(desk, case, today):
    last_day = today + timedelta(days=900)
    assert desk.post(at(case, "approve/"), {"valid_until": last_day.isoformat()})["Location"] == LIST
    case.refresh_from_db()
    assert (case.status, case.valid_until) == (VerificationStatus.APPROVED, last_day)


def test_a_rejection_without_a_reason_comes_back_and_changes_nothing(desk, case):
    for form in ({}, {"reason_code": "other", "words": " "}, {"reason_code": "nonsense"}):
        assert desk.post(at(case, "reject/"), form).status_code == 422
    case.refresh_from_db()
    assert case.status == VerificationStatus.PENDING
    assert desk.post(at(case, "reject/"), {"reason_code": "forged"})["Location"] == LIST
    case.refresh_from_db()
    assert (case.status, case.reason_code) == (VerificationStatus.REJECTED, "forged")


@pytest.mark.parametrize(
    ("how", "status", "barred"), [("expire", "expired", False), ("revoke", "revoked", False), ("bar", "revoked", True)]
)
def test_what_counts_is_ended_in_each_of_three_ways(how, status, barred, desk, case, moderator):
    approve(case, moderator)
    assert desk.post(at(case, "end/"), {"how": how, "words": ""}).status_code == 422
    assert desk.post(at(case, "end/"), {"how": how, "words": "证件已挂失"})["Location"] == at(case)
    case.refresh_from_db()
    assert (case.status, case.is_barred) == (status, barred)
    assert "证件已挂失" in desk.get(at(case)).content.decode()


def test_a_case_that_a_colleague_decided_says_so(desk, case, moderator):
    approve(case, make_moderator())
    page = f"http://testserver{at(case)}"
    answer = desk.post(at(case, "reject/"), {"reason_code": "forged"}, HTTP_REFERER=page, follow=True)
    assert "已经处理" in answer.content.decode()
    case.refresh_from_db()
    assert case.status == VerificationStatus.APPROVED


def test_ones_own_case_offers_no_decision_and_takes_none(desk, moderator):
    own = hand_in(moderator)
    shown = desk.get(at(own)).content.decode()
    assert at(own, "approve/") not in shown
    assert desk.post(at(own, "approve/"), {"valid_until": ""}).status_code == 409
    own.refresh_from_db()
    assert own.status == VerificationStatus.PENDING


def test_the_admins_first_page_counts_what_waits_but_for_ones_own(desk, moderator, case):
    hand_in(moderator, number=NUMBER)
    assert todo_of(moderator).number == 1
    assert todo_of(make_moderator()).number == 2
    assert todo_of(make_finance()) is None
    assert LIST in desk.get(reverse("wagtailadmin_home")).content.decode()


def todo_of(staff):
    found = [todo for todo in todo_selectors.todos_of(staff) if todo.url_name == "accounts_verifications"]
    return found[0] if found else None


def test_a_case_whose_papers_were_deleted_still_opens(desk, case):
    VerificationPaper.objects.all().delete()
    assert desk.get(at(case, "?papers")).status_code == 200
