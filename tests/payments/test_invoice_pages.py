"""The pages of invoices, in both languages: what each side may ask for, what stands beside a wrong field, who gets a file."""

import re
from uuid import uuid4

import pytest
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from marketplace.accounts.services import confirm_real_name
from marketplace.payments.models import Invoice, InvoiceStatus
from marketplace.payments.services import invoices
from tests.factories import make_finance, make_paid_order, make_seller, make_user, make_verified_seller
from tests.payments.invoice_office import (
    COMPANY,
    COMPANY_NUMBER,
    ask,
    give_back,
    invoiced_order,
    issued,
    knows_nothing,
    let_jobs_run,
    refuses,
)

pytestmark = pytest.mark.django_db

TYPED = {
    "title_kind": "company",
    "title": " 山月（杭州）文化有限公司 ",
    "tax_number": "9111 0000 6000 3734 1l",
    "email": "office@example.com",
}


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(name, *args, language="zh-hans"):
    with override(language):
        return reverse(f"payments:{name}", args=args)


@pytest.fixture
def order():
    return invoiced_order()


def send(order, user, *, follow=True, **changes):
    return client_of(user).post(
        address("invoice_request", order.number), {"request_key": uuid4()} | TYPED | changes, follow=follow
    )


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_each_side_of_a_finished_order_is_offered_its_own_invoice(order, language):
    for side, user, issuer in (
        ("buyer", order.buyer, "林青山"),
        ("seller", order.seller, "匠集（演示）网络科技有限公司"),
    ):
        client = client_of(user)
        with override(language):
            page = client.get(order.get_absolute_url()).content.decode()
        form = address("invoice_request", order.number, language=language)
        assert form in page, side
        text = client.get(form).content.decode()
        assert issuer in text
        assert ("1,280.00" if side == "buyer" else "128.00") in text


def test_the_real_name_of_an_individual_is_shown_once_it_stands_on_a_paper_and_not_before():
    seller = make_verified_seller(name="青山手绘")
    confirm_real_name(user=seller, real_name="林秀英")
    order = invoiced_order(seller=seller)
    client = client_of(order.buyer)
    assert "林秀英" not in client.get(address("invoice_request", order.number)).content.decode()
    invoice = ask(order)
    page = client.get(invoice.get_absolute_url()).content.decode()
    assert "林秀英" not in page
    assert "青山手绘" in page
    let_jobs_run()
    assert "林秀英" in client.get(invoice.get_absolute_url()).content.decode()


def test_an_order_that_is_not_over_offers_no_invoice_and_says_why():
    order = make_paid_order()
    form = address("invoice_request", order.number)
    for user in (order.buyer, order.seller):
        client = client_of(user)
        assert form not in client.get(order.get_absolute_url()).content.decode()
        answer = client.get(form, follow=True)
        assert answer.redirect_chain == [(order.get_absolute_url(), 302)]
        assert "订单验收或纠纷裁定之后，就可以申请发票。" in answer.content.decode()


def test_the_form_asks_for_an_invoice_with_what_was_typed_put_right(order):
    answer = send(order, order.buyer)
    invoice = Invoice.objects.get()
    assert answer.redirect_chain == [(invoice.get_absolute_url(), 302)]
    assert (invoice.title, invoice.tax_number, invoice.email) == (
        "山月（杭州）文化有限公司",
        COMPANY_NUMBER,
        "office@example.com",
    )
    text = answer.content.decode()
    assert "开具中" in text
    assert 'hx-trigger="every 10s"' in text


def test_the_same_form_sent_twice_leads_to_the_one_invoice(order):
    key = uuid4()
    first = send(order, order.buyer, request_key=key)
    second = send(order, order.buyer, request_key=key)
    assert first.redirect_chain == second.redirect_chain
    assert Invoice.objects.count() == 1
    again = client_of(order.buyer).get(address("invoice_request", order.number))
    assert again.url == Invoice.objects.get().get_absolute_url()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"tax_number": "9111000060003734"}, "tax_number", "应为18位，现在是16位"),
        ({"tax_number": ""}, "tax_number", "请填写公司的统一社会信用代码"),
        ({"tax_number": "91110000600037341A"}, "tax_number", "末位校验码对不上"),
        ({"tax_number": "I1110000600037341L"}, "tax_number", "前8位是数字"),
        ({"title": "  "}, "title", ""),
        ({"email": "office"}, "email", ""),
        ({"title_kind": "household"}, "title_kind", ""),
        ({"request_key": "x"}, "request_key", ""),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_asked_for(order, changes, field, words):
    answer = send(order, order.buyer, **changes)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    text = answer.content.decode()
    assert words in text
    assert "office" in text
    assert not Invoice.objects.exists()
    if words:
        assert re.search(rf'id="id_{field}_error".*?{words}', text, re.DOTALL)


