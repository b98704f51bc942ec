"""`/gateway.do`: Alipay's OpenAPI as far as the portal uses it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from . import clock
from .alipay_bills import AlipayBills
from .alipay_custody import AlipayCustody, custody_of
from .alipay_protocol import (
    PAGE_METHODS,
    Certificates,
    GatewayError,
    GatewayRequest,
    read_request,
    requested_method,
    write_answer,
)  # fmt: skip
from .alipay_trades import AlipayTrades, BusinessError, Trade, new_number
from .alipay_transfers import AlipayTransfers
from .config import SandboxConfig
from .connection import drop_connection
from .faults import Faults
from .money import format_yuan, parse_yuan
from .notifications import BUYER_LOGON_ID, buyer_ids
from .pages import error_page

DAY = 24 * 60 * 60
LONGEST_WAIT, QR_WAIT = 15 * DAY, 2 * 60 * 60
UNIT_SECONDS = {"m": 60, "h": 60 * 60, "d": DAY}
HIGHEST_FEN = 100_000_000_00


class AlipayGateway:
    """Answers the gateway's methods."""

    def __init__(
        self,
        *,
        config: SandboxConfig,
        app_public_key: rsa.RSAPublicKey,
        alipay_private_key: rsa.RSAPrivateKey,
        certificates: Certificates,
        trades: AlipayTrades,
        transfers: AlipayTransfers,
        bills: AlipayBills,
        custody: AlipayCustody,
        faults: Faults,
    ) -> None:
        self._config = config
        self._app_key = app_public_key
        self._key = alipay_private_key
        self._certificates = certificates
        self._trades = trades
        self._transfers = transfers
        self._custody = custody
        self._faults = faults
        self._handlers: dict[str, Callable[[GatewayRequest], dict[str, Any]]] = {
            "alipay.trade.precreate": self._precreate,
            "alipay.trade.query": self._query,
            "alipay.trade.close": self._close,
            "alipay.trade.cancel": self._cancel,
            "alipay.trade.refund": self._refund,
            "alipay.trade.fastpay.refund.query": self._refund_query,
            "alipay.fund.trans.uni.transfer": lambda request: self._transfers.transfer(request.content),
            "alipay.fund.trans.common.query": lambda request: self._transfers.query(request.content),
            "alipay.data.dataservice.bill.downloadurl.query": lambda request: bills.address(request.content),
        } | {name: _of_content(handler) for name, handler in custody.handlers.items()}

    async def endpoint(self, request: Request) -> Response:
        """Answer one call, GET or POST, with whatever faults are set for its order."""
        pairs = request.query_params.multi_items()
        if request.method == "POST":
            # Some SDKs put the public parameters into the URL and only biz_content into the body.
            form = await request.form()
            pairs += [(name, value) for name, value in form.multi_items() if not isinstance(value, UploadFile)]
        try:
            checked = await run_in_threadpool(read_request, pairs, self._config, self._app_key, self._certificates)
        except GatewayError as error:
            if requested_method(pairs) in PAGE_METHODS:
                return error_page(error.sub_code.removeprefix("isv."), error.sub_msg)
            return _json(write_answer(error.method, error.content(), self._key if error.authentic else None))
        out_no = await run_in_threadpool(self._merchant_number, checked.content)

        def fault(name: str) -> Any:
            return self._faults.take(name, out_no, checked.method)

        if fault("drop_before_accept"):
            return await drop_connection(request)
        response = await run_in_threadpool(self._perform, checked, fault)
        # All taken now: a fault that is set while this call waits is meant for another one.
        delay_ms, drops, fails = fault("delay_ms"), fault("drop_after_accept"), fault("http_500_after_accept")
        if delay_ms:
            await asyncio.sleep(delay_ms / 1000)
        if drops:
            return await drop_connection(request)
        if fails:
            return PlainTextResponse("Internal Server Error", status_code=500)
        return response

    def _merchant_number(self, content: dict[str, Any]) -> str:
        """Return the merchant's own number of what a request is about; faults are set by it."""
        if content.get("trade_no"):
            trade = self._trades.look_up(trade_no=str(content["trade_no"]))
            return trade.out_trade_no if trade else ""
        return str(content.get("out_trade_no") or content.get("out_biz_no") or "")

    def _perform(self, request: GatewayRequest, fault: Callable[[str], Any]) -> Response:
        refusal = fault("refuse_with")
        try:
            if refusal:
                raise BusinessError(refusal, "沙箱按设置拒绝了这个请求")
            if request.method in PAGE_METHODS:
                trade = self._open(request, LONGEST_WAIT, qr_code=None)
                return RedirectResponse(f"/cashier/{trade.trade_no}", status_code=302)
            content = {"code": "10000", "msg": "Success"} | self._handlers[request.method](request)
        except BusinessError as error:
            if request.method in PAGE_METHODS:
                return error_page(error.sub_code, error.sub_msg)
            content = {
                "code": "40004", "msg": "Business Failed", "sub_code": error.sub_code, "sub_msg": error.sub_msg,
            }  # fmt: skip
            if error.sub_code.endswith("SYSTEM_ERROR"):
                content |= {"code": "20000", "msg": "Service Currently Unavailable"}
        corrupt = fault("corrupt_response_signature")
        cert_sn = self._certificates.alipay if request.certificate_mode else ""
        return _json(write_answer(request.method, content, self._key, corrupt=corrupt, cert_sn=cert_sn))

    def _open(self, request: GatewayRequest, longest_wait: int, qr_code: str | None) -> Trade:
        content = request.content
        out_trade_no = _text(content, "out_trade_no", limit=64)
        if not re.fullmatch(r"\w+", out_trade_no, re.ASCII):
            raise BusinessError("ACQ.INVALID_PARAMETER", "out_trade_no 只能含字母、数字、下划线")
        total_fen = _amount(content, "total_amount")
        if request.method == "alipay.trade.page.pay" and content.get("product_code") != "FAST_INSTANT_TRADE_PAY":
            raise BusinessError("ACQ.INVALID_PARAMETER", "product_code 应为 FAST_INSTANT_TRADE_PAY")
        details: dict[str, Any] = custody_of(content, total_fen) | {
            "body": _text(content, "body", limit=400, required=False),
            "passback_params": _text(content, "passback_params", limit=512, required=False),
            "notify_url": _web_address(request.notify_url),
            "return_url": _web_address(request.return_url),
            "quit_url": _web_address(_text(content, "quit_url", limit=400, required=False)),
        }
        if qr_code:
            details["qr_code"] = qr_code
        return self._trades.open(
            method=request.method,
            out_trade_no=out_trade_no,
            subject=_text(content, "subject", limit=256),
            total_fen=total_fen,
            expires_at=_expiry(content, longest_wait),
            **details,
        )

    def _precreate(self, request: GatewayRequest) -> dict[str, Any]:
        trade = self._open(request, QR_WAIT, qr_code=f"bax{new_number(24)}")
        return {"out_trade_no": trade.out_trade_no, "qr_code": f"{self._config.base_url}/qr/{trade.qr_code}"}

    def _find(self, content: dict[str, Any]) -> Trade:
        numbers = {name: str(content.get(name) or "") for name in ("out_trade_no", "trade_no")}
        if not any(numbers.values()):
            raise BusinessError("ACQ.INVALID_PARAMETER", "out_trade_no 和 trade_no 不能同时为空")
        return self._trades.find(**numbers)

    def _query(self, request: GatewayRequest) -> dict[str, Any]:
        trade = self._find(request.content)
        total = format_yuan(trade.total_fen)
        paid = total if trade.paid_at is not None else "0.00"
        answer: dict[str, Any] = _buyer(trade) | {
            "trade_no": trade.trade_no,
            "out_trade_no": trade.out_trade_no,
            "trade_status": trade.status,
            "total_amount": total,
            "receipt_amount": paid,
            "buyer_pay_amount": paid,
            "invoice_amount": paid,
            "point_amount": "0.00",
            "subject": trade.subject,
        }
        if "trade_settle_info" in (request.content.get("query_options") or []):
            unsettled = format_yuan(self._custody.unsettled_fen(trade))
            answer["trade_settle_info"] = {"trade_unsettled_amount": unsettled}
        if trade.paid_at is not None:
            answer["send_pay_date"] = clock.format_moment(trade.paid_at)
            answer["fund_bill_list"] = [{"fund_channel": "ALIPAYACCOUNT", "amount": paid}]
        return answer

    def _close(self, request: GatewayRequest) -> dict[str, Any]:
        trade = self._trades.close(self._find(request.content).trade_no)
        return {"trade_no": trade.trade_no, "out_trade_no": trade.out_trade_no}

    def _cancel(self, request: GatewayRequest) -> dict[str, Any]:
        numbers = {name: str(request.content.get(name) or "") for name in ("out_trade_no", "trade_no")}
        if not any(numbers.values()):
            raise BusinessError("ACQ.INVALID_PARAMETER", "out_trade_no 和 trade_no 不能同时为空")
        # Unlike close, cancelling also reaches a request that no buyer has opened yet, and accepts an unknown number.
        trade = self._trades.look_up(**numbers)
        if trade is None:
            return {"out_trade_no": numbers["out_trade_no"], "retry_flag": "N"}
        trade, action = self._trades.cancel(trade.trade_no)
        answer = {"trade_no": trade.trade_no, "out_trade_no": trade.out_trade_no, "retry_flag": "N"}
        return answer | ({"action": action} if action else {})

    def _refund(self, request: GatewayRequest) -> dict[str, Any]:
        content = request.content
        trade = self._find(content)
        if parts := content.get("refund_royalty_parameters"):
            self._custody.take_back(trade, _text(content, "out_request_no", limit=64), parts)
            if content.get("refund_amount") == "0.00":
                return {"trade_no": trade.trade_no, "out_trade_no": trade.out_trade_no, "fund_change": "N"}
        amount_fen = _amount(content, "refund_amount")
        if self._faults.take("refund_not_moved", trade.out_trade_no, request.method):
            return _buyer(trade) | {"trade_no": trade.trade_no, "out_trade_no": trade.out_trade_no, "fund_change": "N"}
        if self._trades.find_refund(trade, str(content.get("out_request_no") or trade.out_trade_no)) is None:
            self._custody.require_refundable(trade, amount_fen)
        trade, refund, moved = self._trades.refund(
            trade.trade_no,
            amount_fen=amount_fen,
            out_request_no=_text(content, "out_request_no", limit=64, required=False),
            reason=_text(content, "refund_reason", limit=256, required=False),
        )
        amount = format_yuan(refund.amount_fen)
        return _buyer(trade) | {
            "trade_no": trade.trade_no,
            "out_trade_no": trade.out_trade_no,
            "fund_change": "Y" if moved else "N",
            # What has been given back so far, over all refunds of the trade.
            "refund_fee": format_yuan(trade.refunded_fen),
            "send_back_fee": amount if moved else "0.00",
            "gmt_refund_pay": clock.format_moment(refund.created_at),
            "refund_detail_item_list": [{"fund_channel": "ALIPAYACCOUNT", "amount": amount}],
        }

    def _refund_query(self, request: GatewayRequest) -> dict[str, Any]:
        out_request_no = _text(request.content, "out_request_no", limit=64)
        trade = self._find(request.content)
        refund = self._trades.find_refund(trade, out_request_no)
        if returned := self._custody.returned(trade, out_request_no):
            return {"trade_no": trade.trade_no, "out_trade_no": trade.out_trade_no, "refund_royaltys": returned}
        if refund is None:
            return {}  # Code 10000 without refund_status means: no such refund, or not yet.
        return {
            "trade_no": trade.trade_no,
            "out_trade_no": trade.out_trade_no,
            "out_request_no": refund.out_request_no,
            "refund_reason": refund.reason,
            "total_amount": format_yuan(trade.total_fen),
            "refund_amount": format_yuan(refund.amount_fen),
            "refund_status": "REFUND_SUCCESS",
            "gmt_refund_pay": clock.format_moment(refund.created_at),
        }


