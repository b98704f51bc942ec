"""The books in Wagtail's admin: who may look, what is found, pages by key, sums, files, and the note in the staff log."""

import csv
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.users.models import UserProfile

from marketplace.core.money import parse_yuan
from marketplace.ledger import services
from marketplace.ledger.books import PAGE_SIZE, BooksFilter, books_page
from marketplace.ledger.models import Entry, Transaction, TransactionKind
from marketplace.ledger.postings_payouts import begin_payout
from marketplace.moderation.models import AdminLog
from marketplace.orders.services import open_dispute
from tests.factories import (
    make_completed_order,
    make_delivered_order,
    make_finance,
    make_gig,
    make_moderator,
    make_seller,
    make_user,
    staff_group,
)
from tests.ledger.books import capture, clear, earn
from tests.logins import log_in

pytestmark = pytest.mark.django_db
BOOKS = "/admin/books/"
SEPTEMBER = datetime(2026, 9, 3, 4, 0, tzinfo=UTC)


def logged_in(user):
    client = Client()
    log_in(user, client=client)
    return client


@pytest.fixture
def finance(db):
    return make_finance()


@pytest.fixture
def finance_client(finance):
    return logged_in(finance)


def make_administrator():
    user = make_user(name="管理员", is_staff=True)
    user.groups.add(staff_group("administrator"))
    return user


def make_support():
    user = make_user(name="客服", is_staff=True)
    user.groups.add(staff_group("support"))
    return user


def found(client, **query):
    """The transactions of a page, newest first."""
    response = client.get(BOOKS, query)
    assert response.status_code == 200
    return [line.transaction for line in response.context["page"].lines]


def legs_of(client, **query):
    """The legs in a CSV, without the sum, and the sum."""
    response = client.get("/admin/books.csv", query)
    assert response.status_code == 200
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    [_headings, *rows, total] = csv.reader(StringIO(content, newline=""))
    return rows, parse_yuan(total[5])


# Who may


@pytest.mark.parametrize("make", [make_finance, make_administrator])
def test_finance_and_administrators_see_the_books(make):
    capture()
    client = logged_in(make())
    assert len(found(client)) == 1
    assert BOOKS in client.get("/admin/").content.decode()  # in the menu


@pytest.mark.parametrize("make", [make_moderator, make_support])
@pytest.mark.parametrize("path", [BOOKS, "/admin/books.csv", "/admin/books.xlsx"])
def test_other_staff_are_refused_and_nothing_is_noted(make, path):
    capture()
    client = logged_in(make())
    response = client.get(path, follow=True)
    assert response.redirect_chain == [("/admin/", 302)]
    assert "没有权限" in response.content.decode()
    assert BOOKS not in response.content.decode()
    assert not AdminLog.objects.exists()


@pytest.mark.parametrize("path", [BOOKS, "/admin/books.csv"])
def test_people_of_the_marketplace_do_not_get_in(seller_client, path):
    response = seller_client.get(path)
    assert response.status_code == 302
    assert "login" in response.headers["Location"]


# What is found


def test_every_leg_of_a_transaction_stands_on_the_page(finance_client, seller):
    earn(seller, "ORDER9", at=timezone.now())
    text = finance_client.get(BOOKS).content.decode()
    for code in ("escrow:ORDER9", "platform:commission", f"user:{seller.pk}:pending", "clearing:alipay"):
        assert code in text
    assert "order:ORDER9:release" in text


@pytest.fixture
def two_people(seller):
    """Two sellers with a phone, an e-mail address and a name; one earned in September and one in October."""
    seller.phone, seller.email = "+8613800138000", "qinghe@example.com"
    seller.save()
    other = make_seller(name="山月影像")
    earn(seller, "SEP", at=SEPTEMBER)
    earn(other, "OCT", at=SEPTEMBER + timedelta(days=40))
    return seller, other


@pytest.mark.parametrize(
    "who", ["qinghe@example.com", "Qinghe@Example.com", "138 0013 8000", "青禾", "user:{pk}", "user:{pk}:pending"]
)
def test_a_person_is_found_by_address_number_name_and_account(finance_client, two_people, who):
    mine = found(finance_client, who=who.format(pk=two_people[0].pk))
    assert [row.reference for row in mine] == ["SEP"]
    assert {row.kind for row in mine} == {TransactionKind.ESCROW_RELEASED}


