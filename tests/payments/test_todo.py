"""Finance's first page: what waits for a decision, by permission, each with its number, sum, age and desk."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.payments import services, todo_selectors
from marketplace.payments.models import Payout, PayoutDestination, PayoutDestinationKind
from marketplace.payments.services import own_money, sub_merchants
from tests.factories import make_finance, make_moderator, make_user, make_verified_seller
from tests.logins import log_in
from tests.payments.conftest import earn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]


def ask_for(gross_fen):
    """A withdrawal of somebody new."""
    seller = make_verified_seller()
    earn(seller, amount_fen=900_000)
    services.set_destination(user=seller, kind=PayoutDestinationKind.ALIPAY, account="lin@example.com")
    PayoutDestination.objects.update(usable_from=timezone.now())
    destination = PayoutDestination.objects.get(user=seller)
    return services.request_payout(user=seller, destination_id=destination.pk, gross_fen=gross_fen, request_key=uuid4())


def todo(staff, url_name):
    return next(each for each in todo_selectors.todos_of(staff) if each.url_name == url_name)


def test_what_waits_for_approval_is_counted_and_added_up(silent_alipay):
    ask_for(600_000), ask_for(700_000), ask_for(10_000)  # the last one needs nobody
    found = todo(make_finance(), "payments_payouts")
    assert (found.number, found.amount_fen, found.is_overdue) == (2, 1_300_000, False)
    Payout.objects.filter(gross_fen=600_000).update(created_at=timezone.now() - timedelta(hours=25))
    assert todo(make_finance(), "payments_payouts").is_overdue


def test_who_approved_a_withdrawal_has_nothing_left_to_do_about_it(silent_alipay):
    payout = ask_for(600_000)
    first, second = make_finance(), make_finance()
    services.approve_payout(payout_id=payout.pk, staff=first)
    assert todo(first, "payments_payouts").number == 0
    assert todo(second, "payments_payouts").number == 1


def test_nobody_is_told_to_decide_about_their_own_withdrawal(silent_alipay):
    own = ask_for(600_000).user
    own.groups.set(make_finance().groups.all())
    assert todo(User.objects.get(pk=own.pk), "payments_payouts").number == 0
    assert todo(make_finance(), "payments_payouts").number == 1


def test_a_number_waits_neither_for_who_wrote_it_down_nor_for_its_seller():
    asker, seller = make_finance(), make_finance()
    sub_merchants.ask_sub_merchant(staff=asker, user=seller, gateway_code="wechatpay", sub_merchant_id="1900000077")
    counted = [todo(staff, "payments_sub_merchants").number for staff in (asker, seller, make_finance())]
    assert counted == [0, 0, 1]


def test_a_movement_of_our_own_money_waits_for_somebody_else_than_its_asker(silent_alipay):
    earn(make_verified_seller(), amount_fen=900_000)
    asker = make_finance()
    own_money.ask_withdrawal(staff=asker, gateway_code="alipay", amount_fen=10_000, bank_reference="BANK1")
    waiting = [
        next(each for each in todo_selectors.todos_of(staff) if each.icon == "key") for staff in (asker, make_finance())
    ]
    assert [(found.number, found.amount_fen) for found in waiting] == [(0, None), (1, 10_000)]


def test_a_refund_that_a_gateway_refused_waits_for_a_person_and_one_under_way_does_not(silent_alipay):
    seller = make_verified_seller()
    earn(seller, amount_fen=900_000)
    refund = orders.refund_part(order_id=Order.objects.get().pk, actor=make_finance(), amount_fen=50_000, reason="协商")
    assert todo(make_finance(), "orders_refunds").number == 0
    orders.hand_refund_to_a_person(refund_id=refund.pk, problem="NOT_ENOUGH")
    found = todo(make_finance(), "orders_refunds")
    assert (found.number, found.amount_fen) == (1, 50_000)


def test_the_first_page_names_each_kind_and_leads_to_its_desk(silent_alipay, client):
    ask_for(600_000)
    log_in(make_finance(), client=client)
    text = client.get("/admin/").content.decode()
    panel = re.search(r'<section class="panel todos".*?</section>', text, re.DOTALL)[0]
    assert "¥6,000.00" in panel
    for name in ("payouts", "bills", "own_money", "settlements", "invoices"):
        assert f'href="{reverse(f"payments_{name}")}"' in panel
    assert f'href="{reverse("orders_refunds")}"' in panel


def test_everybody_sees_only_what_they_may_look_after(client):
    assert todo_selectors.todos_of(make_user(is_staff=True)) == []
    moderator = make_moderator()
    assert [found.url_name for found in todo_selectors.todos_of(moderator)] == [
        "gigs_reviews",
        "accounts_verifications",
        "orders_disputes",
        "moderation_flags",
        "moderation_reports",
        "moderation_reviews",
        "moderation_appeals",
        "moderation_decision_appeals",
        "moderation_opinions",
        "moderation_checks",
    ]
    log_in(moderator, client=client)
    assert reverse("payments_payouts") not in client.get("/admin/").content.decode()
    clerk = make_user(is_staff=True)
    clerk.user_permissions.add(
        Permission.objects.get(codename="access_admin"), Permission.objects.get(codename="view_invoice")
    )
    log_in(clerk, client=client)
    text = client.get("/admin/").content.decode()
    assert 'id="todo-panel"' in text
    assert reverse("payments_invoices") in text
    assert reverse("payments_payouts") not in text


def test_many_things_waiting_need_no_more_queries_than_one(silent_alipay):
    staff = make_finance()
    todo_selectors.todos_of(staff)  # permissions are read once

    def queries():
        with CaptureQueriesContext(connection) as found:
            todo_selectors.todos_of(staff)
        return len(found)

    ask_for(600_000)
    few = queries()
    ask_for(700_000), ask_for(800_000)
    assert queries() == few == len(todo_selectors.todos_of(staff))


def test_who_may_see_no_page_is_offered_no_search_for_pages(client):
    log_in(make_finance(), client=client)
    assert 'role="search"' not in client.get("/admin/").content.decode()
    log_in(make_user(is_staff=True, is_superuser=True), client=client)
    assert 'role="search"' in client.get("/admin/").content.decode()