def test_a_number_left_in_the_hidden_field_is_not_put_on_a_persons_invoice(order):
    send(order, order.buyer, title_kind="person", title="林小满", tax_number="9111")
    invoice = Invoice.objects.get()
    assert (invoice.title_kind, invoice.title, invoice.tax_number) == ("person", "林小满", "")


def test_the_last_title_is_filled_in_and_a_new_persons_address_too(order):
    form = address("invoice_request", order.number)
    fresh = client_of(order.buyer).get(form).context["form"]
    assert (fresh["title"].value(), fresh["email"].value()) == ("", order.buyer.email)
    send(order, order.buyer)
    other = invoiced_order(seller=order.seller)
    type(other).objects.filter(pk=other.pk).update(buyer=order.buyer)
    filled = client_of(order.buyer).get(address("invoice_request", other.number)).context["form"]
    assert {name: filled[name].value() for name in ("title_kind", "title", "tax_number", "email")} == {
        "title_kind": "company",
        "title": "山月（杭州）文化有限公司",
        "tax_number": COMPANY_NUMBER,
        "email": "office@example.com",
    }


def test_a_seller_who_is_not_known_cannot_be_invoiced_for_and_the_buyer_reads_why():
    order = invoiced_order(seller=make_seller())
    answer = client_of(order.buyer).get(address("invoice_request", order.number), follow=True)
    assert "服务商还没有完成开票所需的身份认证" in answer.content.decode()
    assert not Invoice.objects.exists()


def test_where_invoices_are_switched_off_none_is_offered(order, settings):
    done = issued(order)
    settings.INVOICES_ENABLED = False
    assert (
        address("invoice_request", order.number)
        not in client_of(order.seller).get(order.get_absolute_url()).content.decode()
    )
    answer = send(order, order.seller, follow=False)
    assert answer.status_code in (302, 409)
    assert Invoice.objects.get() == done
    client = client_of(order.buyer)
    assert address("invoice_file", done.reference) in client.get(order.get_absolute_url()).content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_state_of_an_invoice_has_its_page(order, office, language):
    seen = set()

    def look(invoice):
        invoice.refresh_from_db()
        with override(language):
            text = client_of(order.buyer).get(invoice.get_absolute_url()).content.decode()
            assert str(invoice.get_status_display()) in text
        assert (invoice.number or invoice.reference) in text
        assert (address("invoice_file", invoice.reference, language=language) in text) == bool(invoice.file)
        asks = address("invoice_request", order.number, language=language) in text
        assert asks == (invoice.status == InvoiceStatus.FAILED)
        seen.add(invoice.status)

    office.faults += [refuses("名称与税号不符。")]
    refused = ask(order, title=COMPANY)
    let_jobs_run(rounds=1)
    look(refused)
    office.faults.append(knows_nothing)
    invoice = ask(order)
    look(invoice)
    let_jobs_run(rounds=1)
    look(invoice)
    Invoice.objects.filter(pk=invoice.pk).update(attempts=0, next_attempt_at=invoice.created_at)
    let_jobs_run(rounds=1)
    look(invoice)
    reversal = invoices.reverse_by_hand(invoice_id=invoice.pk, staff=make_finance(), reason="抬头写错")
    look(invoice)
    look(reversal)
    let_jobs_run(rounds=1)
    look(reversal)
    other = ask(order)
    give_back(order, 128_000)
    let_jobs_run(rounds=1)
    look(other)
    assert seen == set(InvoiceStatus) - {InvoiceStatus.REVERSED}


def test_after_a_reversal_by_hand_another_can_be_asked_for(order):
    invoice = issued(order)
    invoices.reverse_by_hand(invoice_id=invoice.pk, staff=make_finance(), reason="抬头写错")
    let_jobs_run()
    page = client_of(order.buyer).get(invoice.get_absolute_url()).content.decode()
    assert "已红冲" in page
    assert address("invoice_request", order.number) in page
    send(order, order.buyer)
    assert Invoice.objects.filter(status="requested").count() == 1


def test_a_refused_invoice_says_why_on_the_order_and_on_the_form(order, office):
    office.faults.append(refuses("名称与税号不符。"))
    send(order, order.buyer)
    let_jobs_run()
    client = client_of(order.buyer)
    for page in (order.get_absolute_url(), address("invoice_request", order.number)):
        assert "名称与税号不符。" in client.get(page).content.decode()


def test_a_page_that_waits_asks_again_and_reloads_when_there_is_news(order):
    invoice = ask(order)
    client = client_of(order.buyer)
    headers = {"HX-Request": "true"}
    assert client.get(invoice.get_absolute_url(), headers=headers).status_code == 204
    let_jobs_run()
    assert client.get(invoice.get_absolute_url(), headers=headers).headers["HX-Refresh"] == "true"


