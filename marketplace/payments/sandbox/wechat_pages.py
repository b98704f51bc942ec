"""The buyer's and the payee's phone: what WeChat itself would show. Works without JavaScript."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from . import wechat_crypto
from .cashier import is_foreign
from .clock import format_moment
from .config import SandboxConfig
from .control import json_object, problem
from .money import display_yuan
from .pages import Html, fragment, joined, message_page, page
from .wechat_notifications import WechatNotifications
from .wechat_trades import NOTPAY, OPENID, ApiError, WechatTrades
from .wechat_transfers import SUCCEEDED, WAITING, WechatTransfers

LISTED = 50


class WechatPhone:
    """Payments to make, transfers to confirm; and the same for programs under `/control/wechat/`."""

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
            Route("/connect/oauth2/authorize", self.authorize, methods=["GET"]),
            Route("/sns/oauth2/access_token", self.access_token, methods=["GET"]),
            Route("/wechat/", self.home, methods=["GET"]),
            Route("/wechat/pay/{prepay_id}", self.show, methods=["GET"]),
            Route("/wechat/pay/{prepay_id}", self.pay, methods=["POST"]),
            Route("/wechat/transfer/{package}", self.show_transfer, methods=["GET"]),
            Route("/wechat/transfer/{package}", self.confirm, methods=["POST"]),
            Route("/control/wechat/jsapi", self.pay_by_script, methods=["POST"]),
            Route("/control/wechat/trades/{number}", self.trade, methods=["GET"]),
            Route("/control/wechat/trades/{number}/{action}", self.act, methods=["POST"]),
            Route("/control/wechat/refunds/{number}", self.decide_refund, methods=["POST"]),
            Route("/control/wechat/splits/{number}/finish", self.finish_split, methods=["POST"]),
            Route("/control/wechat/returns/finish", self.finish_returns, methods=["POST"]),
            Route("/control/wechat/transfers/{number}", self.transfer, methods=["GET"]),
            Route("/control/wechat/transfers/{number}", self.set_transfer, methods=["POST"]),
        ]

    def authorize(self, request: Request) -> Response:
        """An Official Account's page asks who is there; with `snsapi_base` WeChat answers without asking the person."""
        query = request.query_params
        target = query.get("redirect_uri", "")
        if query.get("appid") != self._config.wechat_app_id or not target.startswith(("http://", "https://")):
            return message_page("无法打开", "redirect_uri 域名与后台配置不一致，或者 appid 不正确。", status=400)
        answer = urlencode({"code": secrets.token_hex(16), "state": query.get("state", "")})
        return RedirectResponse(f"{target}{'&' if '?' in target else '?'}{answer}", status_code=302)

    def access_token(self, request: Request) -> Response:
        """Who it was, for whoever knows the secret."""
        query = request.query_params
        if query.get("appid") != self._config.wechat_app_id or not query.get("secret") or not query.get("code"):
            return JSONResponse({"errcode": 40029, "errmsg": "invalid code"})
        return JSONResponse(
            {
                "access_token": secrets.token_hex(16),
                "expires_in": 7200,
                "refresh_token": secrets.token_hex(16),
                "openid": OPENID,
                "scope": "snsapi_base",
            }
        )

    def home(self, request: Request) -> Response:
        """The newest payments and transfers, as if they had been scanned."""
        links = [
            _link(f"/wechat/pay/{row['prepay_id']}", f"{display_yuan(row['total_fen'])} {row['description']}")
            for row in self._trades.newest(LISTED)
            if row["state"] == NOTPAY
        ]
        links += [
            _link(f"/wechat/transfer/{row['package_info']}", f"收款 {display_yuan(row['amount_fen'])}")
            for row in self._transfers.newest(LISTED)
            if row["state"] == WAITING
        ]
        text = joined(links) or Html("<p>没有等待付款或收款的单据。</p>")
        return page("微信", fragment("wechat_home.html", links=text))

    def show(self, request: Request) -> Response:
        """What is asked, and a button to pay it."""
        row = self._trades.find("prepay_id", request.path_params["prepay_id"])
        if row is None:
            return message_page("没有这笔付款", "付款码可能已失效。", status=404)
        if row["state"] != NOTPAY:
            return message_page("微信支付", "支付成功" if row["paid_at"] else "订单已关闭，没有扣款。", status=200)
        values = {
            "heading": f"付给{self._config.merchant_name}",
            "amount": display_yuan(row["total_fen"]),
            "subject": row["description"],
            "number": row["out_trade_no"],
            "action": f"/wechat/pay/{row['prepay_id']}",
            "button": "立即支付",
        }
        return page("微信支付", fragment("wechat_confirm.html", **values))

    def pay(self, request: Request) -> Response:
        """The buyer presses the button."""
        row = self._trades.find("prepay_id", request.path_params["prepay_id"])
        if is_foreign(request) or row is None:
            return message_page("没有付款", "这个请求不是从付款页面发出的。", status=403)
        try:
            self._trades.pay(row["out_trade_no"])
        except ApiError as error:
            return message_page("没有付款", error.message, status=409)
        back = request.query_params.get("redirect_url", "")
        if back.startswith(("http://", "https://")):
            return RedirectResponse(back, status_code=303)
        return RedirectResponse(f"/wechat/pay/{row['prepay_id']}", status_code=303)

    def show_transfer(self, request: Request) -> Response:
        """What is paid out, and a button to take it."""
        row = self._transfers.by_package(request.path_params["package"])
        if row is None:
            return message_page("没有这笔收款", "确认链接可能已失效。", status=404)
        if row["state"] != WAITING:
            return message_page("微信收款", f"这笔单据的状态是 {row['state']}。", status=200)
        values = {
            "heading": f"{self._config.merchant_name}付给你",
            "amount": display_yuan(row["amount_fen"]),
            "subject": row["remark"],
            "number": row["out_bill_no"],
            "action": f"/wechat/transfer/{row['package_info']}",
            "button": "确认收款",
        }
        return page("微信收款", fragment("wechat_confirm.html", **values))

    def confirm(self, request: Request) -> Response:
        """The payee takes the money."""
        row = self._transfers.by_package(request.path_params["package"])
        if is_foreign(request) or row is None:
            return message_page("没有收款", "这个请求不是从收款页面发出的。", status=403)
        if row["state"] == WAITING:
            self._transfers.set_state(row["out_bill_no"], SUCCEEDED)
        return RedirectResponse(f"/wechat/transfer/{row['package_info']}", status_code=303)

    # For programs

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
        """`pay`, `pay-late` (whatever the state), `close`, or `notify` again."""
        number, action = request.path_params["number"], request.path_params["action"]
        if is_foreign(request):
            return problem(403, "not from another site's page")
        try:
            if action in ("pay", "pay-late"):
                self._trades.pay(number, whatever_the_state=action == "pay-late")
            elif action == "close":
                self._trades.close(number)
            elif action != "notify" or not self._notifications.resend(number):
                return problem(404, "no such action, or nothing to send")
        except ApiError as error:
            return problem(409, str(error))
        return self.trade(request)

    async def decide_refund(self, request: Request) -> Response:
        """Decide a refund that was left PROCESSING: `{"status": "SUCCESS"}`."""
        try:
            status = str((await json_object(request)).get("status"))
            self._trades.decide_refund(request.path_params["number"], status)
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
            self._transfers.set_state(request.path_params["number"], state)
        except (ValueError, ApiError) as error:
            return problem(400, str(error))
        return JSONResponse({"state": state})


def _link(address: str, text: str) -> Html:
    return fragment("link.html", url=address, label=text, style="button")
