"""Alipay's bills, downloaded from the sandbox: its real format, read whole or not at all."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from urllib.request import urlopen

import pytest
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.identifiers import new_reference
from marketplace.payments import services
from marketplace.payments.gateways.alipay import AlipayGateway
from marketplace.payments.gateways.alipay_bills import read_bill
from marketplace.payments.gateways.base import (
    BillKind,
    BillRowKind,
    Capability,
    PayScene,
    RefundRequest,
    Rejected,
    SettleRequest,
    TransferRequest,
    Unknown,
)
from tests.factories import make_gig, make_sub_merchant
from tests.payments.conftest import begin
from tests.payments.sandbox.conftest import make_sandbox

pytestmark = pytest.mark.django_db
DAY = 86_400
DOWNLOAD = "alipay.data.dataservice.bill.downloadurl.query"


@pytest.fixture(scope="module")
def alipay_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """A sandbox of these tests alone: they move its days."""
    running = make_sandbox(tmp_path_factory.mktemp("bills"), "4800")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def adapter(alipay_sandbox):
    """Each test has a day of its own: what others did lies further back."""
    alipay_sandbox.control("clock", {"seconds": 3 * DAY})
    return AlipayGateway()


@pytest.fixture
def yesterday():
    return timezone.localdate(clock.now()) - timedelta(days=1)


@pytest.fixture
def pay(adapter, alipay_sandbox, postbox):
    """Pay orders at Alipay."""

    def paid(*prices, **gig):
        payments = []
        for price_fen in prices:
            payment = begin(alipay_sandbox, postbox, price_fen=price_fen, **gig).payment
            services.begin_payment(payment=payment, scene=PayScene.QR)
            alipay_sandbox.pay(payment.out_trade_no)
            payments.append(payment)
        return payments

    return paid


def give_back(adapter, payment, amount_fen):
    reference = new_reference("RF")
    adapter.refund(RefundRequest(payment.out_trade_no, reference, amount_fen, payment.amount_fen, "退款"))
    return reference


def pay_out(adapter, amount_fen):
    reference = new_reference("PO")
    adapter.transfer(TransferRequest(reference, amount_fen, "alipay", "lin@example.com", "林墨", "提现"))
    return reference


def test_a_days_payments_and_refunds_are_listed_with_fees_in_positive_fen(adapter, alipay_sandbox, pay, yesterday):
    assert Capability.BILL in adapter.capabilities
    first, second = pay(128_00, 1_000_00)
    refund = give_back(adapter, second, 300_00)
    alipay_sandbox.control("clock", {"seconds": DAY})
    bill = adapter.fetch_bill(yesterday, BillKind.TRADE)
    assert (bill.gateway, bill.kind, bill.day) == ("alipay", BillKind.TRADE, yesterday)
    assert [(row.kind, row.out_trade_no, row.reference, row.amount_fen, row.fee_fen) for row in bill.rows] == [
        (BillRowKind.PAYMENT, first.out_trade_no, "", 128_00, 77),
        (BillRowKind.PAYMENT, second.out_trade_no, "", 1_000_00, 6_00),
        (BillRowKind.REFUND, second.out_trade_no, refund, 300_00, 0),
    ]
    assert bill.rows[0].gateway_no == alipay_sandbox.control(f"trades/{first.out_trade_no}")["trade_no"]
    assert {timezone.localdate(row.at) for row in bill.rows} == {yesterday}
    assert bill.sha256 == hashlib.sha256(bill.raw).hexdigest()
    assert read_bill(bill.raw, yesterday, BillKind.TRADE) == bill


def test_the_file_is_what_alipay_writes(adapter, alipay_sandbox, pay, yesterday):
    pay(128_00, title="标志，含 “引号”")
    alipay_sandbox.control("clock", {"seconds": DAY})
    raw = adapter.fetch_bill(yesterday, BillKind.TRADE).raw
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = [info.filename.encode("cp437").decode("gbk") for info in archive.infolist()]
        detail, _summary = (archive.read(info) for info in archive.infolist())
    assert [name.partition("_")[2] for name in names] == [
        f"{yesterday:%Y%m%d}_业务明细.csv",
        f"{yesterday:%Y%m%d}_业务明细(汇总).csv",
    ]
    with pytest.raises(UnicodeDecodeError):
        detail.decode()
    lines = detail.decode("gbk").split("\r\n")
    assert lines[0].startswith("#")
    header, row = (line for line in lines if line and not line.startswith("#"))
    assert (header.count(","), row.count(",")) == (24, 24)
    assert "订单金额（元）" in header
    assert "128.00\t," in row


def test_the_account_log_lists_fees_refunds_and_transfers_too(adapter, alipay_sandbox, pay, yesterday):
    (payment,) = pay(1_000_00)
    give_back(adapter, payment, 300_00)
    payout, bounced = pay_out(adapter, 50_00), pay_out(adapter, 20_00)
    alipay_sandbox.control(f"transfers/{bounced}", {"status": "REFUND"})
    alipay_sandbox.control("clock", {"seconds": DAY})
    bill = adapter.fetch_bill(yesterday, BillKind.FUND)
    assert sorted((row.kind, row.out_trade_no, row.amount_fen) for row in bill.rows) == sorted([
        (BillRowKind.PAYMENT, payment.out_trade_no, 1_000_00),
        (BillRowKind.FEE, payment.out_trade_no, 6_00),
        (BillRowKind.REFUND, payment.out_trade_no, 300_00),
        (BillRowKind.TRANSFER, payout, 50_00),
        (BillRowKind.TRANSFER, bounced, 20_00),
        (BillRowKind.BOUNCE, bounced, 20_00),
    ])  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(bill.raw)) as archive:
        lines = archive.read(archive.infolist()[0]).decode("gbk").splitlines()
    cells = [line.split(",") for line in lines if line.startswith(tuple("0123456789"))]
    balances = [float(row[8]) for row in cells]
    moves = [float(row[6]) + float(row[7]) for row in cells]
    assert [round(after - before, 2) for before, after in pairwise(balances)] == moves[1:]


def test_a_refund_stands_in_the_bill_of_its_own_day(adapter, alipay_sandbox, pay, yesterday):
    (payment,) = pay(128_00)
    alipay_sandbox.control("clock", {"seconds": DAY})
    refund = give_back(adapter, payment, 28_00)
    alipay_sandbox.control("clock", {"seconds": DAY})
    two_days_ago = yesterday - timedelta(days=1)
    assert [row.kind for row in adapter.fetch_bill(two_days_ago, BillKind.TRADE).rows] == [BillRowKind.PAYMENT]
    assert [row.reference for row in adapter.fetch_bill(yesterday, BillKind.TRADE).rows] == [refund]


@pytest.mark.parametrize("kind", BillKind)
def test_a_day_without_trade_is_an_empty_bill(adapter, yesterday, kind):
    bill = adapter.fetch_bill(yesterday - timedelta(days=1), kind)
    assert (bill.rows, bill.raw) == ((), b"")


def test_before_the_bill_is_written_its_absence_says_nothing(adapter, yesterday):
    with clock.moved_to(timezone.localtime(clock.now()).replace(hour=9, minute=59)), pytest.raises(Unknown):
        adapter.fetch_bill(yesterday, BillKind.TRADE)


def test_today_has_no_bill(adapter):
    with pytest.raises(Rejected, match="BILL_OF_TODAY"):
        adapter.fetch_bill(timezone.localdate(clock.now()), BillKind.TRADE)


@pytest.mark.parametrize("title", ["一,二,三", "🍵 抹茶 & 奶盖", '"引号" 和 #井号', "{括号} 100%", "换行\n符"])
def test_any_title_leaves_the_row_whole(adapter, alipay_sandbox, pay, yesterday, title):
    (payment,) = pay(128_00, title=title)
    alipay_sandbox.control("clock", {"seconds": DAY})
    (row,) = adapter.fetch_bill(yesterday, BillKind.TRADE).rows
    assert (row.out_trade_no, row.amount_fen, row.fee_fen) == (payment.out_trade_no, 128_00, 77)


def test_an_address_dies_after_half_a_minute_and_a_new_one_is_had(adapter, alipay_sandbox, pay, yesterday):
    pay(128_00)
    alipay_sandbox.control("clock", {"seconds": DAY})
    faults = {"faults": {"bill_address_dead": True}, "times": 1}
    alipay_sandbox.control("faults", faults)
    with pytest.raises(Unknown, match="403"):
        adapter.fetch_bill(yesterday, BillKind.TRADE)
    assert len(adapter.fetch_bill(yesterday, BillKind.TRADE).rows) == 1


def test_the_sandbox_keeps_an_address_for_half_a_minute(adapter, alipay_sandbox, pay, yesterday):
    pay(128_00)
    alipay_sandbox.control("clock", {"seconds": DAY})
    answer = adapter._api(DOWNLOAD, {"bill_type": "trade", "bill_date": yesterday.isoformat()})
    with urlopen(answer["bill_download_url"]) as response:
        assert response.headers["Content-Type"] == "application/zip"


@pytest.mark.parametrize(
    ("fault", "rows"),
    [
        ({"bill_extra": "PASTRANGE"}, [("PASTRANGE", 88_00)]),
        ({"bill_duplicate": True}, [("first", 128_00)]),
    ],
    ids=str,
)
def test_what_the_sandbox_adds_is_read_as_it_stands(adapter, alipay_sandbox, pay, yesterday, fault, rows):
    (payment,) = pay(128_00)
    alipay_sandbox.control("clock", {"seconds": DAY})
    alipay_sandbox.fault("*", **fault)
    first, *others = adapter.fetch_bill(yesterday, BillKind.TRADE).rows
    assert first.out_trade_no == payment.out_trade_no
    assert [(row.out_trade_no.replace(payment.out_trade_no, "first"), row.amount_fen) for row in others] == rows


def test_what_the_sandbox_leaves_out_or_alters_is_read_as_it_stands(adapter, alipay_sandbox, pay, yesterday):
    dropped, altered, dearer = pay(128_00, 129_00, 130_00)
    refund = give_back(adapter, dearer, 30_00)
    alipay_sandbox.control("clock", {"seconds": DAY})
    alipay_sandbox.fault(dropped.out_trade_no, bill_drop=True)
    alipay_sandbox.fault(altered.out_trade_no, bill_amount=1_29)
    alipay_sandbox.fault(dearer.out_trade_no, bill_fee=5)
    alipay_sandbox.fault(refund, bill_amount=31_00)
    rows = adapter.fetch_bill(yesterday, BillKind.TRADE).rows
    assert [(row.out_trade_no, row.amount_fen, row.fee_fen) for row in rows] == [
        (altered.out_trade_no, 1_29, 77),
        (dearer.out_trade_no, 130_00, 83),
        (dearer.out_trade_no, 31_00, 0),
    ]


@pytest.mark.parametrize("kind", BillKind)
def test_half_a_file_is_no_bill(adapter, alipay_sandbox, pay, yesterday, kind):
    pay(128_00)
    alipay_sandbox.control("clock", {"seconds": DAY})
    alipay_sandbox.fault("*", bill_broken=True)
    with pytest.raises(Unknown, match="BadZipFile"):
        adapter.fetch_bill(yesterday, kind)


def test_no_answer_is_unknown(adapter, alipay_sandbox, yesterday):
    alipay_sandbox.control("faults", {"faults": {"drop_before_accept": True}, "method": DOWNLOAD})
    with pytest.raises(Unknown):
        adapter.fetch_bill(yesterday, BillKind.TRADE)


def rewritten(raw: bytes, change) -> bytes:
    """The same zip with its text changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(buffer, "w") as new:
        for number, info in enumerate(old.infolist()):
            text = old.read(info).decode("gbk")
            new.writestr(
                info.filename.encode("cp437").decode("gbk"), (change(text) if not number else text).encode("gbk")
            )
    return buffer.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("128.00", "12８.00x"),
        lambda text: text.replace("128.00", "128.001"),
        lambda text: text.replace("交易\t", "神秘\t"),
        lambda text: text.replace("订单金额（元）", "金额"),
        lambda text: "\r\n".join(line for line in text.split("\r\n") if "128.00" not in line),
        lambda text: "",
    ],
)
def test_a_file_that_does_not_say_what_it_must_is_no_bill(adapter, alipay_sandbox, pay, yesterday, change):
    pay(128_00)
    alipay_sandbox.control("clock", {"seconds": DAY})
    raw = adapter.fetch_bill(yesterday, BillKind.TRADE).raw
    with pytest.raises(Unknown):
        read_bill(rewritten(raw, change), yesterday, BillKind.TRADE)


