"""Invoices that race each other and the money, each with its control without the lock."""

from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError

from marketplace.orders import locks as order_locks
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.payments import invoice_selectors, locks
from marketplace.payments.errors import InvoiceError, InvoiceErrorCode
from marketplace.payments.models import Invoice, InvoiceKind, InvoiceStatus
from marketplace.payments.services import invoice_delivery, invoices
from tests.concurrency.conftest import MeetingPoint
from tests.databases import together
from tests.factories import make_finance
from tests.payments.conftest import office  # noqa: F401 a fixture of the payments' tests, used here too
from tests.payments.invoice_office import arrive, ask, give_back, invoiced_order, issued, let_jobs_run, papers

pytestmark = pytest.mark.usefixtures("committed_db", "office")
S = InvoiceStatus
WHOLE, PART, REST = 128_000, 28_000, 100_000


@pytest.fixture
def order():
    return invoiced_order()


@pytest.fixture
def invoices_unlocked(monkeypatch):
    """The control: both threads have read the order, and then the invoice, before either goes on."""
    points = [MeetingPoint(once=True), MeetingPoint(once=True)]

    def unlocked_order(invoice_id):
        row = Order.objects.get(invoices=invoice_id)
        points[0].wait()
        return row

    def unlocked_invoice(invoice_id):
        row = Invoice.objects.select_related("order", "reverses").get(pk=invoice_id)
        points[1].wait()
        return row

    monkeypatch.setattr(locks, "lock_order_of_invoice", unlocked_order)
    monkeypatch.setattr(locks, "lock_invoice", unlocked_invoice)


def of_kind(results, kind):
    return [result for result in results if isinstance(result, kind)]


# ── two requests ──


def test_two_forms_sent_at_once_are_one_invoice(order, meet_before):
    meet_before(order_locks, "lock_order")
    (refusal,) = of_kind(together(partial(ask, order), partial(ask, order)), Exception)
    assert isinstance(refusal, InvoiceError)
    assert refusal.code == InvoiceErrorCode.ALREADY_ASKED
    assert papers(order) == [(WHOLE, S.REQUESTED)]


def test_control_without_the_lock_only_the_database_stops_the_second_form(order, locks_off, meet_before):
    meet_before(Invoice.objects, "create")
    (refusal,) = of_kind(together(partial(ask, order), partial(ask, order)), Exception)
    assert isinstance(refusal, IntegrityError)
    assert "payments_invoice_once" in str(refusal)
    assert papers(order) == [(WHOLE, S.REQUESTED)]


def test_a_double_click_is_answered_twice_with_the_same_invoice(order, meet_before):
    meet_before(order_locks, "lock_order")
    key = uuid4()
    first, second = together(partial(ask, order, request_key=key), partial(ask, order, request_key=key))
    assert first == second == Invoice.objects.get()


# ── two workers ──


def test_two_workers_ask_the_provider_once_and_outside_any_transaction(order, meet_before, office):  # noqa: F811
    invoice = ask(order)
    meet_before(locks, "lock_order_of_invoice")
    send = partial(invoices.send_invoice, invoice_id=invoice.pk)
    assert sorted(together(send, send)) == [False, True]
    assert len(office.asked) == 1
    assert office.asked_in_transaction == [False]


def test_control_without_the_lock_the_provider_is_asked_twice(order, invoices_unlocked, office):  # noqa: F811
    invoice = ask(order)
    send = partial(invoices.send_invoice, invoice_id=invoice.pk)
    together(send, send)
    assert len(office.asked) == 2
    assert len(office.papers) == 1  # even so it is one paper, since the reference is one


def test_two_workers_send_one_mail(order, meet_before, mailoutbox):
    invoice = ask(order)
    invoices.send_invoice(invoice_id=invoice.pk)
    meet_before(locks, "lock_invoice")
    deliver = partial(invoice_delivery.deliver_invoice, invoice_id=invoice.pk)
    assert sorted(together(deliver, deliver)) == [False, True]
    assert len(mailoutbox) == 1


def test_control_without_the_lock_the_mail_goes_out_twice(order, invoices_unlocked, mailoutbox):
    invoice = ask(order)
    invoices.send_invoice(invoice_id=invoice.pk)
    deliver = partial(invoice_delivery.deliver_invoice, invoice_id=invoice.pk)
    together(deliver, deliver)
    assert len(mailoutbox) == 2


# ── reversals ──


@pytest.fixture
def refunded(order):
    """An issued invoice of an order of which a part has gone back."""
    invoice = issued(order)
    give_back(order, PART)
    return invoice


