"""The statement: pages by key, totals of a period, the kinds, the sentences, the page."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from marketplace.ledger import postings_custody, postings_payouts, presenters, services
from marketplace.ledger import statement as statements
from marketplace.ledger.audit import audit_books
from marketplace.ledger.models import AccountKind, Entry, TransactionKind
from marketplace.ledger.periods import Period, months_between
from marketplace.ledger.selectors import wallet_of
from marketplace.ledger.services import Leg
from marketplace.ledger.statement import PAGE_SIZE, Choice, Movement, own_account_ids, statement_of, totals_of
from marketplace.orders.services import refund_part
from tests.factories import make_completed_order, make_coupon, make_gig, make_paid_order, make_seller
from tests.ledger.books import check_now, clear, earn

pytestmark = pytest.mark.django_db
SEPTEMBER = datetime(2026, 9, 3, 4, 0, tzinfo=UTC)
EVERYTHING = Choice(Period.everything())


@pytest.fixture(autouse=True)
def _books_balance():
    """Whatever a test here did, the books hold at its end."""
    yield
    check_now()
    assert audit_books().violations == []


def address(language="zh-hans", **query):
    with override(language):
        return reverse("ledger:wallet", query=query)


def ids(page):
    return [line.entry.pk for line in page.lines]


def own_ids(user):
    """The person's entries, newest first, asked for in the plainest way there is."""
    return list(Entry.objects.filter(account__owner=user).order_by("-pk").values_list("pk", flat=True))


def many_orders(user, number, *, prefix="A", at=SEPTEMBER):
    for index in range(number):
        earn(user, f"{prefix}{index}", at=at + timedelta(hours=index))


def withdraw(user, reference, *, net_fen, tax_fen):
    postings_payouts.begin_payout(user=user, reference=reference, net_fen=net_fen, tax_fen=tax_fen, year=2026)


def bring_back(user, reference, *, net_fen, tax_fen):
    postings_payouts.return_payout(
        user=user,
        gateway="alipay",
        reference=reference,
        net_fen=net_fen,
        tax_fen=tax_fen,
        year=2026,
        had_arrived=False,
    )


# Pages


def test_turning_all_pages_shows_every_line_once_newest_first(seller):
    many_orders(seller, 15)
    for index in range(15):
        clear(f"A{index}")
    accounts, seen, page = own_account_ids(seller), [], None
    while page is None or page.older:
        page = statements.statement_page(accounts, EVERYTHING, older_than=page and page.older)
        seen += ids(page)
    assert seen == own_ids(seller)
    assert len(seen) == 45


def test_what_arrives_between_two_pages_moves_no_line_to_the_next(seller):
    many_orders(seller, 2 * PAGE_SIZE)
    expected = own_ids(seller)
    accounts = own_account_ids(seller)
    first = statements.statement_page(accounts, EVERYTHING)
    many_orders(seller, 5, prefix="LATE", at=SEPTEMBER + timedelta(days=9))
    second = statements.statement_page(accounts, EVERYTHING, older_than=first.older)
    assert ids(first) + ids(second) == expected
    back = statements.statement_page(accounts, EVERYTHING, newer_than=second.newer)
    assert ids(back) == ids(first)
    assert back.newer == first.lines[0].entry.pk  # and above it stands what is new
    newest = statements.statement_page(accounts, EVERYTHING, newer_than=back.newer)
    assert ids(newest) == own_ids(seller)[:PAGE_SIZE]
    assert newest.newer is None


def test_pages_of_two_accounts_are_joined_by_id(seller):
    many_orders(seller, PAGE_SIZE)
    for index in range(PAGE_SIZE):
        clear(f"A{index}")
    page = statements.statement_page(own_account_ids(seller), EVERYTHING)
    assert ids(page) == own_ids(seller)[:PAGE_SIZE]
    assert {line.entry.account.kind for line in page.lines} == {AccountKind.USER_AVAILABLE, AccountKind.USER_PENDING}


@pytest.mark.parametrize("key", ["older=0", "older=x", "newer=-1", "older=99999999999999999999", "newer=9"])
def test_a_key_that_cannot_be_shows_a_page_all_the_same(seller, seller_client, key):
    many_orders(seller, 3)
    assert seller_client.get(f"{address()}?period=all&{key}").status_code == 200


def test_nobody_sees_a_line_of_somebody_else(seller, seller_client):
    other = make_seller()
    many_orders(other, 3)
    theirs = own_ids(other)
    assert statement_of(seller, period_key="all").page.lines == []
    page = seller_client.get(address(period="all", newer=theirs[-1] - 1))
    assert page.context["statement"].page.lines == []
    assert page.context["statement"].totals.accounts == []
    assert "90.00" not in page.content.decode()


# Totals


