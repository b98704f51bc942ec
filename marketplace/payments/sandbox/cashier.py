"""The buyer's side: look at what is asked, pay it or leave, and come back to the merchant. Works without JavaScript."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode, urlsplit, urlunsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from . import clock, crypto
from .alipay_trades import WAITING, AlipayTrades, BusinessError, Trade
from .config import SandboxConfig
from .money import display_yuan, format_yuan
from .pages import Html, fragment, joined, message_page, page


class Cashier:
    """The pages of the cashier."""

    def __init__(self, config: SandboxConfig, trades: AlipayTrades, key: rsa.RSAPrivateKey) -> None:
        self._config = config
        self._trades = trades
        self._key = key
        self.routes = [
            Route("/cashier/{trade_no}", self.show, methods=["GET"]),
            Route("/cashier/{trade_no}", self.pay, methods=["POST"]),
            Route("/qr/{code}", self.scan, methods=["GET"]),
        ]

    def show(self, request: Request) -> Response:
        """Show one trade. Opening the page is what brings the trade into being at Alipay."""
        trade = self._trades.look_up(trade_no=request.path_params["trade_no"])
        if trade is None:
            return _missing()
        return self._page(self._trades.arrive(trade.trade_no))

    def pay(self, request: Request) -> Response:
        """Pay, then go back to the merchant. A second click does the same without paying again."""
        if is_foreign(request):
            return message_page("没有付款", "这个请求不是从收银台页面发出的。", status=403)
        trade = self._trades.look_up(trade_no=request.path_params["trade_no"])
        if trade is None:
            return _missing()
        try:
            trade = self._trades.pay(trade.trade_no)
        except BusinessError:
            return RedirectResponse(f"/cashier/{trade.trade_no}", status_code=303)
        target = self._return_address(trade) if trade.return_url else f"/cashier/{trade.trade_no}"
        return RedirectResponse(target, status_code=303)

    def scan(self, request: Request) -> Response:
        """Open the cashier from a QR code."""
        trade = self._trades.look_up(qr_code=request.path_params["code"])
        return RedirectResponse(f"/cashier/{trade.trade_no}", status_code=303) if trade else _missing()

    def _page(self, trade: Trade) -> Response:
        amount = display_yuan(trade.total_fen)
        values = {
            "amount": amount,
            "merchant": self._config.merchant_name,
            "subject": trade.subject,
            "out_trade_no": trade.out_trade_no,
            "trade_no": trade.trade_no,
        }
        if trade.status == WAITING:
            leave = Html('<p class="hint">不付款也可以直接关闭本页。</p>')
            if trade.quit_url or trade.return_url:
                leave = _link(trade.quit_url or trade.return_url, "放弃付款，返回商家", "plain")
            deadline = _deadline(trade.expires_at, clock.now())
            return page(f"付款 {amount}", fragment("cashier.html", **values, deadline=deadline, leave=leave))
        if trade.paid_at is None:
            mark, title, text = "closed", "交易已关闭", "没有扣款。需要的话，可以回到商家重新下单。"
        elif trade.refunded_fen == trade.total_fen:
            mark, title, text = "closed", "已全额退款", f"{amount}已原路退回。"
        else:
            mark, title, text = "done", "付款成功", f"{amount}已付给{self._config.merchant_name}。"
            if trade.refunded_fen:
                text += f"其中{display_yuan(trade.refunded_fen)}已退回。"
        rows = []
        if trade.paid_at is not None:
            rows.append(_row("付款时间", clock.format_moment(trade.paid_at)))
        back = Html("")
        if trade.return_url:
            target = self._return_address(trade) if trade.paid_at is not None else trade.quit_url or trade.return_url
            back = _link(target, "返回商家", "button")
        return page(
            title, fragment("result.html", **values, mark=mark, title=title, text=text, rows=joined(rows), back=back)
        )

    def _return_address(self, trade: Trade) -> str:
        """Add Alipay's signed return parameters to the merchant's address, keeping what is in its query already."""
        fields = {
            "app_id": self._config.alipay_app_id,
            "auth_app_id": self._config.alipay_app_id,
            "charset": "utf-8",
            "method": f"{trade.method}.return",
            "out_trade_no": trade.out_trade_no,
            "seller_id": self._config.alipay_seller_id,
            "sign_type": "RSA2",
            "timestamp": clock.format_moment(clock.now()),
            "total_amount": format_yuan(trade.total_fen),
            "trade_no": trade.trade_no,
            "version": "1.0",
        }
        if trade.cert_sn:
            fields["alipay_cert_sn"] = trade.cert_sn
        fields["sign"] = crypto.sign(self._key, crypto.notification_text(fields))
        parts = urlsplit(trade.return_url)
        query = "&".join(part for part in (parts.query, urlencode(fields)) if part)
        return urlunsplit(parts._replace(query=query))


def is_foreign(request: Request) -> bool:
    """Tell whether another site's page sent this form. Programs send no such header and pass."""
    return request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")


def _missing() -> Response:
    return message_page("没有找到这笔付款", "链接可能不完整。请回到商家，重新发起付款。", status=404)


def _link(url: str, label: str, style: str) -> Html:
    return fragment("link.html", url=url, label=label, style=style)


def _row(label: str, value: str) -> Html:
    return fragment("row.html", label=label, value=value)


def _deadline(moment: float, now: float) -> str:
    """Write the clock time first, then what remains: `11月23日 15:04前，还剩29分钟`."""
    local = datetime.fromtimestamp(moment, clock.BEIJING)
    minutes = int(moment - now) // 60
    days, hours = minutes // (24 * 60), minutes // 60 % 24
    if days:
        remaining = f"{days}天{hours}小时" if hours else f"{days}天"
    elif hours:
        remaining = f"{hours}小时{minutes % 60}分钟" if minutes % 60 else f"{hours}小时"
    else:
        remaining = f"{minutes}分钟" if minutes else "不到1分钟"
    return f"{local.month}月{local.day}日 {local:%H:%M}前，还剩{remaining}"