def _of_content(handler: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[GatewayRequest], dict[str, Any]]:
    return lambda request: handler(request.content)


def _json(text: str) -> Response:
    return Response(text, media_type="application/json;charset=utf-8")


def _text(content: dict[str, Any], name: str, *, limit: int, required: bool = True) -> str:
    value = content.get(name)
    if value is None or value == "":
        if required:
            raise BusinessError("ACQ.INVALID_PARAMETER", f"参数无效：缺少 {name}")
        return ""
    if not isinstance(value, str) or len(value) > limit:
        raise BusinessError("ACQ.INVALID_PARAMETER", f"参数无效：{name}")
    return value


def _amount(content: dict[str, Any], name: str) -> int:
    try:
        amount_fen = parse_yuan(content.get(name))
    except ValueError:
        amount_fen = 0
    if not 1 <= amount_fen <= HIGHEST_FEN:
        raise BusinessError("ACQ.INVALID_PARAMETER", f"参数无效：{name}")
    return amount_fen


def _web_address(url: str) -> str:
    """Let only http and https through: these addresses end up in links, in redirects and in our own requests."""
    if url:
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BusinessError("ACQ.INVALID_PARAMETER", "参数无效：回调地址")
    return url


def _expiry(content: dict[str, Any], longest_wait: int) -> float:
    """Return when the trade closes by itself; `time_expire` goes before `timeout_express`."""
    now = clock.now()
    moment = now + longest_wait
    absolute = _text(content, "time_expire", limit=19, required=False)
    relative = _text(content, "timeout_express", limit=8, required=False)
    relative = relative or _text(content, "qr_code_timeout_express", limit=8, required=False)
    if absolute:
        try:
            moment = clock.parse_moment(absolute)
        except ValueError:
            raise BusinessError("ACQ.INVALID_PARAMETER", "参数无效：time_expire") from None
    elif relative == "1c":
        moment = clock.end_of_day(now)
    elif relative:
        match = re.fullmatch(r"([1-9]\d{0,4})([mhd])", relative, re.ASCII)
        if match is None:
            raise BusinessError("ACQ.INVALID_PARAMETER", "参数无效：timeout_express")
        moment = now + int(match[1]) * UNIT_SECONDS[match[2]]
    # Alipay keeps a trade open for fifteen days at most.
    if not now < moment <= now + LONGEST_WAIT + 60:
        raise BusinessError("ACQ.INVALID_PARAMETER", "参数无效：支付截止时间")
    return moment


def _buyer(trade: Trade) -> dict[str, str]:
    """Answers say `buyer_user_id` where notifications say `buyer_id`."""
    ids = buyer_ids(trade)
    return {
        "buyer_logon_id": BUYER_LOGON_ID,
        "buyer_user_id": ids["buyer_id"],
        "buyer_open_id": ids["buyer_open_id"],
    }
