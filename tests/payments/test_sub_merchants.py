"""A seller's number at an institution: asked for by one, agreed to by another, used a day later, and the seller knows."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.core import clock, staff_log
from marketplace.moderation.models import AdminLog
from marketplace.notifications.models import Notification
from marketplace.payments import selectors, tasks
from marketplace.payments.errors import CustodyError, CustodyErrorCode
from marketplace.payments.models import SubMerchant, SubMerchantStatus
from marketplace.payments.services import sub_merchants
from tests.factories import make_finance, make_moderator, make_seller, make_sub_merchant, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db

OLD, NEW = "1900000001", "1900000002"


def in_use(person, gateway_code="wechatpay"):
    return selectors.active_sub_merchant_id(user_id=person.pk, gateway_code=gateway_code)


def ask(person, number, *, staff=None, gateway_code="wechatpay"):
    return sub_merchants.ask_sub_merchant(
        staff=staff or make_finance(), user=person, gateway_code=gateway_code, sub_merchant_id=number
    )


def approve(row, staff=None):
    return sub_merchants.approve_sub_merchant(sub_merchant_id=row.pk, staff=staff or make_finance())


def refuse(row, staff=None):
    return sub_merchants.refuse_sub_merchant(
        sub_merchant_id=row.pk, staff=staff or make_finance(), reason="服务商不知情"
    )


def refusal(action, *args, **kwargs):
    with pytest.raises(CustodyError) as caught:
        action(*args, **kwargs)
    return caught.value.code


def in_hours(hours):
    return clock.moved_to(timezone.now() + timedelta(hours=hours))


@pytest.fixture
def known(seller):
    """A seller with a number in use; what was told and logged about it is forgotten."""
    make_sub_merchant(user=seller, gateway_code="wechatpay", number=OLD)
    Notification.objects.all().delete()
    return seller


def test_the_first_number_needs_a_second_person_and_no_day(seller):
    asked = ask(seller, OLD)
    assert in_use(seller) == ""
    assert refusal(approve, asked, asked.asker) == CustodyErrorCode.NOT_THE_SAME_PERSON
    assert in_use(seller) == ""
    assert approve(asked).status == SubMerchantStatus.ACTIVE
    assert in_use(seller) == OLD
    assert in_use(seller, "alipay") == ""


def test_another_number_is_used_after_a_second_person_and_a_day_and_the_old_one_until_then(known):
    asked = ask(known, NEW)
    approve(asked)
    tasks.use_new_sub_merchants()
    assert in_use(known) == OLD
    with in_hours(23):
        assert tasks.use_new_sub_merchants() == 0
    assert in_use(known) == OLD
    with in_hours(25):
        assert tasks.use_new_sub_merchants() == 1
        assert tasks.use_new_sub_merchants() == 0
    assert in_use(known) == NEW
    old = SubMerchant.objects.get(sub_merchant_id=OLD)
    assert (old.status, old.retired_at is not None) == (SubMerchantStatus.RETIRED, True)


def test_a_day_alone_is_not_enough(known):
    asked = ask(known, NEW)
    with in_hours(100):
        assert tasks.use_new_sub_merchants() == 0
        assert sub_merchants.use_sub_merchant(sub_merchant_id=asked.pk) is False
        assert in_use(known) == OLD
        approve(asked)  # the day has passed already
    assert in_use(known) == NEW


def test_a_number_that_was_agreed_to_can_still_be_stopped_before_its_day(known):
    asked = ask(known, NEW)
    approve(asked)
    refuse(asked)
    with in_hours(25):
        assert tasks.use_new_sub_merchants() == 0
        assert sub_merchants.use_sub_merchant(sub_merchant_id=asked.pk) is False  # a job that had read it before
    assert in_use(known) == OLD
    assert refusal(approve, asked) == CustodyErrorCode.NOT_WAITING
    assert SubMerchant.objects.get(pk=asked.pk).note == "服务商不知情"


def test_the_seller_is_told_at_once_until_when_it_can_be_stopped_and_how(known):
    asked = ask(known, NEW)
    told = Notification.objects.get(recipient=known)
    moment = timezone.localtime(asked.usable_from).strftime("%Y-%m-%d %H:%M")
    assert "微信支付" in told.title
    assert all(part in told.body for part in ("****0002", moment, "联系我们"))
    assert NEW not in told.body
    refuse(asked)
    assert "****0002" in Notification.objects.filter(recipient=known).first().body
    assert Notification.objects.filter(recipient=known).count() == 2


def test_the_seller_hears_of_the_change_itself_too(known):
    asked = ask(known, NEW)
    approve(asked)
    with in_hours(25):
        tasks.use_new_sub_merchants()
    assert [told.title for told in Notification.objects.filter(recipient=known)] == [
        "你在微信支付的收款账户已变更",
        "你在微信支付的收款账户将要变更",
    ]


def told(person):
    return [(row.title, row.body.count("****0001")) for row in Notification.objects.filter(recipient=person)]


def test_the_seller_hears_that_the_first_number_is_in_use(seller):
    approve(ask(seller, OLD))
    assert told(seller) == [("买家可以用微信支付付款给你了", 1)]


def test_the_seller_hears_that_an_account_is_closed(known):
    row = SubMerchant.objects.get(sub_merchant_id=OLD)
    sub_merchants.close_sub_merchant(sub_merchant_id=row.pk, staff=make_finance(), reason="服务商已注销")
    assert told(known) == [("你在微信支付的收款账户已停用", 1)]


def test_each_step_stands_in_the_staff_log_with_who_did_it(known):
    begun = AdminLog.objects.first().pk
    asked = ask(known, NEW)
    second = make_finance()
    approve(asked, second)
    refuse(asked, second)
    entries = AdminLog.objects.filter(pk__gt=begun, is_reading=False).order_by("pk")
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("sub_merchant.asked", asked.asker),
        ("sub_merchant.approved", second),
        ("sub_merchant.refused", second),
    ]
    assert {(entry.data["seller"], entry.data["number"]) for entry in entries} == {(known.pk, NEW)}


def test_what_nobody_would_log_does_not_happen(known, monkeypatch):
    monkeypatch.setattr(staff_log, "_writers", [])
    with pytest.raises(RuntimeError, match="staff log"), transaction.atomic():
        ask(known, NEW)
    assert not SubMerchant.objects.filter(sub_merchant_id=NEW).exists()


def test_one_number_waits_at_a_time(known):
    first = ask(known, NEW)
    assert refusal(ask, known, "1900000003") == CustodyErrorCode.ANOTHER_WAITS
    approve(first)
    assert refusal(ask, known, "1900000003") == CustodyErrorCode.ANOTHER_WAITS
    refuse(first)
    assert ask(known, NEW).pk != first.pk


@pytest.mark.parametrize("number", ["", "19 00", "1900;DROP", "1" * 33, "１９００"])
def test_what_is_no_number_is_refused(known, number):
    assert refusal(ask, known, number) == CustodyErrorCode.NUMBER_INVALID
    assert SubMerchant.objects.count() == 1


def test_a_number_is_one_sellers_also_after_it_was_used(known):
    other = make_seller()
    assert refusal(ask, known, OLD) == CustodyErrorCode.NUMBER_IN_USE
    assert refusal(ask, other, OLD) == CustodyErrorCode.NUMBER_TAKEN
    approve(ask(known, NEW))
    with in_hours(25):
        tasks.use_new_sub_merchants()
    assert refusal(ask, other, OLD) == CustodyErrorCode.NUMBER_TAKEN
    back = ask(known, OLD)  # the seller's own old one may come back, like any other
    assert back.usable_from > timezone.now() + timedelta(hours=23)


def test_a_closed_account_takes_no_more_payments_and_its_successor_is_no_first_number(known):
    row = SubMerchant.objects.get()
    sub_merchants.close_sub_merchant(sub_merchant_id=row.pk, staff=make_finance(), reason="商户已注销")
    assert in_use(known) == ""
    approve(ask(known, NEW))
    assert in_use(known) == ""
    with in_hours(25):
        tasks.use_new_sub_merchants()
    assert in_use(known) == NEW


def test_nobody_decides_about_their_own_number():
    finance = make_finance()
    assert refusal(ask, finance, OLD, staff=finance) == CustodyErrorCode.NOT_THE_SAME_PERSON
    asked = ask(finance, OLD)
    assert refusal(approve, asked, finance) == CustodyErrorCode.NOT_THE_SAME_PERSON
    assert in_use(finance) == ""


@pytest.mark.parametrize("make_stranger", [make_moderator, make_user, lambda: make_user(is_staff=True)])
def test_others_than_finance_change_nothing(known, make_stranger):
    asked, stranger = ask(known, NEW), make_stranger()
    row = SubMerchant.objects.get(sub_merchant_id=OLD)
    for action in (
        lambda: ask(make_seller(), "1900000009", staff=stranger),
        lambda: approve(asked, stranger),
        lambda: refuse(asked, stranger),
        lambda: sub_merchants.close_sub_merchant(sub_merchant_id=row.pk, staff=stranger, reason="x"),
    ):
        with pytest.raises(PermissionDenied):
            action()
    states = dict(SubMerchant.objects.values_list("sub_merchant_id", "status"))
    assert states == {OLD: SubMerchantStatus.ACTIVE, NEW: SubMerchantStatus.ASKED}


def test_the_database_keeps_one_in_use_and_two_people(known):
    asked = ask(known, NEW)
    rows = SubMerchant.objects.filter(pk=asked.pk)
    for name, changes in (
        ("one_in_use", {"status": SubMerchantStatus.ACTIVE, "approver": make_finance()}),
        ("two_people", {"approver": asked.asker}),
        ("agreed_to", {"status": SubMerchantStatus.APPROVED}),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rows.update(**changes)
    assert in_use(known) == OLD


# The pages


def test_two_people_of_finance_do_it_in_the_admin(known, client):
    first, second = make_finance(), make_finance()
    log_in(first, client=client)
    page = client.get("/admin/sub-merchants/", {"q": known.display_name}).content.decode()
    assert f"/admin/sub-merchants/new/{known.pk}/" in page
    assert OLD in client.get(f"/admin/sub-merchants/new/{known.pk}/").content.decode()
    client.post(f"/admin/sub-merchants/new/{known.pk}/", {"gateway": "wechatpay", "number": NEW})
    asked = SubMerchant.objects.get(sub_merchant_id=NEW)
    approving = f"/admin/sub-merchants/{asked.pk}/approve/"
    assert approving not in client.get("/admin/sub-merchants/").content.decode()
    client.post(approving)
    asked.refresh_from_db()
    assert asked.status == SubMerchantStatus.ASKED
    log_in(second, client=client)
    assert approving in client.get("/admin/sub-merchants/").content.decode()
    client.post(approving)
    asked.refresh_from_db()
    assert (asked.status, asked.approver) == (SubMerchantStatus.APPROVED, second)
    client.post(f"/admin/sub-merchants/{asked.pk}/refuse/", {"reason": ""})
    asked.refresh_from_db()
    assert asked.status == SubMerchantStatus.APPROVED
    client.post(f"/admin/sub-merchants/{asked.pk}/refuse/", {"reason": "服务商不知情"})
    asked.refresh_from_db()
    assert asked.status == SubMerchantStatus.REFUSED
    old = SubMerchant.objects.get(sub_merchant_id=OLD)
    client.post(f"/admin/sub-merchants/{old.pk}/close/", {"reason": "已注销"})
    assert in_use(known) == ""


def test_a_search_lists_sellers_and_nobody_else(known, client):
    buyer = make_user(name=f"{known.display_name}的朋友")
    log_in(make_finance(), client=client)
    page = client.get("/admin/sub-merchants/", {"q": known.display_name}).content.decode()
    assert f"/new/{known.pk}/" in page
    assert f"/new/{buyer.pk}/" not in page
    assert "/new/" not in client.get("/admin/sub-merchants/").content.decode()
    assert client.get(f"/admin/sub-merchants/new/{buyer.pk}/").status_code == 404


def test_a_number_is_found_by_itself(known, client):
    log_in(make_finance(), client=client)
    assert OLD in client.get("/admin/sub-merchants/", {"q": OLD}).content.decode()
    page = client.get("/admin/sub-merchants/", {"q": "1900000099"}).content.decode()
    assert OLD not in page


def test_the_pages_are_finances_own(known, client):
    asked = ask(known, NEW)
    log_in(make_moderator(), client=client)
    base = "/admin/sub-merchants/"
    for path in (base, f"{base}new/{known.pk}/"):
        assert client.get(path).status_code == 302
    for path in (f"new/{known.pk}/", f"{asked.pk}/approve/", f"{asked.pk}/refuse/", f"{asked.pk}/close/"):
        assert client.post(base + path, {"gateway": "wechatpay", "number": "1", "reason": "x"}).status_code == 302
    assert dict(SubMerchant.objects.values_list("sub_merchant_id", "status")) == {OLD: "active", NEW: "asked"}


@pytest.mark.parametrize("path", ["add/", "new/", "edit/{pk}/", "delete/{pk}/", "{pk}/"])
def test_no_page_goes_round_the_two_people(known, client, path):
    row = SubMerchant.objects.get()
    log_in(make_user(is_staff=True, is_superuser=True), client=client)
    response = client.post(f"/admin/sub-merchants/{path.format(pk=row.pk)}", {"sub_merchant_id": NEW})
    assert response.status_code == 404
    assert in_use(known) == OLD


@pytest.mark.parametrize(
    ("gateway", "number", "is_plausible"),
    [
        ("alipay", "2088123456789012", True),
        ("alipay", "12", False),
        ("alipay", "1088123456789012", False),
        ("wechatpay", "1900000002", True),
        ("wechatpay", "2088123456789012", False),
        ("wechatpay", "190000000a", False),
    ],
)
def test_a_number_that_the_institution_cannot_have_given_is_not_taken(known, client, gateway, number, is_plausible):
    log_in(make_finance(), client=client)
    page = client.post(f"/admin/sub-merchants/new/{known.pk}/", {"gateway": gateway, "number": number})
    assert page.status_code == (302 if is_plausible else 200)
    assert SubMerchant.objects.filter(sub_merchant_id=number).exists() == is_plausible
