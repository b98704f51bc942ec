"""Finance's desk of invoices: what needs a person first, what can be done about it, and who may."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.payments.models import Invoice, InvoiceIssuer, InvoiceStatus
from tests.factories import make_finance, make_moderator, make_user
from tests.logins import log_in
from tests.payments.invoice_office import (
    COMPANY,
    COMPANY_NUMBER,
    ask,
    give_back,
    invoiced_order,
    issued,
    let_jobs_run,
    papers,
    refuses,
)

pytestmark = pytest.mark.django_db
S = InvoiceStatus


@pytest.fixture
def desk():
    return client_of(make_finance())


def client_of(user) -> Client:
    client = Client()
    log_in(user, client=client)
    return client


def rows(answer):
    return [invoice.pk for invoice in answer.context["page_obj"]]


def test_everything_is_listed_newest_first_and_filtered_by_status_and_words(desk):
    first, second = issued(invoiced_order(), title=COMPANY), ask(invoiced_order())
    page = reverse("payments_invoices")
    assert rows(desk.get(page)) == [second.pk, first.pk]
    assert rows(desk.get(page, {"status": "issued"})) == [first.pk]
    assert rows(desk.get(page, {"status": "nonsense"})) == [second.pk, first.pk]
    for words in (first.number, first.order.number.lower(), "山月", first.reference):
        assert rows(desk.get(page, {"q": words})) == [first.pk], words
    assert rows(desk.get(page, {"q": "没有这家"})) == []
    text = desk.get(page).content.decode()
    for words in (first.number, COMPANY.name, COMPANY_NUMBER, "税务机关代开", "林青山", "1,280.00"):
        assert words in text, words


def number_on(first_page):
    """How many invoices need a person, as the admin's first page says."""
    return re.search(r'需要处理的发票</span>\s*<b class="todo__number">(\d+)<', first_page.content.decode())[1]


def test_what_needs_a_person_stands_first_and_on_the_first_page_of_the_admin(desk, office):
    home, page = reverse("wagtailadmin_home"), reverse("payments_invoices")
    order = invoiced_order()
    issued(order)
    assert list(desk.get(page).context["problems"]) == []
    assert number_on(desk.get(home)) == "0"
    office.faults.append(refuses("购买方已入账，需对方确认。"))
    give_back(order, 28_000)
    let_jobs_run()
    answer = desk.get(page)
    (problem,) = answer.context["problems"]
    assert problem.is_reversal
    assert answer.content.decode().index("购买方已入账，需对方确认。") < answer.content.decode().index("全部发票")
    assert number_on(desk.get(home)) == "1"
    assert page not in client_of(make_moderator()).get(home).content.decode()


def test_a_refused_reversal_is_tried_again_from_the_desk(desk, office):
    order = invoiced_order()
    issued(order)
    office.faults.append(refuses())
    give_back(order, 28_000)
    let_jobs_run()
    reversal = Invoice.objects.get(reverses__isnull=False)
    answer = desk.post(reverse("payments_invoice_retry", args=[reversal.pk]))
    assert answer.url == reverse("payments_invoices")
    let_jobs_run()
    assert papers(order) == [(128_000, S.REVERSED), (-128_000, S.ISSUED), (100_000, S.ISSUED)]


def test_an_invoice_is_reversed_from_the_desk_with_a_reason_and_a_name(desk):
    order = invoiced_order()
    invoice = issued(order)
    page = reverse("payments_invoice_reverse", args=[invoice.pk])
    assert "请写明原因" in desk.post(page, {"reason": " "}, follow=True).content.decode()
    assert papers(order) == [(128_000, S.ISSUED)]
    desk.post(page, {"reason": "抬头写错"})
    let_jobs_run()
    assert papers(order) == [(128_000, S.REVERSED), (-128_000, S.ISSUED)]
    reversal = Invoice.objects.get(reverses=invoice)
    assert (reversal.reason, reversal.staff.display_name) == ("抬头写错", "财务")
    again = desk.post(page, {"reason": "再来一次"})
    assert again.status_code in (302, 409)
    assert len(papers(order)) == 2


def test_finance_downloads_any_paper(desk):
    invoice = issued(invoiced_order())
    answer = desk.get(reverse("payments_invoice_file", args=[invoice.pk]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    waiting = ask(invoiced_order())
    assert desk.get(reverse("payments_invoice_file", args=[waiting.pk])).status_code == 404


@pytest.mark.parametrize("make_person", [make_user, make_moderator])
def test_others_neither_see_nor_do_anything(make_person):
    order = invoiced_order()
    invoice = issued(order)
    client = client_of(make_person())
    answers = [
        client.get(reverse("payments_invoices")),
        client.get(reverse("payments_invoice_file", args=[invoice.pk])),
        client.post(reverse("payments_invoice_retry", args=[invoice.pk])),
        client.post(reverse("payments_invoice_reverse", args=[invoice.pk]), {"reason": "抬头写错"}),
    ]
    assert all(answer.status_code in (302, 403) for answer in answers)
    assert not any("payments_invoices" in getattr(answer, "url", "") for answer in answers)
    assert papers(order) == [(128_000, S.ISSUED)]


def test_finance_notes_a_company_and_a_wrong_number_is_refused_beside_its_field(desk):
    order = invoiced_order()
    page = reverse("invoice-issuers:add")
    fields = {"user": order.seller_id, "name": "青山设计有限公司", "tax_basis_points": 600, "is_active": "on"}
    refused = desk.post(page, fields | {"tax_number": "91110000600037341A"})
    assert "末位校验码对不上" in refused.content.decode()
    assert not InvoiceIssuer.objects.exists()
    desk.post(page, fields | {"tax_number": "9111 0000 6000 3734 1l"})
    assert InvoiceIssuer.objects.get().tax_number == COMPANY_NUMBER
    assert ask(order).issuer_name == "青山设计有限公司"
    assert client_of(make_moderator()).get(reverse("invoice-issuers:index")).status_code in (302, 403)
