"""Coupons in Wagtail's admin: who makes them, in yuan, with a line in the staff log; and nobody removes one."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.moderation.models import AdminLog
from marketplace.moderation.roles import ensure_roles
from marketplace.orders.models import Coupon
from tests.factories import make_coupon, make_order, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
LIST = "/admin/snippets/orders/coupon/"


def marketer():
    user = make_user()
    user.groups.add(ensure_roles()["marketer"])
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
    assert "减价款的10%，最多¥50" in table


def test_nobody_removes_one():
    coupon = make_coupon()
    for user in (marketer(), make_user(is_superuser=True, is_staff=True)):
        client = log_in(user, second_factor=True)
        answer = client.post(reverse("wagtailsnippets_orders_coupon:delete", args=[coupon.pk]))
        assert answer.status_code in (302, 403)
        assert Coupon.objects.filter(pk=coupon.pk).exists()
