"""Alipay's daily bills: a zip of two GBK files, comment lines with `#`, padded values (facts/payments.md, section 5).

`trade` lists payments and refunds; `signcustomer` is the account log, in which fees, splits and transfers stand.
"""

import hashlib
import io
import unicodedata
import urllib.error
import urllib.request
import zipfile
from datetime import date
from http.client import HTTPException

from django.utils import timezone

from marketplace.core import clock
from marketplace.core.money import parse_yuan
from marketplace.payments.gateways.alipay_client import AlipayCalls, moment
from marketplace.payments.gateways.answers import empty_bill
from marketplace.payments.gateways.base import Bill, BillKind, BillRow, BillRowKind, Rejected, Unknown
from marketplace.payments.models import GatewayCode

_TYPES = {BillKind.TRADE: "trade", BillKind.FUND: "signcustomer"}
_NO_BILL = {"isp.bill_not_exist", "EXCEPTION_BILL_NOT_EXIST"}
# A day of a large marketplace is some megabytes; anything above this is not a bill.
_LARGEST_BYTES = 256 * 1024 * 1024
_TRADE_KINDS = {"交易": BillRowKind.PAYMENT, "退款": BillRowKind.REFUND}
_FUND_KINDS = {
    "在线支付": BillRowKind.PAYMENT,
    "交易付款": BillRowKind.PAYMENT,
    "交易退款": BillRowKind.REFUND,
    "退款": BillRowKind.REFUND,
    "转账": BillRowKind.TRANSFER,
    "转账退回": BillRowKind.BOUNCE,
    "收费": BillRowKind.FEE,
    "交易分账": BillRowKind.SPLIT,
}
_FREE_TEXT = "商品名称"


class AlipayBills(AlipayCalls):
    """Bills by day."""

    def fetch_bill(self, day: date, kind: BillKind) -> Bill:
        """Download, check and read the bill of a past day in China.

        Raises Rejected for a day that is not over; Unknown for a bill that is not written yet, or came broken.
        """
        if day >= timezone.localdate(clock.now()):
            raise Rejected("BILL_OF_TODAY", f"{day} is not over")
        content = {"bill_type": _TYPES[kind], "bill_date": day.isoformat()}
        answer = self._api("alipay.data.dataservice.bill.downloadurl.query", content)
        if answer.get("sub_code") in _NO_BILL:
            return empty_bill(GatewayCode.ALIPAY.value, kind, day)
        self._require_success(answer)
        # The address dies after 30 seconds: one that fails is asked for afresh, never kept.
        file = _download(str(answer.get("bill_download_url")), timeout=self._settings["timeout_seconds"])
        return read_bill(file, day, kind)


def _download(url: str, *, timeout: int) -> bytes:
    """The file behind a bill's address. Raises Unknown when it cannot be had whole."""
    if not url.startswith(("https://", "http://")):
        raise Unknown("the bill's address is not one of the web")
    try:
        with urllib.request.urlopen(url, timeout=timeout) as response:  # noqa: S310 checked above
            content: bytes = response.read(_LARGEST_BYTES + 1)
    except (urllib.error.URLError, HTTPException, OSError) as error:
        raise Unknown(f"bill: {type(error).__name__}: {error}") from error
    if len(content) > _LARGEST_BYTES:
        raise Unknown("the bill is larger than any bill")
    return content


def read_bill(content: bytes, day: date, kind: BillKind) -> Bill:
    """The lines of a downloaded bill. Raises Unknown for a broken file: it is fetched again, nothing is concluded."""
    try:
        detail, summary = _tables(content)
        read = _trade_row if kind == BillKind.TRADE else _fund_row
        rows = tuple(read(line) for line in detail)
        _check_count(rows, summary)
    except (zipfile.BadZipFile, EOFError, KeyError, ValueError, UnicodeDecodeError) as error:
        raise Unknown(f"bill of {day}: {type(error).__name__}: {error}") from error
    return Bill(GatewayCode.ALIPAY.value, kind, day, rows, content, hashlib.sha256(content).hexdigest())


