"""Invoices when money goes back: what is reversed, what is invoiced anew, what finance does by hand; and that it all adds up."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.notifications.models import Notification
from marketplace.orders import services as orders
from marketplace.payments import invoice_selectors, tasks
from marketplace.payments.errors import InvoiceError, InvoiceErrorCode
from marketplace.payments.models import Invoice, InvoiceKind, InvoiceStatus
from marketplace.payments.services import invoices
from tests.factories import make_finance, make_moderator
from tests.payments.invoice_office import (
    COMPANY,
    COMPANY_NUMBER,
    arrive,
    ask,
    give_back,
    invoiced_order,
    issued,
    knows_nothing,
    let_jobs_run,
    loses_the_answer,
    papers,
    refusal,
    refuses,
)

pytestmark = pytest.mark.django_db
S = InvoiceStatus


@pytest.fixture
def order():
    """¥1,280, completed; the seller is a known individual."""
    return invoiced_order()


def test_a_refund_of_a_part_reverses_the_whole_and_invoices_the_rest(order, office):
    original = issued(order, title=COMPANY)
    give_back(order, 28_000)
    let_jobs_run()
    assert papers(order) == [(128_000, S.REVERSED), (-128_000, S.ISSUED), (100_000, S.ISSUED)]
    original.refresh_from_db()
    reversal, rest = original.reversal, original.successor
    assert (reversal.tax_fen, reversal.reason) == (-original.tax_fen, "订单部分退款")
    assert (rest.title, rest.tax_number, rest.recipient) == (COMPANY.name, COMPANY_NUMBER, order.buyer)
    assert len({original.number, reversal.number, rest.number}) == 3
    asked = [type(request).__name__ for request in office.asked]
    assert asked == ["IssueRequest", "ReversalRequest", "IssueRequest"]
    assert office.asked[1].original_number == original.number
    let_jobs_run()
    assert len(papers(order)) == 3


def test_a_refund_of_all_reverses_and_nothing_follows(order):
    issued(order)
    give_back(order, 128_000)
    let_jobs_run()
    assert papers(order) == [(128_000, S.REVERSED), (-128_000, S.ISSUED)]
    assert refusal(ask, order) == InvoiceErrorCode.NOTHING_TO_INVOICE


def test_the_invoice_of_the_fee_follows_the_refund_too(order):
    ask(order, order.seller)
    let_jobs_run()
    give_back(order, 28_000)
    let_jobs_run()
    assert papers(order, "platform_fee") == [(12_800, S.REVERSED), (-12_800, S.ISSUED), (10_000, S.ISSUED)]


def test_several_refunds_at_once_are_one_reversal_when_the_last_has_arrived(order):
    issued(order)
    first, second = give_back(order, 20_000, arrives=False), give_back(order, 8_000, arrives=False)
    let_jobs_run()
    arrive(first)
    let_jobs_run()
    assert papers(order) == [(128_000, S.ISSUED)]
    arrive(second)
    let_jobs_run()
    assert papers(order) == [(128_000, S.REVERSED), (-128_000, S.ISSUED), (100_000, S.ISSUED)]


def test_a_second_refund_while_the_first_is_being_reversed_is_in_the_rest_at_once(order, office):
    issued(order)
    give_back(order, 20_000)
    assert [tasks.reverse_refunded_invoices(), tasks.reverse_refunded_invoices()] == [1, 0]
    give_back(order, 8_000)
    let_jobs_run()
    assert papers(order) == [(128_000, S.REVERSED), (-128_000, S.ISSUED), (100_000, S.ISSUED)]


def test_what_is_refunded_before_anybody_was_asked_only_lowers_the_amount(order, office):
    ask(order)
    give_back(order, 28_000, arrives=False)
    let_jobs_run()
    assert papers(order) == [(100_000, S.ISSUED)]
    assert office.asked[0].amount_fen == 100_000


def test_what_is_refunded_whole_before_anybody_was_asked_is_not_issued_at_all(order, office):
    invoice = ask(order)
    give_back(order, 128_000)
    let_jobs_run()
    assert papers(order) == [(128_000, S.CANCELLED)]
    assert office.asked == []
    assert Notification.objects.filter(recipient=order.buyer, url=invoice.get_absolute_url()).count() == 1


def test_a_refund_while_the_answer_is_unknown_is_reversed_once_the_paper_is_there(order, office):
    office.faults.append(loses_the_answer)
    ask(order)
    tasks.issue_due_invoices()
    give_back(order, 28_000)
    tasks.reverse_refunded_invoices()
    assert papers(order) == [
        (128_000, S.REQUESTED)
    ]  # the paper may say 1,280.00: it must not change under the reference
    let_jobs_run(after=timedelta(minutes=1))
    assert papers(order) == [(128_000, S.REVERSED), (-128_000, S.ISSUED), (100_000, S.ISSUED)]
    assert [request.amount_fen for request in office.asked[:2]] == [128_000, 128_000]


def test_a_refund_that_leaves_the_fee_as_it_is_reverses_nothing(office):
    order = invoiced_order(price_fen=10_000)
    ask(order, order.seller)
    let_jobs_run()
    give_back(order, 4)
    assert list(invoice_selectors.invoices_out_of_step()) == [Invoice.objects.get()]
    let_jobs_run()
    assert papers(order, "platform_fee") == [(1_000, S.ISSUED)]
    assert not invoice_selectors.invoices_out_of_step().exists()


def test_a_late_second_payment_that_goes_back_is_no_refund_of_the_price(order):
    issued(order)
    refund = orders.return_payment(order_id=order.pk, gateway="alipay", payment_reference="PA2", amount_fen=128_000)
    arrive(refund)
    let_jobs_run()
    assert papers(order) == [(128_000, S.ISSUED)]


def test_a_refused_reversal_waits_for_finance_and_goes_on_after_them(order, office):
    original = issued(order)
    office.faults.append(refuses("购买方已入账，需对方确认。"))
    give_back(order, 28_000)
    let_jobs_run()
    assert papers(order) == [(128_000, S.REVERSING), (-128_000, S.FAILED)]
    assert refusal(ask, order) == InvoiceErrorCode.ALREADY_ASKED
    (stuck,) = invoice_selectors.invoices_that_need_a_person()
    assert stuck.reverses == original
    with pytest.raises(PermissionDenied):
        invoices.retry_invoice(invoice_id=stuck.pk, staff=make_moderator())
    invoices.retry_invoice(invoice_id=stuck.pk, staff=make_finance())
    let_jobs_run()
    assert papers(order) == [(128_000, S.REVERSED), (-128_000, S.ISSUED), (100_000, S.ISSUED)]
    assert not invoice_selectors.invoices_that_need_a_person().exists()


# ── finance ──


def test_finance_reverses_by_hand_and_the_person_may_ask_again(order):
    original, staff = issued(order), make_finance()
    reversal = invoices.reverse_by_hand(invoice_id=original.pk, staff=staff, reason="抬头写错")
    assert (reversal.staff, reversal.amount_fen) == (staff, -128_000)
    assert refusal(ask, order) == InvoiceErrorCode.ALREADY_ASKED
    let_jobs_run()
    assert papers(order) == [(128_000, S.REVERSED), (-128_000, S.ISSUED)]
    assert issued(order, title=COMPANY).title == COMPANY.name


def test_only_finance_reverses_only_what_is_issued_and_only_once(order):
    waiting, staff = ask(order), make_finance()
    assert refusal(reverse, waiting, staff) == InvoiceErrorCode.NOT_POSSIBLE_NOW
    let_jobs_run()
    with pytest.raises(PermissionDenied):
        reverse(waiting, make_moderator())
    reverse(waiting, staff)
    assert refusal(reverse, waiting, staff) == InvoiceErrorCode.NOT_POSSIBLE_NOW
    let_jobs_run()
    assert refusal(reverse, Invoice.objects.get(reverses=waiting), staff) == InvoiceErrorCode.NOT_POSSIBLE_NOW


def reverse(invoice, staff):
    return invoices.reverse_by_hand(invoice_id=invoice.pk, staff=staff, reason="抬头写错")


def test_finance_retries_what_was_refused_unless_another_took_its_place(order, office):
    office.faults.append(refuses())
    refused, staff = ask(order), make_finance()
    let_jobs_run()
    ask(order)
    assert refusal(invoices.retry_invoice, invoice_id=refused.pk, staff=staff) == InvoiceErrorCode.ALREADY_ASKED
    Invoice.objects.exclude(pk=refused.pk).delete()
    give_back(order, 28_000)
    invoices.retry_invoice(invoice_id=refused.pk, staff=staff)
    let_jobs_run()
    assert papers(order) == [(100_000, S.ISSUED)]
    assert refusal(invoices.retry_invoice, invoice_id=refused.pk, staff=staff) == InvoiceErrorCode.NOT_POSSIBLE_NOW


def test_a_provider_that_never_answers_is_shown_to_finance_who_may_ask_at_once(order, office):
    office.faults += [knows_nothing] * 8
    invoice = ask(order)
    for _ in range(8):
        assert not invoice_selectors.invoices_that_need_a_person().exists()
        Invoice.objects.update(next_attempt_at=timezone.now())
        tasks.issue_due_invoices()
    assert list(invoice_selectors.invoices_that_need_a_person()) == [invoice]
    invoices.retry_invoice(invoice_id=invoice.pk, staff=make_finance())
    let_jobs_run()
    assert papers(order) == [(128_000, S.ISSUED)]


# ── whatever happens ──


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("refund"), st.integers(1, 6_000)),
        st.tuples(st.sampled_from(["arrive", "jobs", "lose", "ask buyer", "ask seller", "by hand"]), st.just(0)),
    ),
    max_size=12,
)


@given(actions=ACTIONS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_the_papers_of_an_order_add_up_to_what_was_kept(office, actions):
    order, staff = invoiced_order(price_fen=10_000), make_finance()
    sides = {InvoiceKind.SELLER_SERVICE: order.buyer, InvoiceKind.PLATFORM_FEE: order.seller}
    wanted = set()
    for action, amount_fen in actions:
        match action:
            case "refund" if amount_fen <= fresh(order).kept_fen:
                give_back(order, amount_fen, arrives=False)
            case "arrive":
                for refund in order.refunds.exclude(status="done"):
                    arrive(refund)
            case "jobs":
                let_jobs_run(rounds=1, deliver=False)
            case "lose":
                office.faults.append(loses_the_answer)
            case "ask buyer" | "ask seller":
                side = order.buyer if action == "ask buyer" else order.seller
                with suppress(InvoiceError):  # it is there already, or all was refunded
                    wanted.add(ask(order, side).kind)
            case "by hand":
                for invoice in Invoice.objects.filter(order=order, status=S.ISSUED, reverses=None):
                    reverse(invoice, staff)
                    wanted.discard(invoice.kind)
    for refund in order.refunds.exclude(status="done"):
        arrive(refund)
    office.faults.clear()
    let_jobs_run(rounds=6, after=timedelta(hours=2), deliver=False)
    for kind in sides:
        total_fen = invoice_selectors.issued_total_fen(order, kind)
        due_fen = invoice_selectors.amount_due_fen(fresh(order), kind)
        assert total_fen == (due_fen if kind in wanted else 0), (kind, actions)
    numbers = [number for number in Invoice.objects.values_list("number", flat=True) if number]
    assert len(numbers) == len(set(numbers))
    assert not Invoice.objects.filter(status__in=(S.REQUESTED, S.REVERSING)).exists()


def fresh(order):
    return type(order).objects.get(pk=order.pk)
