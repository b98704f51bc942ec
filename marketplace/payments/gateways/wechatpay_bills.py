"""WeChat's daily bills: gzip, UTF-8 with BOM, every field behind a backtick (facts/payments.md, section 5)."""

import gzip
import hashlib
import zlib
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import requests
from django.utils import timezone
from wechatpayv3.type import RequestType

from marketplace.payments.gateways.answers import empty_bill
from marketplace.payments.gateways.base import Bill, BillKind, BillRow, BillRowKind, Rejected, Unknown
from marketplace.payments.gateways.wechatpay_client import WechatpayCalls
from marketplace.payments.models import GatewayCode

_PATHS = {
    BillKind.TRADE: "/v3/bill/tradebill?bill_date={day}&bill_type=ALL&tar_type=GZIP",
    BillKind.FUND: "/v3/bill/fundflowbill?bill_date={day}&account_type=BASIC&tar_type=GZIP",
}
_TITLE = "商品名称"
_TRADE_KINDS = {"SUCCESS": BillRowKind.PAYMENT, "REFUND": BillRowKind.REFUND}
_FUND_KINDS = {
    "交易": BillRowKind.PAYMENT,
    "退款": BillRowKind.REFUND,
    "商家转账": BillRowKind.TRANSFER,
    "手续费": BillRowKind.FEE,
    "分账": BillRowKind.SPLIT,
}


class WechatpayBills(WechatpayCalls):
    """Bills of past days."""

    def fetch_bill(self, day: date, kind: BillKind) -> Bill:
        """Download, check and read a bill. A day without trade is an empty bill.

        Raises Unknown for a bill that is not written yet, or came broken.
        """
        code = GatewayCode.WECHATPAY.value
        try:
            answer = self._get(_PATHS[kind].format(day=day.isoformat()))
        except Rejected as refusal:
            if refusal.sub_code == "NO_STATEMENT_EXIST":
                return empty_bill(code, kind, day)
            raise
        raw = self._download(str(answer.get("download_url", "")))
        return read_bill(raw, day, kind, sha1=str(answer.get("hash_value", "")))

    def _download(self, url: str) -> bytes:
        """The file itself, from the gateway's own address only."""
        base = str(self._settings["base_url"])
        if not url.startswith(f"{base}/"):
            raise Unknown("the bill's address is not the gateway's")
        try:
            status, content = self._core.request(url[len(base) :], method=RequestType.GET, skip_verify=True)
        except requests.RequestException as error:
            raise Unknown(f"bill: {type(error).__name__}: {error}") from error
        if status != 200:
            raise Unknown(f"bill: HTTP {status}")
        return content if isinstance(content, bytes) else content.encode()


def read_bill(raw: bytes, day: date, kind: BillKind, *, sha1: str) -> Bill:
    """The lines of a downloaded bill. Raises Unknown for a broken file: it is fetched again, nothing is concluded."""
    try:
        plain = gzip.decompress(raw)
        # The checksum is of the text, not of what was sent; the download itself carries no signature.
        if hashlib.sha1(plain, usedforsecurity=False).hexdigest() != sha1:
            raise Unknown(f"bill of {day}: its checksum does not hold")
        read = _trade_row if kind == BillKind.TRADE else _fund_row
        rows = tuple(read(line) for line in _table(plain.decode("utf-8-sig")))
    except (OSError, EOFError, zlib.error, ValueError, KeyError, IndexError, InvalidOperation) as error:
        raise Unknown(f"bill of {day}: {type(error).__name__}: {error}") from error
    return Bill(GatewayCode.WECHATPAY.value, kind, day, rows, raw, hashlib.sha256(raw).hexdigest())


def _table(text: str) -> list[dict[str, str]]:
    """The lines between the header and the two lines of the summary, by the names of their columns."""
    # Not `splitlines`: a title may hold a character that Python takes for the end of a line (U+2028 from a word processor).
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    header = lines[0].split(",")
    # A title may hold a comma: fields are told apart by the backtick that each begins with.
    rows = [line.removeprefix("`").split(",`") for line in lines[1:-2]]
    return [dict(zip(header, _rejoined(row, header), strict=True)) for row in rows]


def _rejoined(row: list[str], header: list[str]) -> list[str]:
    """A title may even hold comma and backtick: what is too much belongs to it."""
    surplus = len(row) - len(header)
    if surplus <= 0 or _TITLE not in header:
        return row
    start = header.index(_TITLE)
    return [*row[:start], ",`".join(row[start : start + surplus + 1]), *row[start + surplus + 1 :]]


def _fen(text: str) -> int:
    """Yuan as fen; a fee carries five decimals and is rounded as the summary does."""
    return int((Decimal(text or "0") * 100).quantize(Decimal(1), rounding="ROUND_HALF_UP"))


def _moment(text: str) -> datetime:
    return timezone.make_aware(datetime.strptime(text, "%Y-%m-%d %H:%M:%S"))  # noqa: DTZ007 made aware in China's zone


def _trade_row(line: dict[str, str]) -> BillRow:
    kind = _TRADE_KINDS.get(line["交易状态"], BillRowKind.OTHER)
    # Older accounts print 总金额 in place of 订单金额.
    amount = line["申请退款金额"] if kind == BillRowKind.REFUND else line.get("订单金额") or line["总金额"]
    return BillRow(
        kind=kind,
        out_trade_no=line["商户订单号"],
        reference=line["商户退款单号"] if kind == BillRowKind.REFUND else "",
        gateway_no=line["微信订单号"],
        amount_fen=_fen(amount),
        fee_fen=_fen(line["手续费"]),
        at=_moment(line["交易时间"]),
    )


def _fund_row(line: dict[str, str]) -> BillRow:
    amount_fen = _fen(line["收支金额(元)"])
    return BillRow(
        kind=_FUND_KINDS.get(line["业务类型"], BillRowKind.OTHER),
        out_trade_no=line["业务凭证号"],
        reference="",
        gateway_no=line["微信支付业务单号"],
        amount_fen=amount_fen,
        fee_fen=0,
        at=_moment(line["记账时间"]),
        moved_fen=amount_fen if line["收支类型"] == "收入" else -amount_fen,
        balance_fen=_fen(line["账户结余(元)"]),
    )
