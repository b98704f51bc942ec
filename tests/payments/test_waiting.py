"""What has waited for longer than a day stands on finance's page and on the admin's first page; so does a late audit."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from marketplace.core import clock
from marketplace.ledger import escrow_proof, seals
from marketplace.orders import services as orders
from marketplace.orders.models import DeadlineKind, Order, Refund
from marketplace.orders.services import clocks
from marketplace.orders.tasks import run_due_deadlines
from marketplace.payments import services, waiting_selectors
from marketplace.payments.models import AuditRun, Payout, PayoutDestination, PayoutDestinationKind
from tests.factories import make_finance, make_moderator, make_order, make_verified_seller
from tests.logins import log_in
from tests.payments.conftest import earn, pay_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]

HOUR = timedelta(hours=1)


@pytest.fixture
def due(silent_alipay):
    """A withdrawal whose transfer is unknown, and a refund nobody has carried out; made just now."""
    seller = make_verified_seller()
    earn(seller, amount_fen=900_000)
    services.set_destination(user=seller, kind=PayoutDestinationKind.ALIPAY, account="lin@example.com")
    PayoutDestination.objects.update(usable_from=timezone.now())
    payout = services.request_payout(
        user=seller, destination_id=PayoutDestination.objects.get().pk, gross_fen=100_000, request_key=uuid4()
    )
    services.send_payout(payout=payout)
    refund = orders.refund_part(order_id=Order.objects.get().pk, actor=make_finance(), amount_fen=50_000, reason="协商")
    return payout, refund


def age(model, hours):
    model.objects.update(created_at=timezone.now() - hours * HOUR)


def test_what_waits_for_less_than_a_day_is_nobodys_business(due):
    age(Payout, 23)
    age(Refund, 23)
    assert waiting_selectors.waiting_too_long() == []
    assert waiting_selectors.number_waiting() == 0


def test_what_waits_for_longer_is_listed_the_oldest_first(due):
    payout, refund = due
    age(Payout, 25)
    age(Refund, 26)
    found = waiting_selectors.waiting_too_long()
    assert [waiting.number for waiting in found] == [refund.reference, payout.reference]
    assert [waiting.amount_fen for waiting in found] == [50_000, 100_000]
    assert found[1].attempts == 1
    assert waiting_selectors.number_waiting() == 2


def test_what_is_done_does_not_wait(due):
    payout, refund = due
    orders.mark_refund_done(refund_id=refund.pk, gateway="alipay")
    age(Payout, 48)
    age(Refund, 48)
    assert [waiting.number for waiting in waiting_selectors.waiting_too_long()] == [payout.reference]


def test_an_audit_of_more_than_26_hours_ago_is_late_and_none_at_all_is_too(db):
    assert waiting_selectors.audit_is_late()
    run = services.run_audit()
    assert not waiting_selectors.audit_is_late()
    AuditRun.objects.filter(pk=run.pk).update(at=timezone.now() - 27 * HOUR)
    assert waiting_selectors.audit_is_late()


def test_a_night_without_a_seal_or_a_proof_is_told_to_finance_until_they_are_there(due, client):
    services.run_audit()
    assert waiting_selectors.nights_missed() == []  # the books are younger than a night
    log_in(make_finance(), client=client)
    with clock.moved_to(timezone.now() + 27 * HOUR):
        services.run_audit()
        assert [str(job) for job in waiting_selectors.nights_missed()] == ["当日封账", "资金托管公示"]
        for page in ("/admin/", "/admin/waiting/"):
            text = client.get(page).content.decode()
            assert "当日封账" in text
            assert "资金托管公示" in text
        assert seals.seal_books() is not None
        assert [str(job) for job in waiting_selectors.nights_missed()] == ["资金托管公示"]
        assert escrow_proof.publish_escrow_proof() is not None
        assert waiting_selectors.nights_missed() == []


def test_finance_sees_it_first_thing_and_others_do_not(due, client):
    payout, refund = due
    age(Payout, 25)
    age(Refund, 26)
    services.run_audit()
    log_in(make_finance(), client=client)
    assert 'id="waiting-panel"' in client.get("/admin/").content.decode()
    page = client.get("/admin/waiting/").content.decode()
    assert payout.reference in page
    assert refund.reference in page
    log_in(make_moderator(), client=client)
    assert 'id="waiting-panel"' not in client.get("/admin/").content.decode()
    assert client.get("/admin/waiting/").status_code == 302


def test_the_panel_is_away_when_all_is_well(due, client):
    services.run_audit()
    log_in(make_finance(), client=client)
    assert 'id="waiting-panel"' not in client.get("/admin/").content.decode()
    AuditRun.objects.update(at=timezone.now() - 27 * HOUR)
    assert 'id="waiting-panel"' in client.get("/admin/").content.decode()


def test_a_clock_of_an_order_that_did_not_do_its_work_within_an_hour_is_on_staffs_first_page(
    silent_alipay, client, monkeypatch
):
    order = make_order()
    pay_at("alipay", order)
    order.refresh_from_db()

    def broken(_order):
        raise RuntimeError("broken")

    monkeypatch.setitem(clocks._HANDLERS, DeadlineKind.LATE, broken)
    staff = log_in(make_finance(), client=client)
    services.run_audit()
    with clock.moved_to(order.due_at + timedelta(minutes=59)):
        run_due_deadlines()
        assert waiting_selectors.number_waiting() == 0
    with clock.moved_to(order.due_at + timedelta(minutes=61)):
        run_due_deadlines()
        (found,) = waiting_selectors.waiting_too_long()
        assert (found.number, found.state, found.since) == (order.number, DeadlineKind.LATE.label, order.due_at)
        assert "订单到期动作没有完成" in staff.get("/admin/").content.decode()
        assert order.number in staff.get("/admin/waiting/").content.decode()
