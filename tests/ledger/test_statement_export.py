"""The statement as a file: the lines of the page, sums that fit the balances, thousands of lines in little memory."""

import csv
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook

from marketplace.core.money import parse_yuan
from marketplace.ledger.models import Entry
from marketplace.ledger.periods import Period
from marketplace.ledger.statement import own_account_ids, totals_of
from marketplace.orders.services import refund_part
from tests.factories import make_completed_order, make_gig, make_seller
from tests.ledger.books import clear, earn, write_history

pytestmark = pytest.mark.django_db
SEPTEMBER = datetime(2026, 9, 3, 4, 0, tzinfo=UTC)
TIME, KIND, ACCOUNT, REFERENCE, TITLE, AMOUNT, BALANCE, KEY, FEE, TAX = range(10)
HEADINGS = [
    "时间",
    "摘要",
    "账户",
    "订单号或提现单号",
    "标题",
    "金额（元）",
    "余额（元）",
    "记账编号",
    "平台服务费（元）",
    "预扣个税（元）",
]


def address(ending, language="zh-hans", **query):
    with override(language):
        return reverse("payments:statement_export", args=[ending], query=query)


def download(client, ending="csv", **query):
    response = client.get(address(ending, **query))
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def rows_of(client, **query):
    """Lines of the CSV, then the rows of balances and sums."""
    [headings, *rows] = csv.reader(StringIO(download(client, **query).decode("utf-8-sig"), newline=""))
    assert headings == HEADINGS
    return [row for row in rows if row[KEY]], [row for row in rows if not row[KEY]]


@pytest.fixture
def history(seller):
    """Three months of a seller, with a month of nothing between them."""
    earn(seller, "A1", at=SEPTEMBER, share_fen=10_000)
    earn(seller, "A2", at=SEPTEMBER + timedelta(days=25), share_fen=20_050)
    clear("A1")
    clear("A2")  # in October
    earn(seller, "A3", at=SEPTEMBER + timedelta(days=80))
    return seller


def test_an_export_is_the_page_oldest_first(history, seller_client):
    lines, _sums = rows_of(seller_client, period="all")
    entries = Entry.objects.filter(account__owner=history).select_related("transaction", "account").order_by("pk")
    assert [
        (row[KEY], row[REFERENCE], parse_yuan(row[AMOUNT]), parse_yuan(row[BALANCE]), row[ACCOUNT]) for row in lines
    ] == [
        (
            entry.transaction.idempotency_key,
            entry.transaction.reference,
            entry.amount_fen,
            entry.balance_after_fen,
            entry.account.get_kind_display(),
        )
        for entry in entries
    ]
    assert lines[0][:3] == ["2026-09-03 12:00:00", "订单收入", "待结算"]


@pytest.mark.parametrize("period", ["2026-08", "2026-09", "2026-10", "2026-11", "2026", "all"])
def test_the_sum_of_an_export_is_the_change_of_the_balances(history, seller_client, period):
    lines, sums = rows_of(seller_client, period=period)
    totals = totals_of(own_account_ids(history), Period.from_key(period))
    amount = sum(parse_yuan(row[AMOUNT]) for row in lines)
    assert amount == totals.net_fen
    opening = {row[ACCOUNT]: parse_yuan(row[BALANCE]) for row in sums if row[KIND] == "期初余额"}
    closing = {row[ACCOUNT]: parse_yuan(row[BALANCE]) for row in sums if row[KIND] == "期末余额"}
    assert closing == {account.label: account.closing_fen for account in totals.accounts}
    assert sum(closing.values()) - sum(opening.values()) == amount
    [total] = [row for row in sums if row[KIND] == "余额变动合计"]
    assert parse_yuan(total[AMOUNT]) == amount


def test_a_kind_alone_has_a_sum_and_no_balances(history, seller_client):
    lines, sums = rows_of(seller_client, period="all", movement="income")
    assert [row[REFERENCE] for row in lines] == ["A1", "A2", "A3"]
    assert [(row[KIND], row[AMOUNT]) for row in sums] == [("余额变动合计", "390.50")]


def test_both_formats_hold_the_same(history, seller_client):
    lines, sums = rows_of(seller_client, period="2026")
    page = load_workbook(BytesIO(download(seller_client, "xlsx", period="2026"))).active
    [headings, *rows] = page.iter_rows(values_only=True)
    assert list(headings) == HEADINGS
    assert page.freeze_panes == "A2"
    assert len(rows) == len(lines) + len(sums)
    in_order = [row for row in rows if row[KEY]]
    for there, here in zip(in_order, lines, strict=True):
        assert f"{there[TIME]:%Y-%m-%d %H:%M:%S}" == here[TIME]
        assert [f"{there[AMOUNT]:.2f}", f"{there[BALANCE]:.2f}"] == [here[AMOUNT], here[BALANCE]]
        assert [value or "" for value in there[KIND : TITLE + 1]] == here[KIND : TITLE + 1]