def test_brackets_of_either_width_are_the_same_column(adapter, alipay_sandbox, pay, yesterday):
    pay(128_00)
    alipay_sandbox.control("clock", {"seconds": DAY})
    raw = adapter.fetch_bill(yesterday, BillKind.TRADE).raw
    narrow = rewritten(raw, lambda text: text.replace("（", "(").replace("）", ")"))
    assert read_bill(narrow, yesterday, BillKind.TRADE).rows == read_bill(raw, yesterday, BillKind.TRADE).rows


def test_the_account_log_lists_splits_and_not_what_others_hold(adapter, alipay_sandbox, postbox, settings, yesterday):
    settings.SETTLEMENT_MODE = "custody"
    gig = make_gig(price_fen=1_000_00)
    make_sub_merchant(user=gig.seller, gateway_code="alipay", number="2088000000000077")
    payment = begin(alipay_sandbox, postbox, seller=gig.seller, price_fen=1_000_00).payment
    services.begin_payment(payment=payment, scene=PayScene.QR)
    alipay_sandbox.pay(payment.out_trade_no)
    trade_no = alipay_sandbox.control(f"trades/{payment.out_trade_no}")["trade_no"]
    numbers = (payment.out_trade_no, trade_no, new_reference("SE"))
    adapter.settle(SettleRequest(*numbers, 100_00, 900_00, payment.sub_merchant_id, "服务费"))
    alipay_sandbox.control("clock", {"seconds": DAY})
    (row,) = adapter.fetch_bill(yesterday, BillKind.FUND).rows
    assert (row.kind, row.out_trade_no, row.amount_fen) == (BillRowKind.SPLIT, payment.out_trade_no, 100_00)
    assert [row.kind for row in adapter.fetch_bill(yesterday, BillKind.TRADE).rows] == [BillRowKind.PAYMENT]