def test_two_jobs_begin_one_reversal(order, refunded, meet_before):
    meet_before(locks, "lock_order_of_invoice")
    begin = partial(invoices.reverse_after_refund, invoice_id=refunded.pk)
    assert sorted(together(begin, begin)) == [False, True]
    let_jobs_run()
    assert papers(order) == [(WHOLE, S.REVERSED), (-WHOLE, S.ISSUED), (REST, S.ISSUED)]


def test_control_without_the_lock_only_the_database_stops_the_second_reversal(order, refunded, invoices_unlocked):
    begin = partial(invoices.reverse_after_refund, invoice_id=refunded.pk)
    (refusal,) = of_kind(together(begin, begin), Exception)
    assert isinstance(refusal, IntegrityError)
    assert "reverses" in str(refusal)


def test_finance_and_the_job_reverse_once(order, refunded, meet_before):
    staff = make_finance()
    meet_before(locks, "lock_order_of_invoice")
    by_hand = partial(invoices.reverse_by_hand, invoice_id=refunded.pk, staff=staff, reason="抬头写错")
    together(by_hand, partial(invoices.reverse_after_refund, invoice_id=refunded.pk))
    assert Invoice.objects.filter(reverses=refunded).count() == 1
    let_jobs_run()
    assert papers(order)[:2] == [(WHOLE, S.REVERSED), (-WHOLE, S.ISSUED)]


def test_an_answer_noted_by_two_workers_at_once_leads_to_one_new_invoice(order, refunded, meet_before, office):  # noqa: F811
    invoices.reverse_after_refund(invoice_id=refunded.pk)
    reversal = Invoice.objects.get(reverses=refunded)
    paper = invoices._ask(reversal)  # what both workers were told
    meet_before(locks, "lock_order_of_invoice")
    note = partial(invoices.apply_invoice_result, invoice_id=reversal.pk, result=paper)
    assert sorted(together(note, note)) == [False, True]
    assert papers(order) == [(WHOLE, S.REVERSED), (-WHOLE, S.ISSUED), (REST, S.REQUESTED)]


# ── money against paper ──


def add_up(order):
    """What stands on the papers is what was kept."""
    left = Order.objects.get(pk=order.pk)
    for kind in InvoiceKind:
        total_fen = invoice_selectors.issued_total_fen(left, kind)
        assert total_fen in (0, invoice_selectors.amount_due_fen(left, kind))
    return invoice_selectors.issued_total_fen(left, InvoiceKind.SELLER_SERVICE)


def test_a_refund_while_the_invoice_is_being_sent_is_in_the_papers_in_the_end(order, meet_before):
    invoice = ask(order)
    meet_before(order_locks, "lock_order", (locks, "lock_order_of_invoice"))
    refund, _sent = together(
        partial(give_back, order, PART, arrives=False), partial(invoices.send_invoice, invoice_id=invoice.pk)
    )
    arrive(refund)
    let_jobs_run()
    assert add_up(order) == REST
    assert papers(order) in (
        [(REST, S.ISSUED)],  # the refund came first
        [(WHOLE, S.REVERSED), (-WHOLE, S.ISSUED), (REST, S.ISSUED)],
    )


def test_a_refund_while_a_reversal_is_noted_is_in_the_new_invoice(order, refunded, meet_before):
    invoices.reverse_after_refund(invoice_id=refunded.pk)
    reversal = Invoice.objects.get(reverses=refunded)
    meet_before(order_locks, "lock_order", (locks, "lock_order_of_invoice"))
    again, _sent = together(
        partial(give_back, order, 10_000, arrives=False), partial(invoices.send_invoice, invoice_id=reversal.pk)
    )
    arrive(again)
    let_jobs_run()
    assert add_up(order) == REST - 10_000


def test_many_refunds_at_once_with_all_jobs_running_leave_papers_that_add_up(order):
    ask(order)
    ask(order, order.seller)

    def refund(amount_fen):
        found = orders.refund_part(order_id=order.pk, actor=order.seller, amount_fen=amount_fen, reason="退一部分")
        arrive(found)

    actions = [partial(refund, amount_fen) for amount_fen in (1_000, 20_000, 3_000, 7_000)]
    results = together(*actions, *[partial(let_jobs_run, rounds=3, deliver=False)] * 3)
    assert of_kind(results, Exception) == []
    let_jobs_run(deliver=False)
    assert add_up(order) == WHOLE - 31_000
    numbers = list(Invoice.objects.exclude(number=None).values_list("number", flat=True))
    assert len(numbers) == len(set(numbers))
    assert not Invoice.objects.filter(status__in=(S.REQUESTED, S.REVERSING)).exists()
