"""Coupons in Wagtail's admin: who makes them, in yuan, with a line in the staff log; and nobody removes one."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.moderation.models import AdminLog
from marketplace.orders import locks
from marketplace.orders.models import Coupon
from tests.factories import make_coupon, make_finance, make_order, make_user, staff_group
from tests.logins import log_in

pytestmark = pytest.mark.django_db
LIST = "/admin/snippets/orders/coupon/"


def marketer():
    user = make_user()
    user.groups.add(staff_group("marketer"))
    return user


def terms(**more):
    now = timezone.localtime()
    return {
        "code": "spring 5",
        "name": "春天五元券",
        "name_en": "Spring",
        "amount_fen": "5.50",
        "percent": "",
        "cap_fen": "",
        "minimum_fen": "",
        "starts_at": f"{now:%Y-%m-%d %H:%M}",
        "ends_at": f"{now + timedelta(days=9):%Y-%m-%d %H:%M}",
        "most_uses": "10",
        "most_uses_per_person": "1",
        "budget_fen": "100",
        "is_active": "on",
    } | more


def test_a_marketer_makes_one_in_yuan_and_the_log_says_so():
    user = marketer()
    client = log_in(user)
    assert client.get(f"{LIST}add/").status_code == 200
    answer = client.post(f"{LIST}add/", terms())
    assert answer.status_code == 302, answer.context["form"].errors
    coupon = Coupon.objects.get()
    assert (coupon.code, coupon.amount_fen, coupon.minimum_fen, coupon.budget_fen) == ("SPRING5", 550, 0, 10_000)
    line = AdminLog.objects.get(action="coupon.change")
    assert (line.actor, line.data["code"], line.data["amount_fen"]) == (user, "SPRING5", 550)


def test_a_change_leaves_what_is_in_use_alone_and_the_code_too():
    coupon = make_coupon(code="OLD")
    client = log_in(marketer())
    page = f"{LIST}edit/{coupon.pk}/"
    assert 'value="5.00"' in client.get(page).content.decode()
    make_order(coupon_code="OLD")
    answer = client.post(page, terms(code="NEU", most_uses="7"))
    assert answer.status_code == 302, answer.context["form"].errors
    coupon.refresh_from_db()
    assert (coupon.code, coupon.most_uses, coupon.uses, coupon.spent_fen) == ("OLD", 7, 1, 500)
    refused = client.post(page, terms(most_uses="0"))
    assert refused.status_code == 200
    assert "most_uses" in refused.context["form"].errors
    listed = client.get(LIST).content.decode()
    assert "1 / 7" in listed
    assert "¥5 / ¥100" in listed


@pytest.mark.parametrize("is_refused", [True, False])
def test_a_use_between_the_page_and_its_saving_is_neither_lost_nor_undercut(monkeypatch, is_refused):
    coupon = make_coupon(code="OLD")
    client, lock = log_in(marketer()), locks.lock_coupon

    def used_meanwhile(coupon_id):
        monkeypatch.setattr(locks, "lock_coupon", lock)
        make_order(coupon_code="OLD")
        return lock(coupon_id)

    monkeypatch.setattr(locks, "lock_coupon", used_meanwhile)
    answer = client.post(f"{LIST}edit/{coupon.pk}/", terms(budget_fen="1" if is_refused else "50"))
    coupon.refresh_from_db()
    assert (coupon.uses, coupon.spent_fen) == (1, 500)
    if is_refused:
        assert answer.status_code == 200
        assert "budget_fen" in answer.context["form"].errors
        assert coupon.budget_fen == 100_000
    else:
        assert answer.status_code == 302
        assert coupon.budget_fen == 5_000


def test_a_large_budget_is_switched_on_by_finance():
    client, large = log_in(marketer()), terms(budget_fen="5000.01", minimum_fen="0")
    refused = client.post(f"{LIST}add/", large)
    assert "is_active" in refused.context["form"].errors
    assert not Coupon.objects.exists()
    assert client.post(f"{LIST}add/", large | {"is_active": ""}).status_code == 302
    coupon = Coupon.objects.get()
    page = f"{LIST}edit/{coupon.pk}/"
    assert not coupon.is_active
    assert client.post(page, large).status_code == 200
    assert not Coupon.objects.get().is_active
    finance = log_in(make_finance(), second_factor=True)
    assert finance.post(page, large).status_code == 302
    assert Coupon.objects.get().is_active
    # A name is the marketer's business; more money is not.
    answer = client.post(page, large | {"name": "换个名字"})
    assert answer.status_code == 302, (answer.context["form"].errors, answer.context["form"].changed_data)
    assert client.post(page, large | {"budget_fen": "9000"}).status_code == 200
    assert Coupon.objects.get().budget_fen == 500_001


def test_finance_sees_every_use_in_yuan_and_makes_none():
    coupon = make_coupon(code="OLD")
    order = make_order(coupon_code="OLD")
    finance = log_in(make_finance(), second_factor=True)
    text = finance.get("/admin/snippets/orders/couponuse/").content.decode()
    assert order.number in text
    assert "¥5" in text
    assert finance.get("/admin/snippets/orders/couponuse/add/").status_code in (302, 403, 404)
    use = coupon.taken.get()
    for act in ("edit", "delete"):
        assert finance.post(f"/admin/snippets/orders/couponuse/{act}/{use.pk}/").status_code in (302, 403, 404)
    assert coupon.taken.get() == use
    panel = finance.get(f"{LIST}edit/{coupon.pk}/").content.decode()
    assert "¥5<" in panel.replace("\n", "").replace(" ", "")
    assert log_in(marketer()).get("/admin/snippets/orders/couponuse/").status_code in (302, 403)


def test_the_list_says_until_when_one_runs_whether_it_is_in_use_and_what_it_takes_off_in_words():
    ends_at = timezone.now() + timedelta(days=9)
    make_coupon(code="RUNS", amount_fen=None, percent=10, cap_fen=5_000, ends_at=ends_at)
    make_coupon(code="RESTS", is_active=False, ends_at=ends_at)
    page = log_in(marketer()).get(LIST).content.decode()
    table = re.search(r"<tbody>(?:(?!</tbody>).)*RUNS.*?</tbody>", page, re.DOTALL)[0]
    assert table.count(f"{timezone.localtime(ends_at):%Y-%m-%d %H:%M}") == 2
    assert "刚刚" not in table
    assert "True" not in table
    assert "False" not in table
    assert "减价款的10%，最多¥50，以平台服务费为限" in table


def test_nobody_removes_one():
    coupon = make_coupon()
    for user in (marketer(), make_user(is_superuser=True, is_staff=True)):
        client = log_in(user, second_factor=True)
        answer = client.post(reverse("wagtailsnippets_orders_coupon:delete", args=[coupon.pk]))
        assert answer.status_code in (302, 403)
        assert Coupon.objects.filter(pk=coupon.pk).exists()