def test_a_month_opens_with_what_the_one_before_closed_with_and_the_last_with_what_is_there(seller):
    many_orders(seller, 6, at=SEPTEMBER + timedelta(days=20))
    for index in range(4):
        clear(f"A{index}")  # in October, but for the first
    withdraw(seller, "PO1", net_fen=10_000, tax_fen=500)
    accounts, balances = own_account_ids(seller), {}
    months = months_between(date(2026, 8, 1), timezone.localdate())[::-1]
    for month in months:
        for account in totals_of(accounts, month).accounts:
            assert account.opening_fen == balances.get(account.kind, 0)
            own = Entry.objects.filter(account_id__in=accounts, account__kind=account.kind)
            inside = [
                entry.amount_fen
                for entry in own.select_related("transaction")
                if month.first <= timezone.localdate(entry.transaction.created_at) < month.after
            ]
            assert account.in_fen == sum(amount for amount in inside if amount > 0)
            assert account.out_fen == sum(amount for amount in inside if amount < 0)
            assert account.lines == len(inside)
            balances[account.kind] = account.closing_fen
    wallet = wallet_of(seller)
    assert balances == {"user_available": wallet.available_fen, "user_pending": wallet.pending_fen}
    assert balances == {"user_available": 25_500, "user_pending": 18_000}


def test_the_totals_say_kinds_fees_and_tax(seller):
    earn(seller, "A1", at=SEPTEMBER)
    earn(seller, "A2", at=SEPTEMBER, share_fen=4_500, fee_fen=500)
    clear("A1")
    withdraw(seller, "PO1", net_fen=2_000, tax_fen=60)
    withdraw(seller, "PO2", net_fen=1_000, tax_fen=30)
    bring_back(seller, "PO2", net_fen=1_000, tax_fen=30)
    totals = totals_of(own_account_ids(seller), Period.everything())
    kinds = {kind.kind: (kind.net_fen, kind.lines, kind.is_internal) for kind in totals.kinds}
    assert kinds == {
        TransactionKind.ESCROW_RELEASED: (13_500, 2, False),
        TransactionKind.EARNINGS_CLEARED: (0, 2, True),
        TransactionKind.PAYOUT_REQUESTED: (-3_090, 2, False),
        TransactionKind.PAYOUT_RETURNED: (1_030, 1, False),
    }
    assert (totals.fee_fen, totals.tax_fen) == (1_500, 60)
    assert totals.net_fen == 13_500 - 2_060
    earlier = totals_of(own_account_ids(seller), Period.month(date(2026, 8, 1)))
    assert (earlier.kinds, earlier.fee_fen, earlier.tax_fen, earlier.net_fen) == ([], 0, 0, 0)


def test_a_fee_given_back_with_a_refund_is_not_counted_twice_for_two_accounts(seller):
    """Taking income back touches three accounts of the seller in one transaction, and the fee once."""
    order = make_completed_order(gig=make_gig(seller=seller, price_fen=100_000))
    earn(seller, "OLD", at=SEPTEMBER, share_fen=1_000, fee_fen=0)
    clear("OLD")
    released = wallet_of(seller).pending_fen
    refund_part(order_id=order.pk, actor=seller, amount_fen=20_000, reason="少做一页")
    totals = totals_of(own_account_ids(seller), Period.everything())
    assert totals.fee_fen == 10_000 - 2_000
    assert wallet_of(seller).pending_fen == released - 18_000


def test_a_month_is_one_of_chinas_calendar(seller):
    earn(seller, "BEFORE", at=datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC))
    earn(seller, "AFTER", at=datetime(2026, 9, 30, 16, 0, tzinfo=UTC))
    for key, reference in (("2026-09", "BEFORE"), ("2026-10", "AFTER")):
        page = statement_of(seller, period_key=key).page
        assert [line.subject_reference for line in page.lines] == [reference]


def test_without_a_choice_it_is_the_month_of_the_newest_entry(seller):
    earn(seller, "A1", at=SEPTEMBER)
    shown = statement_of(seller)
    assert shown.choice == Choice(Period.month(date(2026, 9, 1)))
    assert shown.month_before is None
    assert shown.month_after == Period.month(date(2026, 10, 1))
    earn(seller, "A2", at=SEPTEMBER + timedelta(days=40))
    assert statement_of(seller, period_key="nonsense", movement="nonsense").choice == Choice(
        Period.month(date(2026, 10, 1))
    )


@pytest.mark.parametrize("key", ["2026-11", "2026-01", "2026", "all"])
def test_a_period_is_its_key_and_back(key):
    period = Period.from_key(key)
    assert period.key == key
    assert str(period)


@pytest.mark.parametrize(
    "key", ["", "2026-13", "2026-0", "2026-1", "1999", "20260", "²026", "2026-1١", "2026-11-01", "-"]
)
def test_what_is_no_period_is_none(key):
    assert Period.from_key(key) is None


