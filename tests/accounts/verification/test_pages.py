"""The person's pages: four facts, two forms. A session alone is not enough to hand in papers."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from marketplace.accounts import selectors, services
from marketplace.accounts.models import ConsentRecord, RejectionReason, UserVerification, VerificationKind
from marketplace.accounts.services import record_verification
from tests.accounts.verification.conftest import (
    NUMBER,
    approve,
    credit_code,
    hand_in,
    number_born,
    picture,
    stored_files,
)
from tests.factories import make_seller, make_verified_seller
from tests.logins import log_in

pytestmark = pytest.mark.django_db
OVERVIEW, REAL_NAME, COMPANY = (
    "/settings/verification/",
    "/settings/verification/real-name/",
    "/settings/verification/company/",
)


def typed(**changes):
    form = {"name": "林青山", "number": NUMBER, "is_long_term": "on", "consent": "on"}
    return form | {"front": picture(), "back": picture()} | changes


def typed_company(**changes):
    form = {"company_name": "杭州青禾品牌设计有限公司", "code": credit_code(), "representative": "林青山"}
    return form | {"is_long_term": "on", "consent": "on", "authority": "on", "licence": picture()} | changes


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return response.content.decode()


def test_whoever_is_not_logged_in_is_sent_to_the_log_in():
    for path in (OVERVIEW, REAL_NAME, COMPANY):
        assert Client().get(path)["Location"].startswith("/accounts/login/")
        assert Client().post(path)["Location"].startswith("/accounts/login/") or path == OVERVIEW


def test_an_old_log_in_is_asked_for_the_password_before_anything_is_typed(seller):
    browser = log_in(seller, minutes_ago=6)
    assert browser.get(REAL_NAME)["Location"].startswith("/accounts/reauthenticate/")
    answer = browser.post(REAL_NAME, typed())
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert NUMBER not in str(dict(browser.session))
    assert not UserVerification.objects.exists()
    assert stored_files() == set()


def test_the_page_names_four_facts_and_what_each_is_for(seller):
    record_verification(user=seller, kind=VerificationKind.PHONE)
    shown = page(log_in(seller), OVERVIEW)
    states = re.findall(r'class="fact" id="(\w+)".*?class="tag[^"]*">.*?</svg>\s*([^<]+)</span>', shown, re.DOTALL)
    assert [name for name, _state in states] == ["phone", "email", "real_name", "company"]
    assert [state.strip() for _name, state in states] == ["已认证", "未认证", "未认证", "未认证"]
    assert REAL_NAME in shown
    assert COMPANY not in shown  # the real name comes first


def test_a_person_hands_in_and_reads_that_it_waits(seller):
    browser = log_in(seller)
    assert browser.post(REAL_NAME, typed(number=NUMBER[:6] + " " + NUMBER[6:]))["Location"] == OVERVIEW
    shown = page(browser, OVERVIEW)
    assert f"3301**********{NUMBER[-4:]}" in shown
    assert NUMBER not in shown
    assert REAL_NAME not in shown
    assert browser.get(REAL_NAME)["Location"] == OVERVIEW


def test_consent_is_never_ticked_beforehand_and_without_it_nothing_is_kept(seller):
    browser = log_in(seller)
    box = re.search(r'<input[^>]*name="consent"[^>]*>', page(browser, REAL_NAME))
    assert box
    assert "checked" not in box[0]
    form = typed()
    del form["consent"]
    assert "没有你的单独同意" in browser.post(REAL_NAME, form).content.decode()
    assert not UserVerification.objects.exists()
    assert not ConsentRecord.objects.exists()
    assert stored_files() == set()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"number": NUMBER[:-1]}, "身份证号码应为18位，现在是17位"),
        ({"number": NUMBER[:-1] + "9"}, "末位校验码对不上"),
        ({"number": number_born(date(2012, 1, 1))}, "满18周岁"),
        ({"is_long_term": ""}, "请填写截止日期，或勾选"),
        ({"valid_until": "2099-01-01"}, "只能选一项"),
        ({"is_long_term": "", "valid_until": "2020-01-01"}, "证件已过有效期"),
        ({"name": "林"}, "请填写完整的名称"),
        ({"front": picture(form="BMP", name="front.bmp")}, "front.bmp"),
        ({"back": picture(size=(300, 200))}, "300"),
        ({"back": ""}, "必填"),
    ],
)
def test_each_fault_stands_below_its_field_and_nothing_is_kept(changes, sentence, seller):
    answer = log_in(seller).post(REAL_NAME, typed(**changes))
    assert answer.status_code == 200
    errors = re.findall(r'class="field__error".*?</div></div>', answer.content.decode(), re.DOTALL)
    assert len(errors) == 1, errors
    assert sentence in errors[0]
    assert not UserVerification.objects.exists()
    assert stored_files() == set()


def test_a_number_that_is_in_use_leads_back_with_a_sentence(seller, moderator):
    approve(hand_in(make_seller(proved=False)), moderator)
    answer = log_in(seller).post(REAL_NAME, typed(), HTTP_REFERER=f"http://testserver{REAL_NAME}", follow=True)
    assert "已在另一个账号完成认证" in answer.content.decode()
    assert not UserVerification.objects.filter(user=seller).exists()


def test_nobody_tries_out_numbers_until_one_is_said_to_be_in_use(seller, moderator):
    approve(hand_in(make_seller(proved=False)), moderator)
    browser = log_in(seller)
    answers = [browser.post(REAL_NAME, typed()).status_code for _try in range(11)]
    assert answers == [409] * 10 + [429]
    assert not UserVerification.objects.filter(user=seller).exists()


def test_a_rejected_person_reads_the_reason_and_hands_in_again(seller, moderator):
    services.reject_verification(
        verification_id=hand_in(seller).pk,
        moderator=moderator,
        reason_code=RejectionReason.UNREADABLE,
        words="人像面反光。",
    )
    browser = log_in(seller)
    shown = page(browser, OVERVIEW)
    assert "看不清" in shown
    assert "人像面反光。" in shown
    assert REAL_NAME in shown
    assert browser.post(REAL_NAME, typed())["Location"] == OVERVIEW
    assert selectors.pending_case(seller, VerificationKind.REAL_NAME)


def test_papers_that_expire_soon_can_be_renewed_while_they_count(seller, moderator, today):
    approve(hand_in(seller, valid_until=today + timedelta(days=10)), moderator)
    browser = log_in(seller)
    assert REAL_NAME in page(browser, OVERVIEW)
    browser.post(REAL_NAME, typed())
    shown = page(browser, OVERVIEW)
    assert "已认证" in shown
    assert "已收到" in shown


def test_a_verified_person_hands_in_a_company(settings):
    seller = make_verified_seller()
    browser = log_in(seller)
    assert COMPANY in page(browser, OVERVIEW)
    assert browser.post(COMPANY, typed_company())["Location"] == OVERVIEW
    case = selectors.pending_case(seller, VerificationKind.COMPANY)
    assert case.company_name == "杭州青禾品牌设计有限公司"
    assert [paper.kind for paper in case.papers.all()] == ["licence"]
    assert "杭州青禾品牌设计有限公司" in page(browser, OVERVIEW)


@pytest.mark.parametrize("missing", ["authority", "consent", "licence", "code"])
def test_a_company_needs_each_of_them(missing):
    seller = make_verified_seller()
    form = typed_company()
    del form[missing]
    assert log_in(seller).post(COMPANY, form).status_code == 200
    assert not selectors.pending_case(seller, VerificationKind.COMPANY)
    assert stored_files() == set()


def test_who_is_not_verified_is_led_from_the_companys_form_to_the_overview(seller):
    browser = log_in(seller)
    assert browser.get(COMPANY)["Location"] == OVERVIEW
    assert browser.post(COMPANY, typed_company())["Location"] == OVERVIEW
    assert not UserVerification.objects.exists()


def test_nobody_sees_anything_of_another_persons_papers(seller):
    hand_in(make_seller(proved=False))
    shown = page(log_in(seller), OVERVIEW)
    assert "****" not in shown
    assert "未认证" in shown


def test_all_four_facts_are_one_query(seller, moderator, today, django_assert_num_queries):
    approve(hand_in(seller, valid_until=today), moderator)
    selectors.verification_overview(seller)  # the platform's settings are in the cache now
    with django_assert_num_queries(1):
        facts = selectors.verification_overview(seller)
    assert [(fact.kind, fact.is_verified) for fact in facts] == [
        ("phone", False),
        ("email", False),
        ("real_name", True),
        ("company", False),
    ]
    assert [fact.can_submit for fact in facts] == [False, False, True, True]


def test_a_person_takes_back_their_own_papers_and_nobody_elses(seller):
    hand_in(seller)
    other = make_seller(proved=False)
    hand_in(other)
    address = f"{OVERVIEW}real_name/withdraw/"
    browser = log_in(seller, minutes_ago=60)
    assert address in page(browser, OVERVIEW)
    assert browser.get(address).status_code == 405
    assert browser.post(f"{OVERVIEW}phone/withdraw/").status_code == 404
    assert Client().post(address)["Location"].startswith("/accounts/login/")
    assert UserVerification.objects.filter(status="pending").count() == 2
    assert browser.post(address)["Location"] == OVERVIEW
    assert UserVerification.objects.get(status="pending").user == other
    assert "未认证" in page(browser, OVERVIEW)
    assert "****" not in page(browser, OVERVIEW)
