"""For programs, under `/control/wechat/`: what the panel does by hand, and what `WeixinJSBridge` does in WeChat."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import wechat_crypto
from .cashier import is_foreign
from .clock import format_moment
from .config import SandboxConfig
from .control import json_object, problem
from .wechat_notifications import WechatNotifications
from .wechat_trades import ApiError, WechatTrades
from .wechat_transfers import WechatTransfers


class WechatControl:
    """The control API of the WeChat side."""

    def __init__(
        self,
        config: SandboxConfig,
        trades: WechatTrades,
        transfers: WechatTransfers,
        notifications: WechatNotifications,
        *,
        merchant_key: rsa.RSAPublicKey,
    ) -> None:
        self._config = config
        self._merchant_key = merchant_key
        self._trades = trades
        self._transfers = transfers
        self._notifications = notifications
        self.routes = [
            Route("/control/wechat/jsapi", self.pay_by_script, methods=["POST"]),
            Route("/control/wechat/trades/{number}", self.trade, methods=["GET"]),
            Route("/control/wechat/trades/{number}/{action}", self.act, methods=["POST"]),
            Route("/control/wechat/refunds/{number}", self.decide_refund, methods=["POST"]),
            Route("/control/wechat/splits/{number}/finish", self.finish_split, methods=["POST"]),
            Route("/control/wechat/returns/finish", self.finish_returns, methods=["POST"]),
            Route("/control/wechat/transfers/{number}", self.transfer, methods=["GET"]),
            Route("/control/wechat/transfers/{number}", self.set_transfer, methods=["POST"]),
        ]

    def trade(self, request: Request) -> Response:
        """One payment with its refunds and notifications."""
        try:
            row = dict(self._trades.get(request.path_params["number"]))
        except ApiError as error:
            return problem(404, str(error))
        row["paid_at"] = format_moment(row["paid_at"]) if row["paid_at"] else None
        row["refunds"] = [dict(each) for each in self._trades.refunds(row["out_trade_no"])]
        row["notifications"] = self._notifications.listing(row["out_trade_no"])
        return JSONResponse(row)

    async def pay_by_script(self, request: Request) -> Response:
        """What `WeixinJSBridge` does with the page's parameters: it pays only what the merchant's own key signed."""
        try:
            asked = {name: str(value) for name, value in (await json_object(request)).items()}
            package = asked.get("package", "")
            lines = [asked.get("appId", ""), asked.get("timeStamp", ""), asked.get("nonceStr", ""), package]
            row = self._trades.find("prepay_id", package.removeprefix("prepay_id="))
            is_signed = wechat_crypto.is_signed(self._merchant_key, asked.get("paySign", ""), *lines)
            if not is_signed or asked.get("signType") != "RSA" or lines[0] != self._config.wechat_app_id:
                return problem(403, "支付验证签名失败")
            if row is None or row["trade_type"] != "JSAPI":
                return problem(404, "no such payment inside WeChat")
            await run_in_threadpool(self._trades.pay, row["out_trade_no"])
        except (ValueError, ApiError) as error:
            return problem(400, str(error))
        return JSONResponse({"err_msg": "get_brand_wcpay_request:ok"})

    def act(self, request: Request) -> Response:
        """`pay`, `close` or (closed already) `pay_late`; `notify` sends the newest notification again."""
        if is_foreign(request):
            return problem(403, "not from another site's page")
        try:
            self.perform(request.path_params["number"], request.path_params["action"])
        except LookupError as error:
            return problem(404, str(error))
        except ApiError as error:
            return problem(409, str(error))
        return self.trade(request)

    def perform(self, number: str, action: str) -> None:
        """Carry out one action on a payment. Raises LookupError (no such action, nothing to send) and ApiError."""
        if action in ("pay", "pay_late"):
            self._trades.pay(number, whatever_the_state=action == "pay_late")
        elif action == "close":
            self._trades.close(number)
        elif action != "notify" or not self._notifications.resend(number):
            raise LookupError("no such action, or nothing to send")

    async def decide_refund(self, request: Request) -> Response:
        """Decide a refund that was left PROCESSING or ABNORMAL: `{"status": "SUCCESS"}`."""
        try:
            status = str((await json_object(request)).get("status"))
            await run_in_threadpool(self._trades.decide_refund, request.path_params["number"], status)
        except (ValueError, ApiError) as error:
            return problem(400, str(error))
        return JSONResponse({"status": status})

    def finish_split(self, request: Request) -> Response:
        """Finish a split that was left PROCESSING."""
        if is_foreign(request):
            return problem(403, "not from another site's page")
        self._trades.finish_split(request.path_params["number"])
        return JSONResponse({"status": "FINISHED"})

    def finish_returns(self, request: Request) -> Response:
        """Finish every return of a split that was left PROCESSING."""
        if is_foreign(request):
            return problem(403, "not from another site's page")
        self._trades.finish_returns()
        return JSONResponse({"result": "SUCCESS"})

    def transfer(self, request: Request) -> Response:
        """One transfer."""
        try:
            return JSONResponse(dict(self._transfers.get(request.path_params["number"])))
        except ApiError as error:
            return problem(404, str(error))

    async def set_transfer(self, request: Request) -> Response:
        """Give a transfer the state in `{"state": …}`."""
        try:
            state = str((await json_object(request)).get("state"))
            await run_in_threadpool(self._transfers.set_state, request.path_params["number"], state)
        except (ValueError, ApiError) as error:
            return problem(400, str(error))
        return JSONResponse({"state": state})
