"""WeChat's daily bills: gzip of UTF-8 with BOM, CRLF, every field behind a backtick, two lines of summary at the end."""

from __future__ import annotations

import gzip
import hashlib
import secrets
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from . import clock
from .account import OPENING_BALANCE_FEN, movements_by_hand
from .config import SandboxConfig
from .faults import EVERY_ORDER, Faults
from .money import format_yuan
from .store import Store
from .wechat_trades import ApiError

DAY = 24 * 60 * 60
ADDRESS_LIVES = 30.0
FEE_RATE = "0.60%"
TRADE_HEADER = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
TRADE_SUMMARY = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
FUND_HEADER = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,"
    "收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号"
)
FUND_SUMMARY = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"


@dataclass(frozen=True)
class Movement:
    """One movement of the merchant's account; the journal shows `shown_fen` of it, or leaves it out (None)."""

    at: float
    number: str
    out_no: str
    amount_fen: int
    kind: str
    shown_fen: int | None


class WechatBills:
    """Writes the bills of past days from the store, and hands them out under addresses that die soon."""

    def __init__(self, config: SandboxConfig, store: Store, faults: Faults) -> None:
        self._config = config
        self._store = store
        self._faults = faults
        self._offered: dict[str, tuple[float, bytes]] = {}
        self._lock = threading.Lock()
        self.routes = [Route("/v3/billdownload/file", self.download, methods=["GET"])]

    def offer(self, kind: str, day: str) -> dict[str, Any]:
        """Where a day's bill can be had, and the SHA-1 of its text."""
        try:
            start = clock.parse_moment(f"{day} 00:00:00")
        except ValueError:
            raise ApiError(400, "PARAM_ERROR", "bill_date 格式不对") from None
        if start + DAY > clock.now():
            raise ApiError(400, "INVALID_REQUEST", "只能下载昨天及以前的账单")
        lines = self._trade_lines(start) if kind == "tradebill" else self._fund_lines(start)
        if len(lines) == 3 or self._faults.take("bill_empty", EVERY_ORDER):
            raise ApiError(400, "NO_STATEMENT_EXIST", "请求的账单文件不存在")
        plain = ("\ufeff" + "\r\n".join([*lines, ""])).encode()
        file, token = gzip.compress(plain), secrets.token_urlsafe(24)
        if self._faults.take("bill_broken", EVERY_ORDER):
            file = gzip.compress(plain[: len(plain) // 2])
        lives = 0.0 if self._faults.take("bill_address_dead", EVERY_ORDER) else ADDRESS_LIVES
        with self._lock:
            now = clock.now()
            self._offered = {key: value for key, value in self._offered.items() if value[0] > now}
            self._offered[token] = (now + lives, file)
        return {
            "hash_type": "SHA1",
            "hash_value": hashlib.sha1(plain).hexdigest(),  # noqa: S324 the protocol's
            "download_url": f"{self._config.base_url}/v3/billdownload/file?token={token}",
        }

    def download(self, request: Request) -> Response:
        """The file, while its address lives; not signed, as WeChat has it."""
        with self._lock:
            expires, file = self._offered.get(request.query_params.get("token", ""), (0.0, b""))
        if expires <= clock.now():
            return PlainTextResponse('{"code":"INVALID_REQUEST","message":"链接已失效"}', status_code=403)
        return Response(file, media_type="application/octet-stream")

    def _fee(self, amount_fen: int) -> int:
        """0.6 %, half a fen and more is a fen."""
        return (amount_fen * 6 + 500) // 1000

    def _fee_taken(self, trade: Any) -> int:
        """The fee of a payment as it was taken: the usual one, and what a fault adds."""
        return self._fee(trade["total_fen"]) + int(self._faults.take("bill_fee", trade["out_trade_no"]))

    def _fee_returned(self, refund: Any) -> int:
        """What of the fee comes back with a refund: nothing, or its part of the price."""
        if not self._faults.take("fee_returned", refund["out_trade_no"]):
            return 0
        total_fen = refund["total_fen"]
        return (self._fee(total_fen) * int(refund["amount_fen"]) * 2 + total_fen) // (2 * total_fen)

    def _shown(self, out_no: str, amount_fen: int) -> int | None:
        if self._faults.take("bill_drop", out_no):
            return None
        return self._faults.take("bill_amount", out_no) or amount_fen

    def _trade_lines(self, start: float) -> list[str]:
        rows: list[list[str]] = []
        paid_fen = refunded_fen = fee_total = 0
        for row in self._store.all(
            "SELECT * FROM wechat_trade WHERE paid_at >= ? AND paid_at < ? ORDER BY paid_at", start, start + DAY
        ):
            amount_fen = self._shown(row["out_trade_no"], row["total_fen"])
            if amount_fen is None:
                continue
            fee_fen = self._fee_taken(row)
            paid_fen, fee_total = paid_fen + amount_fen, fee_total + fee_fen
            rows.append(self._trade_row(dict(row), "SUCCESS", row["paid_at"], amount_fen=amount_fen, fee_fen=fee_fen))
        for row in self._refunds(start, start + DAY):
            amount_fen = self._shown(row["out_refund_no"], row["amount_fen"])
            if amount_fen is not None:
                refunded_fen, fee_fen = refunded_fen + amount_fen, -self._fee_returned(row)
                fee_total += fee_fen
                rows.append(
                    self._trade_row(dict(row), "REFUND", row["refunded_at"], refund_fen=amount_fen, fee_fen=fee_fen)
                )
        if extra := self._faults.take("bill_extra", EVERY_ORDER):
            strange = {
                "transaction_id": f"42{extra}"[:28], "out_trade_no": extra, "openid": "o0", "trade_type": "NATIVE",
                "description": "未知", "attach": "", "sub_mchid": "",
            }  # fmt: skip
            rows.append(self._trade_row(strange, "SUCCESS", start + 3600, amount_fen=88_00, fee_fen=self._fee(88_00)))
        if rows and self._faults.take("bill_duplicate", EVERY_ORDER):
            rows.append(rows[0])
        summary = [
            f"{len(rows)}.0", format_yuan(paid_fen), format_yuan(refunded_fen), "0.00", format_yuan(fee_total),
            format_yuan(paid_fen), format_yuan(refunded_fen),
        ]  # fmt: skip
        return [TRADE_HEADER, *map(_line, rows), TRADE_SUMMARY, _line(summary)]

    def _trade_row(
        self,
        row: Mapping[str, Any],
        state: str,
        at: float,
        *,
        amount_fen: int = 0,
        refund_fen: int = 0,
        fee_fen: int = 0,
    ) -> list[str]:
        is_refund = state == "REFUND"
        refund = [row["refund_id"], row["out_refund_no"]] if is_refund else ["0", "0"]
        return [
            clock.format_moment(at), self._config.wechat_app_id, self._config.wechat_merchant_id,
            row["sub_mchid"] or "0", "", row["transaction_id"], row["out_trade_no"], row["openid"], row["trade_type"],
            state, "CMB_CREDIT", "CNY", format_yuan(amount_fen), "0.00", *refund, format_yuan(refund_fen), "0.00",
            "ORIGINAL" if is_refund else "", row["status"] if is_refund else "", row["description"], row["attach"],
            f"{fee_fen / 100:.5f}", FEE_RATE, format_yuan(amount_fen), format_yuan(refund_fen), "",
        ]  # fmt: skip

    def _fund_lines(self, start: float) -> list[str]:
        """The account's own journal: what moved it, and its balance after each line."""
        entries = self._movements(start + DAY)
        balance_fen = OPENING_BALANCE_FEN + sum(each.amount_fen for each in entries if each.at < start)
        rows: list[list[str]] = []
        income: list[int] = []
        outgo: list[int] = []
        for each in (each for each in entries if each.at >= start):
            balance_fen += each.amount_fen
            if not each.shown_fen:
                continue
            (income if each.shown_fen > 0 else outgo).append(abs(each.shown_fen))
            rows.append([
                clock.format_moment(each.at), each.number, f"{each.number}{len(rows):03d}", each.kind, each.kind,
                "收入" if each.shown_fen > 0 else "支出", format_yuan(abs(each.shown_fen)), format_yuan(balance_fen),
                "system", "", each.out_no,
            ])  # fmt: skip
        summary = [
            f"{len(rows)}.0", f"{len(income)}.0", format_yuan(sum(income)), f"{len(outgo)}.0", format_yuan(sum(outgo)),
        ]  # fmt: skip
        return [FUND_HEADER, *map(_line, rows), FUND_SUMMARY, _line(summary)]

    def _movements(self, end: float) -> list[Movement]:
        """Everything that moved the account before `end`, in its order. What lands in a sub-merchant's account does not."""
        found = [*self._paid_and_refunded(end), *self._split(end), *self._transferred(end)]
        for row in movements_by_hand(self._store, "wechatpay", end):
            found.append(_movement(row["at"], row["number"], row["number"], row["amount_fen"], row["kind"]))
        return sorted((each for each in found if each.amount_fen), key=lambda each: (each.at, each.number))

    def _paid_and_refunded(self, end: float) -> Iterator[Movement]:
        for row in self._store.all("SELECT * FROM wechat_trade WHERE paid_at < ? AND sub_mchid = ''", end):
            numbers = (row["paid_at"], row["transaction_id"], row["out_trade_no"])
            yield _movement(*numbers, row["total_fen"], "交易")
            yield _movement(*numbers, -self._fee_taken(row), "手续费")
        for row in self._refunds(0, end):
            if not row["sub_mchid"]:
                numbers = (row["refunded_at"], row["refund_id"], row["out_refund_no"])
                yield _movement(*numbers, -row["amount_fen"], "退款")
                yield _movement(*numbers, self._fee_returned(row), "手续费")
                if row["status"] == "CLOSED":
                    yield _movement(row["done_at"] or row["refunded_at"], *numbers[1:], row["amount_fen"], "退款退回")

    def _split(self, end: float) -> Iterator[Movement]:
        """Custody: our fee comes out of sub-merchants' accounts, and goes back before a refund."""
        for row in self._store.all("SELECT * FROM wechat_split WHERE created_at < ? AND status = 'FINISHED'", end):
            yield _movement(row["created_at"], row["order_id"], row["out_order_no"], row["amount_fen"], "分账")
        for row in self._store.all("SELECT * FROM wechat_return WHERE created_at < ? AND result = 'SUCCESS'", end):
            yield _movement(row["created_at"], row["return_no"], row["out_return_no"], -row["amount_fen"], "分账回退")

    def _transferred(self, end: float) -> Iterator[Movement]:
        for row in self._store.all("SELECT * FROM wechat_transfer WHERE updated_at < ? AND state = 'SUCCESS'", end):
            shown_fen = self._shown(row["out_bill_no"], row["amount_fen"])
            numbers = (row["updated_at"], row["transfer_bill_no"], row["out_bill_no"])
            yield Movement(*numbers, -row["amount_fen"], "商家转账", -shown_fen if shown_fen is not None else None)

    def _refunds(self, start: float, end: float) -> list[Any]:
        return self._store.all(
            "SELECT t.*, r.refund_id, r.out_refund_no, r.amount_fen, r.status, r.done_at, r.created_at AS refunded_at"
            " FROM wechat_refund r JOIN wechat_trade t USING (out_trade_no)"
            " WHERE r.created_at >= ? AND r.created_at < ? ORDER BY r.created_at",
            start,
            end,
        )


def _movement(at: float, number: str, out_no: str, amount_fen: int, kind: str) -> Movement:
    return Movement(at, number, out_no, amount_fen, kind, amount_fen)


def _line(cells: list[str]) -> str:
    return ",".join(f"`{cell}" for cell in cells)