def test_each_line_names_the_fee_beside_its_amount(history, seller_client):
    lines, _sums = rows_of(seller_client, period="all", movement="income")
    assert [row[FEE] for row in lines] == ["10.00", "10.00", "10.00"]
    assert [row[TAX] for row in lines] == ["", "", ""]


def test_titles_come_from_the_orders(seller, seller_client):
    order = make_completed_order(gig=make_gig(seller=seller, price_fen=10_000, title="=1+1 的门头"))
    refund_part(order_id=order.pk, actor=seller, amount_fen=1_000, reason="少做一页")
    lines, _sums = rows_of(seller_client)
    assert {row[TITLE] for row in lines} == {"'=1+1 的门头"}
    cell = load_workbook(BytesIO(download(seller_client, "xlsx"))).active.cell(4, TITLE + 1)
    assert (cell.value, cell.data_type) == ("=1+1 的门头", "s")


def test_everybody_gets_their_own_lines_and_a_guest_none(history):
    stranger = Client()
    stranger.force_login(make_seller(), backend="django.contrib.auth.backends.ModelBackend")
    lines, sums = rows_of(stranger, period="all")
    assert lines == []
    assert [row[AMOUNT] for row in sums] == ["0.00"]
    response = Client().get(address("csv", period="all"))
    assert response.status_code == 302
    assert "/accounts/login/" in response.headers["Location"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_file_speaks_the_language_of_the_page(history, seller_client, language):
    response = seller_client.get(address("csv", language, period="2026-09"))
    text = b"".join(response.streaming_content).decode()
    words = {"zh-hans": ("订单收入", "期初余额", "待结算"), "en": ("Order income", "Opening balance", "Pending")}
    assert all(word in text for word in words[language])


def test_a_file_is_never_kept_by_a_proxy_and_other_formats_do_not_exist(history, seller_client):
    response = seller_client.get(address("xlsx"))
    assert b"".join(response.streaming_content)
    assert "no-store" in response.headers["Cache-Control"]
    assert seller_client.get("/wallet/statement.pdf").status_code == 404
    assert seller_client.post(address("csv")).status_code == 405


def test_what_is_posted_during_an_export_is_not_half_in_it(history, seller_client, monkeypatch):
    monkeypatch.setattr("marketplace.ledger.statement.CHUNK", 2)
    response = seller_client.get(address("csv", period="all"))
    parts = iter(response.streaming_content)
    rows = StringIO(next(parts).decode("utf-8-sig"))
    assert rows.getvalue().count("release") == 3 + 4  # three incomes, two of them cleared
    earn(history, "LATE", at=timezone.now())
    lines, _sums = rows_of(seller_client, period="all")
    assert {row[REFERENCE] for row in lines} == {"A1", "A2", "A3", "LATE"}


def test_ten_thousand_lines_come_in_seconds_and_in_little_memory(seller, seller_client):
    write_history(seller, 10_000, first=SEPTEMBER - timedelta(days=430), description="=2+2")
    for ending, seconds in (("csv", 5), ("xlsx", 15)):
        started = time.process_time()  # of this process's own work: the machine may be busy with other things
        response = seller_client.get(address(ending, period="all"))
        size = sum(len(part) for part in response.streaming_content)
        assert time.process_time() - started < seconds
        assert size > 100_000
    lines, sums = rows_of(seller_client, period="all")
    assert len(lines) == 10_000
    assert {row[TITLE] for row in lines} == {"'=2+2"}
    assert sum(parse_yuan(row[AMOUNT]) for row in lines) == 1_000_000
    assert sums[-1][BALANCE] == "10000.00"

    tracemalloc.start()
    response = seller_client.get(address("csv", period="all"))
    largest = max(len(part) for part in response.streaming_content)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert largest < 200_000
    assert peak < 12_000_000  # 7 MB; all ten thousand at once are 22


def test_the_queries_of_an_export_go_with_its_thousands_not_with_its_lines(seller, seller_client):
    write_history(seller, 2_001, first=SEPTEMBER)
    with CaptureQueriesContext(connection) as captured:
        assert len(rows_of(seller_client, period="all")[0]) == 2_001
    assert len(captured) < 30