def _tables(content: bytes) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The lines of the detail file and of its summary. Raises ValueError or BadZipFile (which checks each CRC too)."""
    with zipfile.ZipFile(io.BytesIO(content), metadata_encoding="gbk") as archive:
        if sum(member.file_size for member in archive.infolist()) > _LARGEST_BYTES:
            raise ValueError("the bill is larger than any bill")
        names = [name for name in archive.namelist() if name.endswith(".csv")]
        (detail,) = (name for name in names if "汇总" not in name)
        (summary,) = (name for name in names if "汇总" in name)
        return _table(archive.read(detail)), _table(archive.read(summary))


def _table(content: bytes) -> list[dict[str, str]]:
    """The lines by the names of their columns, compared after NFKC: brackets come full width and half width."""
    # GB 18030 reads all of GBK, and the characters that Alipay may add some day. Not `splitlines`: a title may hold a
    # character that Python takes for the end of a line (U+2028 from a word processor).
    text = content.decode("gb18030").replace("\r\n", "\n")
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith("#")]
    if not lines:
        raise ValueError("a table without a header")
    header = [unicodedata.normalize("NFKC", cell.strip()) for cell in lines[0].split(",")]
    return [dict(zip(header, _cells(line, header), strict=True)) for line in lines[1:]]


def _cells(line: str, header: list[str]) -> list[str]:
    """The values of a line. Commas that a title brought along are put back into the title: nothing quotes them."""
    cells = [cell.strip() for cell in line.split(",")]
    surplus = len(cells) - len(header)
    if surplus > 0 and _FREE_TEXT in header:
        at = header.index(_FREE_TEXT)
        cells[at : at + surplus + 1] = [",".join(cells[at : at + surplus + 1])]
    return cells


def _check_count(rows: tuple[BillRow, ...], summary: list[dict[str, str]]) -> None:
    """The summary counts what the detail lists. Raises ValueError for a file that was cut between the two."""
    total = summary[-1] if summary else {}
    counts = {BillRowKind.PAYMENT: "交易订单总笔数", BillRowKind.REFUND: "退款订单总笔数"}
    for kind, name in counts.items():
        listed = sum(row.kind == kind for row in rows)
        if name in total and int(total[name]) != listed:
            raise ValueError(f"the summary counts {total[name]} of {kind}, the detail lists {listed}")


def _trade_row(line: dict[str, str]) -> BillRow:
    kind = _TRADE_KINDS[line["业务类型"]]
    return BillRow(
        kind=kind,
        out_trade_no=line["商户订单号"],
        reference=line["退款批次号/请求号"] if kind == BillRowKind.REFUND else "",
        gateway_no=line["支付宝交易号"],
        amount_fen=abs(parse_yuan(line["订单金额(元)"])),
        # What goes out of our account is negative there: a fee is, one that a refund gives back is not.
        fee_fen=-parse_yuan(line["服务费(元)"] or "0"),
        at=moment(line["完成时间"]),
    )


def _fund_row(line: dict[str, str]) -> BillRow:
    income, outgo = (parse_yuan(line[name] or "0") for name in ("收入金额(+元)", "支出金额(-元)"))
    kind = _FUND_KINDS.get(line["业务类型"], BillRowKind.OTHER)
    if kind == BillRowKind.TRANSFER and income:
        kind = BillRowKind.BOUNCE  # the same name both ways: the column says which
    return BillRow(
        kind=kind,
        out_trade_no=line["商户订单号"],
        reference="",
        gateway_no=line["业务流水号"],
        amount_fen=abs(income) or abs(outgo),
        fee_fen=0,
        at=moment(line["发生时间"]),
        moved_fen=abs(income) - abs(outgo),
        balance_fen=parse_yuan(line["账户余额(元)"]),
    )