def test_months_have_neighbours_and_nothing_else_has():
    january = Period.from_key("2026-01")
    assert (january.before().key, january.following().key, january.last) == ("2025-12", "2026-02", date(2026, 1, 31))
    assert Period.from_key("2026-12").following().key == "2027-01"
    assert Period.year(2026).before() is Period.everything().following() is None
    assert [month.key for month in months_between(date(2025, 12, 9), date(2026, 2, 1))] == [
        "2026-02", "2026-01", "2025-12",
    ]  # fmt: skip


# Kinds and sentences


def test_each_kind_shows_its_own_lines_only_and_together_they_are_all(seller):
    order = make_completed_order(gig=make_gig(seller=seller, price_fen=10_000))
    refund_part(order_id=order.pk, actor=seller, amount_fen=1_000, reason="少做一页")
    earn(seller, "A1", at=SEPTEMBER)
    clear("A1")
    withdraw(seller, "PO1", net_fen=2_000, tax_fen=60)
    withdraw(seller, "PO2", net_fen=1_000, tax_fen=0)
    bring_back(seller, "PO2", net_fen=1_000, tax_fen=0)
    postings_custody.begin_settlement(seller=seller, order_number="A1", settlement_reference="ST1", amount_fen=500)
    shown = {}
    for movement in Movement:
        lines = statement_of(seller, period_key="all", movement=movement.value).page.lines
        shown[movement] = [line.entry.pk for line in lines]
        assert {line.entry.transaction.kind for line in lines} <= set(statements.KINDS[movement])
    assert len(shown[Movement.PAYOUT]) == 3
    taxed = shown.pop(Movement.TAX)
    assert [Entry.objects.get(pk=pk).transaction.reference for pk in taxed] == ["PO1"]
    assert sorted(pk for own in shown.values() for pk in own) == sorted(own_ids(seller))


def test_every_kind_of_posting_to_a_persons_account_belongs_to_one_movement():
    elsewhere = {  # these never touch an account of a person
        TransactionKind.PAYMENT_CAPTURED,
        TransactionKind.ESCROW_REFUNDED,
        TransactionKind.PAYOUT_PAID,
        TransactionKind.GATEWAY_FEE,
        TransactionKind.ADJUSTMENT,
        TransactionKind.FEES_WITHDRAWN,
        TransactionKind.TAX_REMITTED,
    }
    listed = [kind for movement, kinds in statements.KINDS.items() if movement != Movement.TAX for kind in kinds]
    assert sorted(listed) == sorted(set(TransactionKind) - elsewhere)


def test_the_rarer_kinds_can_be_chosen_where_they_occur(seller):
    earn(seller, "A1", at=SEPTEMBER)
    shown = statement_of(seller)
    usual = ["", "income", "payout", "taken_back", "tax"]
    assert [chip.value for chip in presenters.chips(shown.choice, shown.totals)] == usual
    clear("A1")
    shown = statement_of(seller, movement="tax")
    chips = presenters.chips(shown.choice, shown.totals)
    assert [chip.value for chip in chips] == ["", "income", "cleared", "payout", "taken_back", "tax"]
    assert [chip.value for chip in chips if chip.is_current] == ["tax"]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "zh-hans",
            {
                "托管款¥100.00，已扣平台服务费¥10.00",
                "托管款全额结算，没有平台服务费",
                "结算期满，可以提现了",
                "结算期满，转到可提现",
                "到账¥20.00，预扣个税¥0.60",
                "提现到你的账户，不用预扣个税",
                "没有打款，全额退回钱包，含预扣的个税¥0.60",
                "由支付机构结算到你在那里的账户",
                "退给买家，从待结算里扣；平台服务费¥1.00也一并退回",
                "退给买家，钱包余额不够扣，由之后的收入抵还",
                "抵还退款时不够扣的部分",
                "欠款减少",
            },
        ),
        (
            "en",
            {
                "¥100.00 out of escrow, less ¥10.00 service fee",
                "Out of escrow, without a service fee",
                "Can be withdrawn now",
                "Moved on to the available balance",
                "¥20.00 to your account, ¥0.60 income tax withheld",
                "To your account, no income tax withheld",
                "Was not paid out: all of it is back, with ¥0.60 of tax",
                "Paid by the payment institution to your account there",
                "For a refund to the buyer, from what had not cleared. ¥1.00 of service fee was given back too",
                "For a refund to the buyer: more than your wallet held, so the next income repays it",
                "Repays what a refund left open",
                "Less is owed",
            },
        ),
    ],
)
def test_every_line_says_what_happened(seller, language, expected):
    order = make_completed_order(gig=make_gig(seller=seller, price_fen=10_000))
    refund_part(order_id=order.pk, actor=seller, amount_fen=1_000, reason="少做一页")
    earn(seller, "A1", at=SEPTEMBER, share_fen=8_000, fee_fen=0)
    clear("A1")
    withdraw(seller, "PO1", net_fen=2_000, tax_fen=60)
    withdraw(seller, "PO2", net_fen=1_000, tax_fen=0)
    bring_back(seller, "PO1", net_fen=2_000, tax_fen=60)
    postings_custody.begin_settlement(seller=seller, order_number="A1", settlement_reference="ST1", amount_fen=7_000)
    services.post(  # a refund of an order whose money is gone
        kind=TransactionKind.RELEASE_REVERSED,
        key="refund:RF1:reverse",
        reference="A1",
        legs=[Leg(services.debt_account(seller.pk), -500), Leg(services.escrow_account("A1"), 500)],
    )
    earn(seller, "A2", at=SEPTEMBER, share_fen=500, fee_fen=0)
    clear("A2")
    with override(language):
        lines = statement_of(seller, period_key="all").page.lines
        assert {presenters.sentence(line) for line in lines} == expected


