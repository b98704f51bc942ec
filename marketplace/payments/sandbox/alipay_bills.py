"""Daily bills as Alipay writes them: a zip of two GBK files, with comment lines and padded values."""

from __future__ import annotations

import io
import secrets
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from . import clock
from .account import OPENING_BALANCE_FEN, movements_by_hand
from .alipay_trades import BusinessError
from .config import SandboxConfig
from .faults import EVERY_ORDER, Faults
from .money import format_yuan
from .notifications import BUYER_LOGON_ID
from .store import Store

DAY = 24 * 60 * 60
ADDRESS_LIVES = 30.0
# The header lines as they stand in the files.
TRADE_HEADER = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,"
    "卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
TRADE_SUMMARY_HEADER = (
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,"
    "卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）"
)
FUND_HEADER = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,"
    "收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注"
)
FUND_SUMMARY_HEADER = "类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）"
STRANGE_FEN = 88_00


@dataclass(frozen=True)
class Line:
    """What one line of a trade bill says."""

    trade_no: str
    out_trade_no: str
    kind: str
    subject: str
    created_at: float
    at: float
    amount_fen: int
    fee_fen: int = 0
    split_fen: int = 0
    request_no: str = ""

    def cells(self) -> list[str]:
        """The 25 values. What goes out is negative, fees and splits too."""
        amount = _signed(self.amount_fen)
        return [
            self.trade_no, self.out_trade_no, self.kind, _plain(self.subject), clock.format_moment(self.created_at),
            clock.format_moment(self.at), "", "", "", "", BUYER_LOGON_ID, amount, amount, "0.00", "0.00", "0.00",
            "0.00", "0.00", "", "0.00", "0.00", self.request_no, _signed(-self.fee_fen), _signed(-self.split_fen), "",
        ]  # fmt: skip


@dataclass(frozen=True)
class Movement:
    """One movement of the merchant's account: what the account log lists."""

    at: float
    business_no: str
    out_no: str
    amount_fen: int
    kind: str
    shown_fen: int | None = None
    """What the log shows of it; None leaves the line out. The balance is of what really moved."""


