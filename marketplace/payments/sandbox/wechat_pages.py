"""The buyer's and the payee's phone: what WeChat itself would show. Works without JavaScript."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from .cashier import is_foreign
from .config import SandboxConfig
from .money import display_yuan
from .pages import Html, fragment, joined, message_page, page
from .wechat_trades import NOTPAY, OPENID, ApiError, WechatTrades
from .wechat_transfers import SUCCEEDED, WAITING, WechatTransfers

LISTED = 50


class WechatPhone:
    """Payments to make, transfers to confirm."""

    def __init__(
        self,
        config: SandboxConfig,
        trades: WechatTrades,
        transfers: WechatTransfers,
    ) -> None:
        self._config = config
        self._trades = trades
        self._transfers = transfers
        self.routes = [
            Route("/connect/oauth2/authorize", self.authorize, methods=["GET"]),
            Route("/sns/oauth2/access_token", self.access_token, methods=["GET"]),
            Route("/wechat/", self.home, methods=["GET"]),
            Route("/wechat/pay/{prepay_id}", self.show, methods=["GET"]),
            Route("/wechat/pay/{prepay_id}", self.pay, methods=["POST"]),
            Route("/wechat/transfer/{package}", self.show_transfer, methods=["GET"]),
            Route("/wechat/transfer/{package}", self.confirm, methods=["POST"]),
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
            text = "支付成功" if row["paid_at"] else "订单已关闭，没有扣款。"
            return page(
                "微信支付", fragment("wechat_message.html", title="微信支付", text=text, back=_way_back(request))
            )
        values = {
            "heading": f"付给{self._config.merchant_name}",
            "amount": display_yuan(row["total_fen"]),
            "subject": row["description"],
            "number": row["out_trade_no"],
            "action": _with_return(f"/wechat/pay/{row['prepay_id']}", request),
            "button": "立即支付",
            "back": _way_back(request, "放弃付款，返回商家", style="plain"),
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
        return RedirectResponse(_return_url(request) or f"/wechat/pay/{row['prepay_id']}", status_code=303)

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
            "action": f"/wechat/transfer/{row['package_info']}{'?' if request.url.query else ''}{request.url.query}",
            "button": "确认收款",
            "back": Html(""),
        }
        return page("微信收款", fragment("wechat_confirm.html", **values))

    def confirm(self, request: Request) -> Response:
        """The payee takes the money."""
        row = self._transfers.by_package(request.path_params["package"])
        if is_foreign(request) or row is None:
            return message_page("没有收款", "这个请求不是从收款页面发出的。", status=403)
        if row["state"] == WAITING:
            self._transfers.set_state(row["out_bill_no"], SUCCEEDED)
        back = request.query_params.get("redirect_url", "")
        if back.startswith(("http://", "https://")):
            return RedirectResponse(back, status_code=303)
        return RedirectResponse(f"/wechat/transfer/{row['package_info']}", status_code=303)


def _return_url(request: Request) -> str:
    """Where the merchant wants the browser afterwards; a code that was scanned has no such place."""
    target = request.query_params.get("redirect_url", "")
    return target if target.startswith(("http://", "https://")) else ""


def _with_return(path: str, request: Request) -> str:
    target = _return_url(request)
    return f"{path}?{urlencode({'redirect_url': target})}" if target else path


def _way_back(request: Request, text: str = "返回商家", *, style: str = "button") -> Html:
    target = _return_url(request)
    return _link(target, text, style=style) if target else Html("")


def _link(address: str, text: str, *, style: str = "button") -> Html:
    return fragment("link.html", url=address, label=text, style=style)
