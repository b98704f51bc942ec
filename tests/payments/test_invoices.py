"""Invoices: who may ask, for how much, who issues, and what happens when the provider or the money changes its mind."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.models import VerificationKind
from marketplace.accounts.services import record_verification
from marketplace.notifications.models import Notification
from marketplace.payments import invoice_selectors, tasks
from marketplace.payments.errors import InvoiceError, InvoiceErrorCode
from marketplace.payments.invoice_titles import clean_tax_number
from marketplace.payments.invoicing.base import tax_in
from marketplace.payments.models import Invoice, InvoiceIssuer, InvoiceStatus, IssuerKind
from marketplace.payments.services import invoices
from marketplace.payments.states import require_invoice_move
from tests.factories import make_coupon, make_seller, make_user
from tests.orders.situations import make_order_in
from tests.payments.invoice_office import (
    COMPANY,
    COMPANY_NUMBER,
    PERSON,
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
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@pytest.fixture
def order():
    """¥1,280, completed; the seller is a known individual."""
    return invoiced_order()


def test_the_buyer_gets_the_sellers_service_invoiced_by_the_tax_office_in_the_sellers_name(order):
    invoice = ask(order)
    assert (invoice.kind, invoice.amount_fen, invoice.recipient) == ("seller_service", 128_000, order.buyer)
    assert (invoice.issuer_kind, invoice.issuer_name, invoice.issuer_tax_number) == ("tax_office", "林青山", "")
    assert invoice.tax_basis_points == 100


def test_the_seller_gets_the_fee_invoiced_by_the_platform_apart_from_it(order, settings):
    ask(order)
    invoice = ask(order, order.seller, title=COMPANY)
    assert (invoice.kind, invoice.amount_fen, invoice.recipient) == ("platform_fee", 12_800, order.seller)
    assert (invoice.issuer_kind, invoice.issuer_name) == ("platform", settings.PLATFORM_COMPANY["name"])
    assert (invoice.title, invoice.tax_number) == ("山月（杭州）文化有限公司", COMPANY_NUMBER)
    assert invoice.tax_basis_points == 600


def test_a_coupon_is_in_neither_sides_paper():
    order = invoiced_order(coupon_code=make_coupon(amount_fen=700).code)
    assert (ask(order).amount_fen, ask(order, order.seller, title=COMPANY).amount_fen) == (127_300, 12_100)
    half = invoiced_order(coupon_code=make_coupon(amount_fen=800).code, price_fen=10_000)
    give_back(half, 4_600)  # half of the ¥92 that were paid: half of the ¥10 fee, less half of the ¥8
    assert (ask(half).amount_fen, ask(half, half.seller, title=COMPANY).amount_fen) == (4_600, 100)


def test_a_sellers_company_issues_its_own_at_its_own_rate(order):
    InvoiceIssuer.objects.create(user=order.seller, name="青山设计", tax_number=COMPANY_NUMBER, tax_basis_points=600)
    invoice = ask(order)
    assert (invoice.issuer_kind, invoice.issuer_name, invoice.issuer_tax_number) == (
        IssuerKind.COMPANY,
        "青山设计",
        COMPANY_NUMBER,
    )
    assert invoice.tax_basis_points == 600


def test_what_was_refunded_or_decided_away_is_not_invoiced():
    order = invoiced_order()
    give_back(order, 28_000, arrives=False)
    assert ask(order).amount_fen == 100_000
    decided = make_order_in("resolved", seller=order.seller)  # 4,000 of 10,000 went back
    assert ask(decided).amount_fen == 6_000
    assert ask(decided, decided.seller).amount_fen == 600


@pytest.mark.parametrize("status", ["pending_payment", "in_progress", "delivered", "disputed", "cancelled"])
def test_nothing_is_invoiced_before_the_work_is_accepted_or_decided(status):
    order = make_order_in(status)
    assert refusal(ask, order) == InvoiceErrorCode.NOT_YET
    assert refusal(ask, order, order.seller) == InvoiceErrorCode.NOT_YET


def test_when_all_was_refunded_there_is_nothing_to_invoice_for_either_side(order):
    give_back(order, 128_000)
    assert refusal(ask, order) == InvoiceErrorCode.NOTHING_TO_INVOICE
    assert refusal(ask, order, order.seller) == InvoiceErrorCode.NOTHING_TO_INVOICE


def test_a_seller_who_is_not_known_cannot_be_invoiced_for_but_the_fee_can():
    order = invoiced_order(seller=make_seller())
    assert refusal(ask, order) == InvoiceErrorCode.SELLER_NOT_READY
    assert ask(order, order.seller).issuer_kind == IssuerKind.PLATFORM


def test_a_company_is_never_invoiced_for_as_if_it_were_an_individual(order):
    record_verification(user=order.seller, kind=VerificationKind.COMPANY)
    assert refusal(ask, order) == InvoiceErrorCode.SELLER_NOT_READY
    InvoiceIssuer.objects.create(user=order.seller, name="青山设计", tax_number=COMPANY_NUMBER, is_active=False)
    assert refusal(ask, order) == InvoiceErrorCode.SELLER_NOT_READY


def test_a_stranger_cannot_ask(order):
    with pytest.raises(PermissionDenied):
        ask(order, make_user())
    assert not Invoice.objects.exists()


def test_where_invoices_are_switched_off_nobody_asks_and_no_job_issues(order, settings):
    waiting = ask(order)
    settings.INVOICES_ENABLED = False
    assert refusal(ask, order, order.seller) == InvoiceErrorCode.SWITCHED_OFF
    let_jobs_run()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts) == (S.REQUESTED, 0)


def test_the_same_form_sent_twice_is_one_invoice_and_another_form_is_refused(order):
    key = uuid4()
    assert ask(order, request_key=key) == ask(order, request_key=key)
    assert refusal(ask, order) == InvoiceErrorCode.ALREADY_ASKED
    let_jobs_run()
    assert refusal(ask, order) == InvoiceErrorCode.ALREADY_ASKED
    with pytest.raises(IntegrityError, match="payments_invoice_once"):
        Invoice.objects.create(**as_it_is(Invoice.objects.get()))


def as_it_is(invoice):
    """The fields of another invoice for the same order and kind."""
    copied = ("order", "kind", "recipient", "issuer_kind", "issuer_name", "title", "amount_fen", "kept_fen")
    return {name: getattr(invoice, name) for name in copied} | {"reference": "IN2", "tax_basis_points": 100}


@pytest.mark.parametrize(
    "typed",
    [
        COMPANY_NUMBER,
        COMPANY_NUMBER.lower(),
        "9111 0000 6000 3734 1L",
        COMPANY_NUMBER.translate(FULL_WIDTH),
        " 91110000-600037341L ",
    ],
)
def test_a_tax_number_is_understood_as_people_type_it(typed):
    assert clean_tax_number(typed) == COMPANY_NUMBER


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", InvoiceErrorCode.TAX_NUMBER_MISSING),
        (" -", InvoiceErrorCode.TAX_NUMBER_MISSING),
        (COMPANY_NUMBER[:-1], InvoiceErrorCode.TAX_NUMBER_LENGTH),
        ("110108600037341", InvoiceErrorCode.TAX_NUMBER_LENGTH),
        ("A1110000600037341L", InvoiceErrorCode.TAX_NUMBER_CHARACTERS),
        ("9111000060003734IL", InvoiceErrorCode.TAX_NUMBER_CHARACTERS),
        ("91110000600037341A", InvoiceErrorCode.TAX_NUMBER_CHECK),
        ("91110000600037314L", InvoiceErrorCode.TAX_NUMBER_CHECK),
    ],
)
def test_a_wrong_tax_number_is_refused_with_what_is_wrong(order, typed, code):
    title = invoices.InvoiceTitle(COMPANY.kind, COMPANY.name, typed)
    assert refusal(ask, order, title=title) == code


def test_an_invoice_without_a_name_is_refused(order):
    assert refusal(ask, order, title=invoices.InvoiceTitle(PERSON.kind, " 　 ")) == InvoiceErrorCode.TITLE_MISSING


def test_the_length_is_told(order):
    with pytest.raises(InvoiceError) as caught:
        clean_tax_number("1234")
    assert "18" in caught.value.message
    assert "4" in caught.value.message


def test_the_last_title_is_remembered(order):
    assert invoice_selectors.last_title(order.buyer) is None
    issued(order, title=COMPANY)
    give_back(order, 28_000)
    let_jobs_run()
    assert invoice_selectors.last_title(order.buyer).title == COMPANY.name


# ── issuing ──


def test_the_demo_numbers_its_papers_like_real_ones_and_says_that_they_are_none(order):
    invoice = issued(order)
    assert len(invoice.number) == 20
    assert invoice.number.startswith(timezone.localtime().strftime("%y"))
    assert invoice.number[2:4] == "00"  # no region of China
    assert (invoice.tax_fen, invoice.net_fen) == (1_267, 126_733)
    assert not invoice.is_tax_document


def test_an_office_issues_and_what_it_wrote_stands_here(order, office):
    invoice = issued(order)
    (request,) = office.asked
    assert (request.reference, request.amount_fen, request.buyer.name) == (invoice.reference, 128_000, "林小满")
    assert (request.seller.name, request.item, request.order_number) == ("林青山", order.gig_title, order.number)
    assert invoice.number == office.papers[invoice.reference].number
    assert invoice.is_tax_document


def test_an_unknown_answer_is_asked_for_again_under_the_same_reference_with_growing_pauses(order, office):
    office.faults += [knows_nothing] * 3
    invoice = ask(order)
    pauses = []
    for _ in range(3):
        Invoice.objects.update(next_attempt_at=timezone.now())
        tasks.issue_due_invoices()
        invoice.refresh_from_db()
        assert invoice.status == S.REQUESTED
        pauses.append(round((invoice.next_attempt_at - timezone.now()).total_seconds()))
        assert tasks.issue_due_invoices() == 0  # not its turn
    assert pauses == [30, 60, 120]
    let_jobs_run(rounds=1, after=timedelta(minutes=3))
    invoice.refresh_from_db()
    assert invoice.status == S.ISSUED
    assert {request.reference for request in office.asked} == {invoice.reference}


def test_a_lost_answer_is_one_paper(order, office):
    office.faults.append(loses_the_answer)
    invoice = ask(order)
    tasks.issue_due_invoices()
    invoice.refresh_from_db()
    assert (invoice.status, invoice.number) == (S.REQUESTED, None)
    let_jobs_run(rounds=1, after=timedelta(minutes=1))
    invoice.refresh_from_db()
    assert invoice.status == S.ISSUED
    assert [paper.number for paper in office.papers.values()] == [invoice.number]


def test_a_late_second_answer_changes_nothing(order, office):
    invoice = issued(order)
    paper = office.papers[invoice.reference]
    assert not invoices.apply_invoice_result(invoice_id=invoice.pk, result=refuses()(lambda: paper))
    assert not invoices.apply_invoice_result(invoice_id=invoice.pk, result=paper)
    assert papers(order) == [(128_000, S.ISSUED)]


def test_a_refused_invoice_says_why_and_can_be_asked_for_again_corrected(order, office):
    office.faults.append(refuses("购买方税号与名称不符。"))
    refused = ask(order, title=COMPANY)
    let_jobs_run()
    refused.refresh_from_db()
    assert (refused.status, refused.problem) == (S.FAILED, "购买方税号与名称不符。")
    told = Notification.objects.get(recipient=order.buyer, kind="money")
    assert told.url == refused.get_absolute_url()
    assert issued(order, title=PERSON).title == "林小满"
    assert papers(order) == [(128_000, S.FAILED), (128_000, S.ISSUED)]


def test_a_number_is_never_used_twice(order, office, caplog):
    first = issued(order)
    office.faults.append(lambda paper: office.papers[first.reference])
    second = ask(invoiced_order())
    tasks.issue_due_invoices()
    second.refresh_from_db()
    assert (second.status, second.number) == (S.REQUESTED, None)
    assert "payments_invoice_number" in caplog.text
    let_jobs_run(rounds=1, after=timedelta(minutes=1))
    second.refresh_from_db()
    assert second.number not in (None, first.number)


# ── rules as such ──


MOVES = {
    (S.REQUESTED, S.ISSUED): {"system"},
    (S.REQUESTED, S.FAILED): {"system"},
    (S.REQUESTED, S.CANCELLED): {"system"},
    (S.FAILED, S.REQUESTED): {"staff"},
    (S.ISSUED, S.REVERSING): {"system", "staff"},
    (S.REVERSING, S.REVERSED): {"system"},
}


@pytest.mark.parametrize("actor", ["system", "staff", "owner"])
@pytest.mark.parametrize("source", InvoiceStatus)
@pytest.mark.parametrize("target", InvoiceStatus)
def test_an_invoice_makes_these_moves_and_no_other(source, target, actor):
    invoice = Invoice(status=source)
    if actor in MOVES.get((source, target), set()):
        require_invoice_move(invoice, target, actor=actor)
    else:
        with pytest.raises(InvoiceError):
            require_invoice_move(invoice, target, actor=actor)


@given(amount_fen=st.integers(-(10**11), 10**11), rate=st.integers(0, 1300))
def test_tax_is_taken_out_of_the_price_and_a_reversal_takes_the_same_back(amount_fen, rate):
    tax_fen = tax_in(amount_fen=amount_fen, tax_basis_points=rate)
    net_fen = amount_fen - tax_fen
    assert tax_in(amount_fen=-amount_fen, tax_basis_points=rate) == -tax_fen
    assert (
        abs(2 * (tax_fen * 10_000 - net_fen * rate)) <= 10_000 + rate
    )  # half a fen of the tax that the net would bear