class AlipayBills:
    """Writes the bills of past days from the store, and hands them out under addresses that die soon."""

    def __init__(self, config: SandboxConfig, store: Store, faults: Faults) -> None:
        self._config = config
        self._store = store
        self._faults = faults
        self._offered: dict[str, tuple[float, str, bytes]] = {}
        self._lock = threading.Lock()
        self.routes = [Route("/bill/{token}", self.download, methods=["GET"])]

    def address(self, content: dict[str, Any]) -> dict[str, str]:
        """Answer `alipay.data.dataservice.bill.downloadurl.query`."""
        day, kind = str(content.get("bill_date") or ""), str(content.get("bill_type") or "")
        if kind not in ("trade", "signcustomer"):
            raise BusinessError("isp.bill_type_error", "账单类型不支持")
        try:
            start = clock.parse_moment(f"{day} 00:00:00")
        except ValueError:
            raise BusinessError("isp.bill_date_error", "账单日期格式不对") from None
        # The real one is written by ten in the morning; here a day's bill is there as soon as the day is over.
        if start + DAY > clock.now():
            raise BusinessError("isp.bill_not_exist", "当日账单尚未生成")
        tables = self._trade_tables(start) if kind == "trade" else self._fund_tables(start)
        if self._faults.take("bill_empty", EVERY_ORDER) or not tables[0]:
            raise BusinessError("isp.bill_not_exist", "账单不存在")
        file = self._zip(day, kind, *tables)
        if self._faults.take("bill_broken", EVERY_ORDER):
            file = file[: len(file) // 2]
        token = secrets.token_urlsafe(24)
        with self._lock:
            now = clock.now()
            self._offered = {key: value for key, value in self._offered.items() if value[0] > now}
            expires = 0.0 if self._faults.take("bill_address_dead", EVERY_ORDER) else now + ADDRESS_LIVES
            self._offered[token] = (expires, f"{self._config.alipay_seller_id}_{day}.csv.zip", file)
        return {"bill_download_url": f"{self._config.base_url}/bill/{token}"}

    def download(self, request: Request) -> Response:
        """The file, while its address lives."""
        with self._lock:
            expires, name, file = self._offered.get(request.path_params["token"], (0.0, "", b""))
        if expires <= clock.now():
            return PlainTextResponse("bill address expired", status_code=403)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(file, media_type="application/zip", headers=headers)

    def fee(self, amount_fen: int) -> int:
        """What Alipay keeps of a payment, in fen: half a fen and more is a fen."""
        return int(amount_fen * self._config.fee_rate + 0.5)

    def _fee_taken(self, trade: Any) -> int:
        """The fee of a payment as it was taken: the usual one, and what a fault adds."""
        return self.fee(trade["total_fen"]) + int(self._faults.take("bill_fee", trade["out_trade_no"]))

    def _fee_returned(self, refund: Any) -> int:
        """What of the fee comes back with a refund: nothing, or its part of the price."""
        if not self._faults.take("fee_returned", refund["out_trade_no"]):
            return 0
        return int(self.fee(refund["total_fen"]) * refund["amount_fen"] / refund["total_fen"] + 0.5)

    def _altered(self, out_no: str, amount_fen: int) -> int | None:
        """The amount that the bill shows under a number, or None when it leaves the line out."""
        if self._faults.take("bill_drop", out_no):
            return None
        return self._faults.take("bill_amount", out_no) or amount_fen

    def _trade_tables(self, start: float) -> tuple[list[list[str]], list[list[str]]]:
        lines: list[Line] = []
        for trade in self._store.all(
            "SELECT * FROM alipay_trade WHERE paid_at >= ? AND paid_at < ? ORDER BY paid_at, rowid", start, start + DAY
        ):
            amount_fen = self._altered(trade["out_trade_no"], trade["total_fen"])
            if amount_fen is not None:
                lines.append(Line(
                    trade["trade_no"], trade["out_trade_no"], "交易", trade["subject"], trade["created_at"],
                    trade["paid_at"], amount_fen, fee_fen=self._fee_taken(trade),
                ))  # fmt: skip
        for row in self._refunds(start, start + DAY):
            amount_fen = self._altered(row["out_request_no"], row["amount_fen"])
            if amount_fen is not None:
                lines.append(Line(
                    row["trade_no"], row["out_trade_no"], "退款", row["subject"], row["created_at"], row["refunded_at"],
                    -amount_fen, fee_fen=-self._fee_returned(row), request_no=row["out_request_no"],
                ))  # fmt: skip
        if extra := self._faults.take("bill_extra", EVERY_ORDER):
            lines.append(Line(f"{extra}X", extra, "交易", "未知", start + 3600, start + 3600, STRANGE_FEN))
        if lines and self._faults.take("bill_duplicate", EVERY_ORDER):
            lines.append(lines[0])
        return [line.cells() for line in lines], [_trade_total(lines)]

    def _fund_tables(self, start: float) -> tuple[list[list[str]], list[list[str]]]:
        movements = self._movements(start + DAY)
        balance_fen = OPENING_BALANCE_FEN + sum(each.amount_fen for each in movements if each.at < start)
        rows = []
        today = [each for each in movements if each.at >= start]
        for number, each in enumerate(today, start=1):
            balance_fen += each.amount_fen
            if not each.shown_fen:
                continue
            rows.append([
                f"{int(start)}{number:08d}", each.business_no, each.out_no, "", clock.format_moment(each.at),
                BUYER_LOGON_ID, _signed(max(each.shown_fen, 0)), _signed(min(each.shown_fen, 0)),
                _signed(balance_fen), "支付宝", each.kind, "",
            ])  # fmt: skip
        shown = [each.shown_fen for each in today if each.shown_fen]
        incomes, outgoes = [fen for fen in shown if fen > 0], [fen for fen in shown if fen < 0]
        total = ["合计", str(len(incomes)), _signed(sum(incomes)), str(len(outgoes)), _signed(sum(outgoes))]
        return rows, [[*total, _signed(sum(incomes) + sum(outgoes))]]

    def _movements(self, end: float) -> list[Movement]:
        """Everything that moved the account before `end`, in its order. What lands in a sub-merchant's account does not."""
        found = [*self._paid_and_refunded(end), *self._split(end), *self._transferred(end)]
        for row in movements_by_hand(self._store, "alipay", end):
            found.append(_movement(row["at"], row["number"], "", row["amount_fen"], row["kind"]))
        return sorted((each for each in found if each.amount_fen), key=lambda each: (each.at, each.business_no))

    def _paid_and_refunded(self, end: float) -> Iterator[Movement]:
        for row in self._store.all("SELECT * FROM alipay_trade WHERE paid_at < ? AND sub_merchant_id = ''", end):
            numbers = (row["paid_at"], row["trade_no"], row["out_trade_no"])
            yield _movement(*numbers, row["total_fen"], "在线支付")
            yield _movement(*numbers, -self._fee_taken(row), "收费")
        for row in self._refunds(0, end):
            if not row["sub_merchant_id"]:
                numbers = (row["refunded_at"], row["trade_no"], row["out_trade_no"])
                yield _movement(*numbers, -row["amount_fen"], "交易退款")
                yield _movement(*numbers, self._fee_returned(row), "收费")

    def _split(self, end: float) -> Iterator[Movement]:
        """Custody: our fee comes out of sub-merchants' accounts, and goes back before a refund."""
        for row in self._store.all(
            "SELECT s.*, t.out_trade_no FROM alipay_settlement s JOIN alipay_trade t USING (trade_no)"
            " WHERE s.created_at < ? AND s.kind <> 'release' AND s.status = 'SUCCESS'",
            end,
        ):
            is_split = row["kind"] == "split"
            amount_fen = row["amount_fen"] if is_split else -row["amount_fen"]
            words = "交易分账" if is_split else "退分账"
            yield _movement(row["created_at"], row["settle_no"], row["out_trade_no"], amount_fen, words)

    def _transferred(self, end: float) -> Iterator[Movement]:
        for row in self._store.all(
            "SELECT * FROM alipay_transfer WHERE created_at < ? AND status IN ('SUCCESS', 'REFUND')", end
        ):
            numbers, shown_fen = (
                (row["order_id"], row["out_biz_no"]),
                self._altered(row["out_biz_no"], row["amount_fen"]),
            )
            yield Movement(
                row["created_at"], *numbers, -row["amount_fen"], "转账", -shown_fen if shown_fen is not None else None
            )
            if row["status"] == "REFUND" and row["decided_at"] < end:
                yield Movement(row["decided_at"], *numbers, row["amount_fen"], "转账退回", shown_fen)

    def _refunds(self, start: float, end: float) -> list[Any]:
        return self._store.all(
            "SELECT t.*, r.out_request_no, r.amount_fen, r.created_at AS refunded_at FROM alipay_refund r"
            " JOIN alipay_trade t USING (trade_no) WHERE r.created_at >= ? AND r.created_at < ? ORDER BY r.created_at",
            start,
            end,
        )

    def _zip(self, day: str, kind: str, rows: list[list[str]], summary: list[list[str]]) -> bytes:
        is_trade = kind == "trade"
        title = "业务明细" if is_trade else "账务明细"
        account = f"{self._config.alipay_seller_id}0156"
        head = [
            f"#支付宝{title}查询",
            f"#账号：[{account}]",
            f"#起始日期：[{day} 00:00:00]   终止日期：[{day} 24:00:00]",
        ]
        foot = [f"#导出时间：[{clock.format_moment(clock.now())}]"]
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for suffix, header, table in (
                ("", TRADE_HEADER if is_trade else FUND_HEADER, rows),
                ("(汇总)", TRADE_SUMMARY_HEADER if is_trade else FUND_SUMMARY_HEADER, summary),
            ):
                ruler = f"#-----------------------------------------{title}{suffix}列表"
                body = [header, *(",".join(f"{cell}\t" for cell in row) for row in table)]
                lines = [*head, f"{ruler}----", *body, f"{ruler}结束----", *foot, ""]
                name = f"{account}_{day.replace('-', '')}_{title}{suffix}.csv"
                archive.writestr(_GbkName(name), "\r\n".join(lines).encode("gbk", errors="replace"))
        return buffer.getvalue()


class _GbkName(zipfile.ZipInfo):
    """A member whose name is GBK bytes, as in Alipay's zip. zipfile itself would write UTF-8 and say so in a flag."""

    def __init__(self, name: str) -> None:
        super().__init__(name.encode("gbk").decode("cp437"))
        self.compress_type = zipfile.ZIP_DEFLATED

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("cp437"), self.flag_bits


def _movement(at: float, business_no: str, out_no: str, amount_fen: int, kind: str) -> Movement:
    return Movement(at, business_no, out_no, amount_fen, kind, amount_fen)


def _trade_total(lines: list[Line]) -> list[str]:
    total_fen = sum(line.amount_fen for line in lines)
    fee_fen, split_fen = sum(line.fee_fen for line in lines), sum(line.split_fen for line in lines)
    return [
        "合计", "", str(sum(line.kind == "交易" for line in lines)), str(sum(line.kind == "退款" for line in lines)),
        _signed(total_fen), _signed(total_fen), "0.00", "0.00", "0.00", _signed(-fee_fen), _signed(-split_fen),
        _signed(total_fen - fee_fen - split_fen),
    ]  # fmt: skip


def _plain(title: str) -> str:
    """A title on one line; its commas stay, which nothing in the file quotes."""
    return " ".join(title.split())


def _signed(amount_fen: int) -> str:
    return f"-{format_yuan(-amount_fen)}" if amount_fen < 0 else format_yuan(amount_fen)