def test_tax_withheld_from_a_person_is_found_with_the_person(finance_client, seller):
    earn(seller, "SEP", at=SEPTEMBER)
    clear("SEP")
    begin_payout(user=seller, reference="PO1", net_fen=900, tax_fen=27, year=2026)
    rows, total_fen = legs_of(finance_client, who=f"user:{seller.pk}", kind="payout_requested")
    assert [row[2] for row in rows] == [f"user:{seller.pk}:available"]
    rows, total_fen = legs_of(finance_client, who="青禾", kind="payout_requested")
    assert [(row[2], row[5]) for row in rows] == [
        (f"user:{seller.pk}:available", "-9.27"),
        (f"tax:{seller.pk}:2026", "0.27"),
    ]
    assert total_fen == -900


def test_whom_nothing_fits_is_said_and_shows_nothing(finance_client, two_people):
    response = finance_client.get(BOOKS, {"who": "nobody@example.com"})
    assert response.context["page"].lines == []
    assert "没有这个编号的账户" in response.content.decode()
    assert found(finance_client, who="escrow") == []  # a first part alone would be the accounts of all orders


def test_kind_and_dates_narrow_it_down(finance_client, two_people):
    assert {row.reference for row in found(finance_client, kind="escrow_released", first="2026-09-01")} == {
        "SEP",
        "OCT",
    }
    only = found(finance_client, kind="escrow_released", first="2026-09-03", last="2026-09-03")
    assert [row.reference for row in only] == ["SEP"]
    assert found(finance_client, kind="escrow_released", first="2026-09-04", last="2026-10-12") == []


def test_without_a_choice_it_is_the_present_month(finance_client, two_people):
    assert {row.kind for row in found(finance_client)} == {TransactionKind.PAYMENT_CAPTURED}  # made by the test, now


def test_a_last_day_before_the_first_is_said_beside_it(finance_client):
    response = finance_client.get(BOOKS, {"first": "2026-09-04", "last": "2026-09-03"})
    assert "page" not in response.context
    assert "不能早于开始日期" in response.content.decode()
    assert finance_client.get("/admin/books.csv", {"first": "2026-09-04", "last": "2026-09-03"}).status_code == 404
    assert not AdminLog.objects.filter(is_reading=False).exists()


def test_an_order_is_found_by_its_number_whatever_the_dates(finance_client, seller):
    order = make_completed_order(gig=make_gig(seller=seller, price_fen=10_000, title="门头招牌设计"))
    make_completed_order()
    response = finance_client.get(BOOKS, {"reference": order.number, "first": "2020-01-01", "last": "2020-01-02"})
    assert {line.transaction.reference for line in response.context["page"].lines} == {order.number}
    text = response.content.decode()
    assert "门头招牌设计" in text
    assert order.buyer.display_name in text
    assert response.context["order"] == order


def test_a_line_leads_to_the_desk_where_its_order_waits(finance_client):
    order = make_delivered_order()
    open_dispute(order_id=order.pk, user=order.buyer, reason="和说好的不一样")
    text = finance_client.get(BOOKS).content.decode()
    assert reverse("orders_dispute_decide", args=[order.dispute.pk]) in text
    assert f"?reference={order.number}" in text


# Pages


def many(number, *, prefix="A"):
    for index in range(number):
        capture(f"{prefix}{index}", 100 + index)


def test_turning_all_pages_shows_every_transaction_once_while_more_arrive(finance_client):
    many(2 * PAGE_SIZE + 5)
    expected = list(Transaction.objects.order_by("-created_at", "-pk").values_list("pk", flat=True))
    seen, page, query = [], None, {"kind": "payment_captured"}
    while page is None or page.older:
        page = finance_client.get(BOOKS, query).context["page"]
        seen += [line.transaction.pk for line in page.lines]
        query = {"kind": "payment_captured", "older": page.older}
        many(3, prefix=f"LATE{len(seen)}X")
    assert seen == expected
    back = finance_client.get(BOOKS, {"kind": "payment_captured", "newer": page.newer}).context["page"]
    assert [line.transaction.pk for line in back.lines] == expected[PAGE_SIZE : 2 * PAGE_SIZE]


def test_transactions_of_one_moment_are_told_apart_by_their_key():
    moment = timezone.now()
    for index in range(PAGE_SIZE + 10):
        services.hold_escrow(reference=f"A{index}", gateway="alipay", amount_fen=100, key=f"K{index}", at=moment)
    first = books_page(BooksFilter())
    second = books_page(BooksFilter(), older_than=first.older)
    assert (len(first.lines), len(second.lines)) == (PAGE_SIZE, 10)
    assert not {line.transaction.pk for line in first.lines} & {line.transaction.pk for line in second.lines}