def test_the_list_shows_invoices_and_reversals_newest_first(order):
    client = client_of(order.buyer)
    assert "还没有发票" in client.get(address("invoices")).content.decode()
    issued(order)
    give_back(order, 28_000)
    let_jobs_run()
    text = client.get(address("invoices")).content.decode()
    numbers = [invoice.number for invoice in Invoice.objects.order_by("-pk")]
    assert len(numbers) == 3
    places = [text.index(number) for number in numbers]
    assert places == sorted(places)
    assert text.count("红字发票") >= 1
    assert 'price--negative" value="-1280">1,280.00' in text


def test_the_list_costs_the_same_however_long_it_is(order, django_assert_max_num_queries):
    issued(order)
    give_back(order, 28_000)
    let_jobs_run()
    client = client_of(order.buyer)
    client.get(address("invoices"))
    with django_assert_max_num_queries(12):
        client.get(address("invoices"))


def test_the_recipient_downloads_the_paper(order):
    invoice = issued(order)
    answer = client_of(order.buyer).get(address("invoice_file", invoice.reference))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")


def test_a_paper_that_is_not_there_yet_is_not_found(order):
    invoice = ask(order)
    assert client_of(order.buyer).get(address("invoice_file", invoice.reference)).status_code == 404


def test_the_seller_reads_and_downloads_what_was_issued_in_his_name_and_can_change_nothing(order):
    waiting = ask(order)
    seller = client_of(order.seller)
    page, paper = address("invoice", waiting.reference), address("invoice_file", waiting.reference)
    assert [seller.get(each).status_code for each in (page, paper)] == [404, 404], "nothing stands in his name yet"
    let_jobs_run(rounds=1)

    assert "以你的名义开具" in seller.get(address("invoices")).content.decode()
    assert "以你的名义开具" not in client_of(order.buyer).get(address("invoices")).content.decode()
    text = seller.get(page).content.decode()
    assert "1,280.00" in text
    assert "xiaoman@example.com" not in text, "the buyer's address is not the seller's business"
    assert address("invoice_request", order.number) not in text
    assert b"".join(seller.get(paper).streaming_content).startswith(b"%PDF")


def test_what_the_seller_was_invoiced_is_not_the_buyers_to_read(order):
    fee = issued(order, user=order.seller)
    buyer = client_of(order.buyer)
    assert buyer.get(address("invoice", fee.reference)).status_code == 404
    assert fee.reference not in buyer.get(address("invoices")).content.decode()


def test_a_refunded_invoice_says_at_once_that_it_will_be_reversed_and_then_leads_to_both_papers(order):
    old = issued(order)
    buyer = client_of(order.buyer)
    coming = "发票会自动红冲"
    assert coming not in buyer.get(old.get_absolute_url()).content.decode()
    give_back(order, 28_000)
    assert coming in buyer.get(old.get_absolute_url()).content.decode()
    let_jobs_run()

    red, new = Invoice.objects.get(reverses=old), Invoice.objects.get(replaces=old)
    for user in (order.buyer, order.seller):
        text = client_of(user).get(old.get_absolute_url()).content.decode()
        assert coming not in text
        assert f'href="{red.get_absolute_url()}"' in text
        assert f'href="{new.get_absolute_url()}"' in text
    assert f'href="{new.get_absolute_url()}"' in buyer.get(red.get_absolute_url()).content.decode()


def test_strangers_find_neither_page_nor_paper_nor_form(order):
    invoice = issued(order)
    pages = [invoice.get_absolute_url(), address("invoice_file", invoice.reference)]
    for stranger in (make_user(), make_verified_seller(), make_finance()):
        client = client_of(stranger)
        assert [client.get(page).status_code for page in pages] == [404, 404]
        assert invoice.number not in client.get(address("invoices")).content.decode()
    stranger = make_user()
    form = address("invoice_request", order.number)
    assert client_of(stranger).get(form).status_code == 404
    assert send(order, stranger).status_code == 404
    assert Invoice.objects.count() == 1


def test_who_is_not_logged_in_is_sent_to_log_in(order):
    invoice = issued(order)
    for page in (
        address("invoices"),
        address("invoice_request", order.number),
        invoice.get_absolute_url(),
        address("invoice_file", invoice.reference),
    ):
        assert "/accounts/login/" in Client().get(page).url


def test_papers_are_not_below_the_public_address_of_files(order, settings):
    invoice = issued(order)
    assert storages["private"].exists(invoice.file.name)
    assert Client().get(f"{settings.MEDIA_URL}{invoice.file.name}").status_code == 404
