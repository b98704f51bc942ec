"""`/v3/…`: WeChat Pay's API v3 as far as the portal uses it, direct and through 平台收付通."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from . import clock, wechat_crypto
from .config import SandboxConfig
from .connection import drop_connection
from .faults import Faults
from .wechat_bills import WechatBills
from .wechat_content import moment, refund_content, transaction_content, transfer_content
from .wechat_trades import SPLIT_FAILED, SPLIT_PARTLY, ApiError, WechatTrades, new_number, payer_of, require_fits
from .wechat_transfers import WAITING, WechatTransfers

WINDOW_SECONDS = 300
LONGEST_WAIT = 7 * 24 * 60 * 60
# The HTTP status that comes with a code, where it is not 400. 202 is no mistake: the buyer is paying right now.
STATUSES = {
    "USERPAYING": 202,
    "SIGN_ERROR": 401,
    "NO_AUTH": 403,
    "NOT_ENOUGH": 403,
    "ORDER_NOT_EXIST": 404,
    "RESOURCE_NOT_EXISTS": 404,
    "NOT_FOUND": 404,
    "FREQUENCY_LIMITED": 429,
    "SYSTEM_ERROR": 500,
    "BANK_ERROR": 500,
}
_OUT_TRADE_NO = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
_OUT_REFUND_NO = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
Handler = Callable[..., dict[str, Any] | None]


class WechatGateway:
    """Checks each request as v3 does, answers it signed, with whatever faults are set for its number."""

    def __init__(
        self,
        *,
        config: SandboxConfig,
        merchant_key: rsa.RSAPublicKey,
        merchant_serial: str,
        key: rsa.RSAPrivateKey,
        key_id: str,
        trades: WechatTrades,
        transfers: WechatTransfers,
        bills: WechatBills,
        faults: Faults,
    ) -> None:
        self._config = config
        self._merchant_key = merchant_key
        self._merchant_serial = merchant_serial
        self._key = key
        self._key_id = key_id
        self._trades = trades
        self._transfers = transfers
        self._bills = bills
        self._faults = faults
        pay = r"/v3/pay/(?:partner/)?transactions"
        bill = "/v3/fund-app/mch-transfer/transfer-bills"
        self._handlers: list[tuple[str, re.Pattern[str], Handler]] = [
            (method, re.compile(path), handler)
            for method, path, handler in (
                ("POST", rf"{pay}/(?P<scene>native|jsapi|h5)", self._create),
                ("GET", rf"{pay}/out-trade-no/(?P<number>[^/]+)", self._query),
                ("GET", rf"{pay}/id/(?P<transaction_id>[^/]+)", self._query),
                ("POST", rf"{pay}/out-trade-no/(?P<number>[^/]+)/close", self._close),
                ("POST", "/v3/refund/domestic/refunds", self._refund),
                ("POST", "/v3/ecommerce/refunds/apply", self._refund),
                ("GET", r"/v3/refund/domestic/refunds/(?P<number>[^/]+)", self._query_refund),
                ("GET", r"/v3/ecommerce/refunds/out-refund-no/(?P<number>[^/]+)", self._query_refund),
                ("POST", bill, self._transfer),
                ("GET", rf"{bill}/out-bill-no/(?P<number>[^/]+)", self._query_transfer),
                ("POST", rf"{bill}/out-bill-no/(?P<number>[^/]+)/cancel", self._cancel_transfer),
                ("GET", "/v3/bill/(?P<kind>tradebill|fundflowbill)", self._bill),
                ("POST", "/v3/ecommerce/profitsharing/orders", self._split),
                ("GET", "/v3/ecommerce/profitsharing/orders", self._query_split),
                ("POST", "/v3/ecommerce/profitsharing/finish-order", self._finish),
                ("POST", "/v3/ecommerce/profitsharing/returnorders", self._take_back),
                ("GET", "/v3/ecommerce/profitsharing/returnorders", self._query_return),
            )
        ]
        self.routes = [*bills.routes, Route("/v3/{path:path}", self.endpoint, methods=["GET", "POST"])]

    async def endpoint(self, request: Request) -> Response:
        """Answer one call."""
        body = await request.body()
        try:
            await run_in_threadpool(self._check, request, body)
            content = json.loads(body) if body else {}
            if not isinstance(content, dict):
                raise ApiError(400, "PARAM_ERROR", "请求不是 JSON 对象")
            handler, found = self._find(request)
        except ValueError:
            return _refusal(ApiError(400, "PARAM_ERROR", "请求不是 JSON"))
        except ApiError as error:
            return _refusal(error)
        number = _number_of(found, content, request.query_params)

        def fault(name: str) -> Any:
            return self._faults.take(name, number, request.url.path)

        if fault("drop_before_accept"):
            return await drop_connection(request)
        try:
            if refusal := fault("refuse_with"):
                raise ApiError(STATUSES.get(refusal, 400), refusal, "沙箱按设置拒绝了这个请求")
            known = {name: value for name, value in found.items() if value is not None}
            answer = await run_in_threadpool(handler, content, request.query_params, **known)
            response = self._signed(answer, corrupt=fault("corrupt_response_signature"))
        except ApiError as error:
            # Everything of 2xx is signed, a "not now" as well.
            response = self._signed(_words(error), status=error.status) if error.status < 300 else _refusal(error)
        # All taken now: a fault that is set while this call waits is meant for another one.
        delay_ms, drops, fails = fault("delay_ms"), fault("drop_after_accept"), fault("http_500_after_accept")
        if delay_ms:
            await asyncio.sleep(delay_ms / 1000)
        if drops:
            return await drop_connection(request)
        if fails:
            return PlainTextResponse("Internal Server Error", status_code=500)
        return response

    def _check(self, request: Request, body: bytes) -> None:
        """Whether our merchant signed exactly this request, now, and knows which of our keys answers it."""
        given = wechat_crypto.authorization(request.headers.get("authorization", ""))
        if (given.get("mchid"), given.get("serial_no")) != (self._config.wechat_merchant_id, self._merchant_serial):
            raise ApiError(401, "SIGN_ERROR", "商户号或证书序列号有误")
        stamp, nonce = given.get("timestamp", ""), given.get("nonce_str", "")
        if not stamp.isdecimal() or abs(clock.now() - int(stamp)) > WINDOW_SECONDS:
            raise ApiError(401, "SIGN_ERROR", "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟")
        query = request.url.query
        target = request.url.path + (f"?{query}" if query else "")
        if not wechat_crypto.is_signed(
            self._merchant_key, given.get("signature", ""), request.method, target, stamp, nonce, body
        ):
            raise ApiError(401, "SIGN_ERROR", "签名错误")
        if request.headers.get("wechatpay-serial") != self._key_id:
            raise ApiError(400, "PARAM_ERROR", "请求头 Wechatpay-Serial 不是本商户的微信支付公钥")

    def _find(self, request: Request) -> tuple[Handler, dict[str, str]]:
        for method, pattern, handler in self._handlers:
            if method == request.method and (match := pattern.fullmatch(request.url.path)):
                return handler, match.groupdict()
        raise ApiError(404, "NOT_FOUND", "接口不存在")

    def _signed(self, answer: dict[str, Any] | None, *, corrupt: bool = False, status: int = 200) -> Response:
        body = b"" if answer is None else json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
        stamp, nonce = str(int(clock.now())), new_number("n")
        signed = body + b" " if corrupt else body
        headers = {
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": wechat_crypto.sign(self._key, stamp, nonce, signed),
            "Wechatpay-Serial": self._key_id,
            "Wechatpay-Signature-Type": wechat_crypto.SCHEMA,
        }
        return Response(
            body, status_code=204 if answer is None else status, headers=headers,
            media_type=None if answer is None else "application/json; charset=utf-8",
        )  # fmt: skip

    # Payments

    def _create(self, content: Mapping[str, Any], _query: Mapping[str, str], scene: str) -> dict[str, Any]:
        is_partner = "sp_mchid" in content
        self._require_ours(content, "sp_" if is_partner else "")
        number = str(content.get("out_trade_no") or "")
        total = (content.get("amount") or {}).get("total")
        if not _OUT_TRADE_NO.fullmatch(number) or type(total) is not int or total < 1 or not content.get("description"):
            raise ApiError(400, "PARAM_ERROR", "out_trade_no、description 或 amount.total 不正确")
        require_fits(content, "description", "商品描述", 127)
        require_fits(content, "attach", "附加数据", 128)
        if not str(content.get("notify_url", "")).startswith(("http://", "https://")):
            raise ApiError(400, "PARAM_ERROR", "notify_url 不正确")
        if is_partner and not (content.get("sub_mchid") and (content.get("settle_info") or {}).get("profit_sharing")):
            raise ApiError(400, "PARAM_ERROR", "收付通订单必须指定 sub_mchid 和 settle_info.profit_sharing")
        payer = content.get("payer") or {}
        openid = str(payer.get("sp_openid") or payer.get("openid") or "")
        if scene == "jsapi" and not openid:
            raise ApiError(400, "PARAM_ERROR", "缺少 payer.openid")
        if scene == "h5" and not (content.get("scene_info") or {}).get("payer_client_ip"):
            raise ApiError(400, "PARAM_ERROR", "缺少 scene_info.payer_client_ip")
        row = self._trades.open(
            request={**content, "scene": scene},
            expires_at=_expiry(content),
            out_trade_no=number,
            trade_type={"h5": "MWEB"}.get(scene, scene.upper()),
            sub_mchid=str(content.get("sub_mchid") or ""),
            description=str(content["description"]),
            attach=str(content.get("attach") or ""),
            total_fen=total,
            openid=openid or payer_of(number),
            notify_url=str(content["notify_url"]),
        )
        if scene == "jsapi":
            return {"prepay_id": row["prepay_id"]}
        url = f"{self._config.base_url}/wechat/pay/{row['prepay_id']}"
        return {"h5_url": url} if scene == "h5" else {"code_url": f"weixin://wxpay/bizpayurl?pr={row['prepay_id']}"}

    def _require_ours(self, content: Mapping[str, Any], prefix: str) -> None:
        if content.get(f"{prefix}mchid") != self._config.wechat_merchant_id:
            raise ApiError(400, "MCH_NOT_EXISTS", "商户号不存在")
        if content.get(f"{prefix}appid") != self._config.wechat_app_id:
            raise ApiError(400, "APPID_MCHID_NOT_MATCH", "appid 和 mchid 不匹配")

    def _query(
        self, _content: Mapping[str, Any], query: Mapping[str, str], number: str = "", transaction_id: str = ""
    ) -> dict[str, Any]:
        if self._config.wechat_merchant_id not in (query.get("mchid"), query.get("sp_mchid")):
            raise ApiError(400, "PARAM_ERROR", "缺少 mchid")
        row = self._trades.find("transaction_id", transaction_id) if transaction_id else self._trades.get(number)
        if row is None or row["sub_mchid"] != query.get("sub_mchid", ""):
            raise ApiError(404, "ORDER_NOT_EXIST", "订单不存在")
        return transaction_content(self._config, dict(row))

    def _close(self, content: Mapping[str, Any], _query: Mapping[str, str], number: str) -> None:
        if self._config.wechat_merchant_id not in (content.get("mchid"), content.get("sp_mchid")):
            raise ApiError(400, "PARAM_ERROR", "缺少 mchid")
        if self._trades.get(number)["sub_mchid"] != content.get("sub_mchid", ""):
            raise ApiError(404, "ORDER_NOT_EXIST", "订单不存在")
        self._trades.close(number)

    def _refund(self, content: Mapping[str, Any], _query: Mapping[str, str]) -> dict[str, Any]:
        amount = content.get("amount") or {}
        if type(amount.get("refund")) is not int or amount["refund"] < 1 or type(amount.get("total")) is not int:
            raise ApiError(400, "PARAM_ERROR", "amount 不正确")
        require_fits(content, "reason", "退款原因", 80)
        if not _OUT_REFUND_NO.fullmatch(str(content.get("out_refund_no") or "")):
            raise ApiError(400, "PARAM_ERROR", "out_refund_no 不正确")
        number = str(content.get("out_trade_no") or "")
        if not number:
            found = self._trades.find("transaction_id", str(content.get("transaction_id") or ""))
            number = found["out_trade_no"] if found else ""
        refund = self._trades.refund(
            out_trade_no=number,
            out_refund_no=str(content.get("out_refund_no") or ""),
            amount_fen=amount["refund"],
            total_fen=amount["total"],
            reason=str(content.get("reason") or ""),
            notify_url=str(content.get("notify_url") or ""),
        )
        answer = refund_content(self._config, dict(refund), dict(self._trades.get(number)))
        if content.get("sub_mchid"):
            answer.pop("status")  # 收付通 says only that it was accepted
        return answer

    def _query_refund(self, _content: Mapping[str, Any], _query: Mapping[str, str], number: str) -> dict[str, Any]:
        refund = self._trades.get_refund(number)
        return refund_content(self._config, dict(refund), dict(self._trades.get(refund["out_trade_no"])))

    # Transfers and bills

    def _transfer(self, content: Mapping[str, Any], _query: Mapping[str, str]) -> dict[str, Any]:
        row = self._transfers.transfer(content)
        answer = {
            "out_bill_no": row["out_bill_no"],
            "transfer_bill_no": row["transfer_bill_no"],
            "create_time": moment(row["created_at"]),
            "state": row["state"],
        }
        return answer | ({"package_info": row["package_info"]} if row["state"] == WAITING else {})

    def _query_transfer(self, _content: Mapping[str, Any], _query: Mapping[str, str], number: str) -> dict[str, Any]:
        return transfer_content(self._config, dict(self._transfers.get(number)))

    def _cancel_transfer(self, _content: Mapping[str, Any], _query: Mapping[str, str], number: str) -> dict[str, Any]:
        row = self._transfers.cancel(number)
        return {
            "out_bill_no": number, "transfer_bill_no": row["transfer_bill_no"], "state": "CANCELING",
            "update_time": moment(row["updated_at"]),
        }  # fmt: skip

    def _bill(self, _content: Mapping[str, Any], query: Mapping[str, str], kind: str) -> dict[str, Any]:
        return self._bills.offer(kind, query.get("bill_date", ""))

    # Custody

    def _split(self, content: Mapping[str, Any], _query: Mapping[str, str]) -> dict[str, Any]:
        receivers = content.get("receivers") or []
        if any(each.get("receiver_account") != self._config.wechat_merchant_id for each in receivers):
            raise ApiError(403, "NO_AUTH", "分账接收方未添加")
        amounts = [each.get("amount") for each in receivers]
        if not amounts or any(type(amount) is not int or amount < 1 for amount in amounts) or not content.get("finish"):
            raise ApiError(400, "PARAM_ERROR", "receivers 不正确，沙箱只支持 finish=true 的一次分账")
        return self._settled(content, sum(amounts))

    def _finish(self, content: Mapping[str, Any], _query: Mapping[str, str]) -> dict[str, Any]:
        answer = self._settled(content, 0)  # accepted: how it ended, only a query says
        return {name: answer[name] for name in ("sub_mchid", "transaction_id", "out_order_no", "order_id")}

    def _settled(self, content: Mapping[str, Any], amount_fen: int) -> dict[str, Any]:
        split = self._trades.settle(
            transaction_id=str(content.get("transaction_id")),
            sub_mchid=str(content.get("sub_mchid")),
            out_order_no=str(content.get("out_order_no")),
            amount_fen=amount_fen,
        )
        return self._split_content(dict(split))

    def _query_split(self, _content: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        return self._split_content(dict(self._trades.get_split(query.get("out_order_no", ""))))

    def _split_content(self, split: Mapping[str, Any]) -> dict[str, Any]:
        answer = {name: split[name] for name in ("sub_mchid", "transaction_id", "out_order_no", "order_id", "status")}
        is_closed = split["status"] in (SPLIT_FAILED, SPLIT_PARTLY)
        if is_closed:
            answer["status"] = "FINISHED"  # the order is; it is its receiver that failed
        if split["amount_fen"]:
            receiver = {
                "type": "MERCHANT_ID",
                "receiver_account": self._config.wechat_merchant_id,
                "amount": split["amount_fen"],
                "result": "CLOSED" if is_closed else {"FINISHED": "SUCCESS"}.get(split["status"], "PENDING"),
            }
            if is_closed:
                receiver["fail_reason"] = "ACCOUNT_ABNORMAL"
            answer["receivers"] = [receiver]
        return answer | {"finish_amount": split["released_fen"]}

    def _take_back(self, content: Mapping[str, Any], _query: Mapping[str, str]) -> dict[str, Any]:
        if content.get("return_mchid") != self._config.wechat_merchant_id or type(content.get("amount")) is not int:
            raise ApiError(400, "PARAM_ERROR", "return_mchid 或 amount 不正确")
        row = self._trades.take_back(
            out_order_no=str(content.get("out_order_no")),
            out_return_no=str(content.get("out_return_no")),
            amount_fen=content["amount"],
        )
        return _return_content(dict(row))

    def _query_return(self, _content: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        return _return_content(dict(self._trades.get_return(query.get("out_return_no", ""))))


def _return_content(row: Mapping[str, Any]) -> dict[str, Any]:
    answer = {name: row[name] for name in ("out_order_no", "out_return_no", "return_no", "result")}
    answer["amount"] = row["amount_fen"]
    return answer | ({"fail_reason": "ACCOUNT_ABNORMAL"} if row["result"] == "FAILED" else {})


def _refusal(error: ApiError) -> Response:
    """What v3 says without a signature: only 2xx carries one."""
    body = json.dumps(_words(error), ensure_ascii=False)
    return Response(body, status_code=error.status, media_type="application/json; charset=utf-8")


def _words(error: ApiError) -> dict[str, Any]:
    return {"code": error.code, "message": error.message}


def _number_of(found: Mapping[str, Any], content: Mapping[str, Any], query: Mapping[str, str]) -> str:
    """The merchant's own number that a request is about; faults are set by it."""
    if found.get("number"):
        return str(found["number"])
    names = ("out_refund_no", "out_return_no", "out_order_no", "out_bill_no", "out_trade_no")
    return next((str(source[name]) for name in names for source in (content, query) if source.get(name)), "")


def _expiry(content: Mapping[str, Any]) -> float:
    now = clock.now()
    if not content.get("time_expire"):
        return now + LONGEST_WAIT
    try:
        expires_at = datetime.fromisoformat(str(content["time_expire"])).timestamp()
    except ValueError:
        raise ApiError(400, "PARAM_ERROR", "time_expire 格式不对") from None
    if not now + 60 <= expires_at <= now + LONGEST_WAIT:
        raise ApiError(400, "PARAM_ERROR", "time_expire 应在1分钟到7天之内")
    return expires_at
