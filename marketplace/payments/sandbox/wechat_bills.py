"""WeChat's daily bills: gzip of UTF-8 with BOM, CRLF, every field behind a backtick, two lines of summary at the end."""

from __future__ import annotations

import gzip
import hashlib
import secrets
import threading
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from . import clock
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
            fee_fen = self._fee(row["total_fen"]) + self._faults.take("bill_fee", row["out_trade_no"])
            paid_fen, fee_total = paid_fen + amount_fen, fee_total + fee_fen
            rows.append(self._trade_row(dict(row), "SUCCESS", row["paid_at"], amount_fen=amount_fen, fee_fen=fee_fen))
        for row in self._store.all(
            "SELECT t.*, r.refund_id, r.out_refund_no, r.amount_fen, r.status, r.created_at AS refunded_at"
            " FROM wechat_refund r JOIN wechat_trade t USING (out_trade_no)"
            " WHERE r.created_at >= ? AND r.created_at < ? ORDER BY r.created_at",
            start,
            start + DAY,
        ):
            amount_fen = self._shown(row["out_refund_no"], row["amount_fen"])
            if amount_fen is not None:
                refunded_fen += amount_fen
                rows.append(self._trade_row(dict(row), "REFUND", row["refunded_at"], refund_fen=amount_fen))
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
        """The account's own journal: payments, fees, refunds, and transfers that were confirmed."""
        entries: list[tuple[float, str, str, int, str]] = []
        for row in self._store.all("SELECT * FROM wechat_trade WHERE paid_at >= ? AND paid_at < ?", start, start + DAY):
            paid = (row["paid_at"], row["transaction_id"], row["out_trade_no"])
            entries += [(*paid, row["total_fen"], "交易"), (*paid, -self._fee(row["total_fen"]), "手续费")]
        for row in self._store.all(
            "SELECT * FROM wechat_refund WHERE created_at >= ? AND created_at < ?", start, start + DAY
        ):
            entries.append((row["created_at"], row["refund_id"], row["out_refund_no"], -row["amount_fen"], "退款"))
        for row in self._store.all(
            "SELECT * FROM wechat_transfer WHERE updated_at >= ? AND updated_at < ? AND state = 'SUCCESS'",
            start,
            start + DAY,
        ):
            amount_fen = self._shown(row["out_bill_no"], row["amount_fen"])
            if amount_fen is not None:
                entries.append(
                    (row["updated_at"], row["transfer_bill_no"], row["out_bill_no"], -amount_fen, "商家转账")
                )
        rows: list[list[str]] = []
        balance_fen = 100_000_000
        for at, number, out_no, amount_fen, kind in sorted(entry for entry in entries if entry[3]):
            balance_fen += amount_fen
            rows.append([
                clock.format_moment(at), number, f"{number}{len(rows):03d}", kind, kind,
                "收入" if amount_fen > 0 else "支出", format_yuan(abs(amount_fen)), format_yuan(balance_fen),
                "system", "", out_no,
            ])  # fmt: skip
        income = [entry[3] for entry in entries if entry[3] > 0]
        outgo = [-entry[3] for entry in entries if entry[3] < 0]
        summary = [
            f"{len(rows)}.0", f"{len(income)}.0", format_yuan(sum(income)), f"{len(outgo)}.0", format_yuan(sum(outgo)),
        ]  # fmt: skip
        return [FUND_HEADER, *map(_line, rows), FUND_SUMMARY, _line(summary)]


def _line(cells: list[str]) -> str:
    return ",".join(f"`{cell}" for cell in cells)