def test_a_key_of_nothing_shows_the_newest_page(finance_client):
    many(3)
    assert len(found(finance_client, kind="payment_captured", older="987654321")) == 3
    assert len(found(finance_client, kind="payment_captured", newer="x")) == 3


# Sums and files


def test_the_totals_are_the_sums_of_the_legs_by_kind_of_account(finance_client, two_people):
    response = finance_client.get(BOOKS, {"first": "2026-09-01"})
    for total in response.context["totals"]:
        amounts = list(Entry.objects.filter(account__kind=total.kind).values_list("amount_fen", flat=True))
        assert total.in_fen == sum(amount for amount in amounts if amount > 0)
        assert total.out_fen == sum(amount for amount in amounts if amount < 0)
        assert total.lines == len(amounts)
    assert sum(total.net_fen for total in response.context["totals"]) == 0
    assert {total.kind for total in response.context["totals"]} == {
        "user_pending", "escrow", "commission", "clearing",
    }  # fmt: skip


def test_an_export_is_the_page_and_sums_to_zero(finance_client, two_people):
    query = {"first": "2026-09-01"}
    page = finance_client.get(BOOKS, query).context["page"]
    shown = [
        (line.transaction.idempotency_key, leg.account.code, leg.amount_fen)
        for line in reversed(page.lines)
        for leg in line.legs
    ]
    rows, total_fen = legs_of(finance_client, **query)
    assert [(row[7], row[2], parse_yuan(row[5])) for row in rows] == shown
    assert total_fen == 0


def test_an_export_of_an_account_is_its_own_legs_and_their_sum_its_change(finance_client, two_people):
    seller, _other = two_people
    clear("SEP")
    rows, total_fen = legs_of(finance_client, who=f"user:{seller.pk}:pending")
    assert [parse_yuan(row[5]) for row in rows] == [9_000, -9_000]
    assert total_fen == 0
    [total] = finance_client.get(BOOKS, {"who": f"user:{seller.pk}:available"}).context["totals"]
    assert (total.net_fen, total.lines) == (9_000, 1)


def test_an_export_longer_than_a_chunk_is_whole(finance_client, monkeypatch):
    monkeypatch.setattr("marketplace.ledger.books.CHUNK", 2)
    many(5)
    rows, total_fen = legs_of(finance_client, kind="payment_captured")
    assert [row[3] for row in rows] == [f"A{index}" for index in range(5) for _leg in range(2)]
    assert total_fen == 0


def test_excel_gets_numbers(finance_client):
    order = make_completed_order(gig=make_gig(price_fen=10_000, title="=1+1 的门头"))
    response = finance_client.get("/admin/books.xlsx", {"reference": order.number})
    page = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    assert [cell.value for cell in page["F"]][1:] == [-100, 100, -100, 90, 10, 0]
    assert page["E2"].data_type == "s"
    assert page["E2"].value == "=1+1 的门头"


def test_who_took_a_file_stands_in_the_staff_log(finance_client, finance):
    capture()
    legs_of(finance_client, kind="payment_captured", who="clearing:alipay", first="2026-09-01")
    [entry] = AdminLog.objects.filter(is_reading=False)
    assert (entry.actor, entry.action) == (finance, "books.export")
    assert entry.data == {
        "kind": "payment_captured", "who": "clearing:alipay", "first": "2026-09-01", "format": "csv",
    }  # fmt: skip
    finance_client.get(BOOKS)
    assert AdminLog.objects.filter(is_reading=False).count() == 1  # looking is not taking


def test_other_formats_do_not_exist(finance_client):
    assert finance_client.get("/admin/books.pdf").status_code == 404
    assert finance_client.post("/admin/books.csv").status_code == 405
    assert not AdminLog.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_lines(finance_client):
    def queries():
        finance_client.get(BOOKS)
        with CaptureQueriesContext(connection) as captured:
            finance_client.get(BOOKS)
        return len(captured)

    for _index in range(2):
        make_completed_order()
    few = queries()
    for _index in range(5):
        make_completed_order()
    assert queries() == few


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", ("账本", "合计", "转入")), ("en", ("Books", "Totals", "Net change"))]
)
def test_the_page_speaks_the_language_of_the_person(finance_client, finance, language, words):
    capture()
    profile = UserProfile.get_for_user(finance)
    profile.preferred_language = language
    profile.save()
    text = finance_client.get(BOOKS).content.decode()
    assert all(word in text for word in words)