# The page


def test_a_coupon_that_the_platform_bore_is_said_so_that_the_sum_adds_up(seller):
    make_completed_order(gig=make_gig(seller=seller), coupon_code=make_coupon(amount_fen=700).code)
    (line,) = statement_of(seller).page.lines
    assert (line.entry.amount_fen, line.promotion_fen) == (9_000, -700)
    with override("zh-hans"):
        said = presenters.sentence(line)
    assert "¥93" in said
    assert "¥7" in said


def test_each_line_leads_to_its_order(seller, seller_client):
    order = make_completed_order(gig=make_gig(seller=seller, price_fen=10_000, title="门头招牌设计"))
    text = seller_client.get(address()).content.decode()
    assert f'href="{order.get_absolute_url()}"' in text
    assert text.count("门头招牌设计") == 2  # the statement, and what clears when


def test_an_order_of_somebody_else_is_named_but_not_linked(seller, seller_client):
    """A number in one's books whose order one may not see: nothing but the number is told."""
    other = make_paid_order(gig=make_gig(seller=make_seller(), title="别人的服务"))
    earn(seller, other.number, at=timezone.now())
    text = seller_client.get(address()).content.decode()
    assert other.number in text
    assert other.get_absolute_url() not in text
    assert "别人的服务" not in text


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_speaks_both_languages(seller, seller_client, language):
    many_orders(seller, PAGE_SIZE + 1)
    text = seller_client.get(address(language, period="2026-09")).content.decode()
    for words in {"zh-hans": ("导出对账单", "期初余额", "更早的", "2026年9月"),
                  "en": ("Export statement", "Opening balance", "Older", "September 2026")}[language]:  # fmt: skip
        assert words in text


def test_htmx_gets_the_statement_alone_and_history_the_whole_page(seller, seller_client):
    many_orders(seller, 2)
    part = seller_client.get(address(period="2026-09"), headers={"HX-Request": "true"})
    text = part.content.decode()
    assert text.lstrip().startswith("<section")
    assert 'id="statement-export"' in text  # swapped along, so that a file holds what is shown
    assert "<html" not in text
    assert "HX-Request" in part.headers["Vary"]
    whole = seller_client.get(
        address(period="2026-09"), headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
    )
    assert "<html" in whole.content.decode()


def test_links_keep_the_period_and_the_kind(seller, seller_client):
    many_orders(seller, PAGE_SIZE + 1)
    response = seller_client.get(address(period="2026", movement="income"))
    older = response.context["statement"].page.older
    text = response.content.decode()
    assert f"?period=2026&amp;movement=income&amp;older={older}" in text
    assert "statement.xlsx?period=2026&amp;movement=income" in text


def test_a_month_without_lines_says_so(seller, seller_client):
    earn(seller, "A1", at=SEPTEMBER)
    assert "2026年8月没有流水" in seller_client.get(address(period="2026-08")).content.decode()
    text = seller_client.get(address(period="2026-09", movement="payout")).content.decode()
    assert "2026年9月没有“提现”类的流水" in text


def queries_of(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_the_lines(seller, seller_client):
    for _index in range(2):
        make_completed_order(gig=make_gig(seller=seller))
    few = queries_of(seller_client, address(period="all"))
    for _index in range(6):
        make_completed_order(gig=make_gig(seller=seller))
    for clearing in wallet_of(seller).clearings.all()[:3]:
        services.clear_earnings(clearing_id=clearing.pk)
    assert len(statement_of(seller, period_key="all").page.lines) > 10
    assert queries_of(seller_client, address(period="all")) <= few + 1  # one account more: one union more
    assert few <= 40
