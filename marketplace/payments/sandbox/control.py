"""For tests and demonstrations: a JSON API under `/control/`, and a plain panel at `/` that does the same by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from . import clock
from .alipay_trades import SUCCESS, WAITING, AlipayTrades, BusinessError, Trade
from .alipay_transfers import AlipayTransfers
from .cashier import is_foreign
from .config import SandboxConfig
from .faults import EVERY_ORDER, FAULTS, Faults
from .money import display_yuan, format_yuan
from .notifications import Notifications
from .pages import Html, fragment, joined, message_page, page
from .store import Store

LISTED = 200
LONGEST_WAIT_SECONDS = 366 * 24 * 60 * 60
STATUS_WORDS = {
    "WAIT_BUYER_PAY": "等待付款",
    "TRADE_SUCCESS": "已付款",
    "TRADE_FINISHED": "已完结",
    "TRADE_CLOSED": "已关闭",
}
DELIVERY_WORDS = {"pending": "待发送", "delivered": "已收妥", "given_up": "已放弃", "withheld": "按故障扣下"}


class Control:
    """The control API and the panel."""

    def __init__(
        self,
        config: SandboxConfig,
        trades: AlipayTrades,
        transfers: AlipayTransfers,
        notifications: Notifications,
        faults: Faults,
        store: Store,
    ) -> None:
        self._config = config
        self._store = store
        self._trades = trades
        self._transfers = transfers
        self._notifications = notifications
        self._faults = faults
        self._actions: dict[str, Callable[[Trade], object]] = {
            "pay": lambda trade: trades.pay(trade.trade_no),
            "close": lambda trade: trades.close(trade.trade_no),
            "finish": lambda trade: trades.finish(trade.trade_no),
            "notify": self._resend,
        }
        self.routes = [
            Route("/", self.panel, methods=["GET"]),
            Route("/panel/trades/{out_trade_no}/{action}", self.panel_action, methods=["POST"]),
            Route("/panel/faults", self.panel_fault, methods=["POST"]),
            Route("/panel/faults/clear", self.panel_clear, methods=["POST"]),
            Route("/control/trades", self.list_trades, methods=["GET"]),
            Route("/control/trades/{out_trade_no}", self.show_trade, methods=["GET"]),
            Route("/control/trades/{out_trade_no}/{action}", self.act, methods=["POST"]),
            Route("/control/clock", self.let_time_pass, methods=["POST"]),
            Route("/control/transfers", self.list_transfers, methods=["GET"]),
            Route("/control/transfers/{out_biz_no}", self.set_transfer, methods=["POST"]),
            Route("/control/faults", self.list_faults, methods=["GET"]),
            Route("/control/faults", self.set_faults, methods=["POST"]),
            Route("/control/faults", self.clear_faults, methods=["DELETE"]),
        ]

    # The JSON API

    def list_trades(self, request: Request) -> Response:
        """The newest trades."""
        return JSONResponse({"trades": [self._summary(trade) for trade in self._trades.newest(LISTED)]})

    def show_trade(self, request: Request) -> Response:
        """One trade with its refunds and its notifications."""
        trade = self._trades.look_up(out_trade_no=request.path_params["out_trade_no"])
        if trade is None:
            return _problem(404, "no such trade")
        refunds = [
            {
                "out_request_no": refund.out_request_no,
                "refund_amount": format_yuan(refund.amount_fen),
                "reason": refund.reason,
                "created_at": clock.format_moment(refund.created_at),
            }
            for refund in self._trades.refunds(trade)
        ]
        notifications = self._notifications.listing(trade.out_trade_no)
        return JSONResponse(self._summary(trade) | {"refunds": refunds, "notifications": notifications})

    def act(self, request: Request) -> Response:
        """`pay`, `close` or `finish` a trade, or send its newest notification again with `notify`."""
        if is_foreign(request):
            return _problem(403, "not from another site's page")
        action = self._actions.get(request.path_params["action"])
        trade = self._trades.look_up(out_trade_no=request.path_params["out_trade_no"])
        if action is None or trade is None:
            return _problem(404, "no such action" if action is None else "no such trade")
        try:
            action(trade)
        except BusinessError as error:
            return _problem(409, str(error))
        return JSONResponse(self._summary(self._trades.look_up(trade_no=trade.trade_no) or trade))

    async def let_time_pass(self, request: Request) -> Response:
        """Move everything that happened so far `{"seconds": …}` into the past, as if so much time had gone by."""
        try:
            seconds = (await _json_object(request)).get("seconds")
            if type(seconds) is not int or not 0 < seconds <= LONGEST_WAIT_SECONDS:
                raise ValueError("seconds must be a whole number above zero, of a year at most")
        except ValueError as error:
            return _problem(400, str(error))
        await run_in_threadpool(self._store.let_time_pass, seconds)
        return JSONResponse({"seconds": seconds})

    def list_transfers(self, request: Request) -> Response:
        """The newest transfers."""
        return JSONResponse({"transfers": self._transfers.newest(LISTED)})

    async def set_transfer(self, request: Request) -> Response:
        """Give a transfer the status in `{"status": …}`."""
        try:
            body = await _json_object(request)
            status = str(body.get("status"))
            found = await run_in_threadpool(self._transfers.set_status, request.path_params["out_biz_no"], status)
        except ValueError as error:
            return _problem(400, str(error))
        return JSONResponse({"status": status}) if found else _problem(404, "no such transfer")

    def list_faults(self, request: Request) -> Response:
        """What is set now."""
        return JSONResponse({"faults": self._faults.listing()})

    async def set_faults(self, request: Request) -> Response:
        """Set `{"out_trade_no": "*", "faults": {"delay_ms": 500}, "method": "", "times": 1}`; the last two may go."""
        try:
            body = await _json_object(request)
            faults = body.get("faults")
            out_no, method = body.get("out_trade_no", EVERY_ORDER), body.get("method", "")
            if not isinstance(faults, dict) or not isinstance(out_no, str) or not isinstance(method, str):
                raise ValueError("faults must be an object, out_trade_no and method must be text")
            for name, value in faults.items():
                await run_in_threadpool(
                    self._faults.set, out_no, name, value, method=method, times=body.get("times")
                )  # fmt: skip
        except ValueError as error:
            return _problem(400, str(error))
        return await run_in_threadpool(self.list_faults, request)

    def clear_faults(self, request: Request) -> Response:
        """Forget the faults of `?out_trade_no=`, or all."""
        if is_foreign(request):
            return _problem(403, "not from another site's page")
        self._faults.clear(request.query_params.get("out_trade_no"))
        return self.list_faults(request)

    # The panel

    def panel(self, request: Request) -> Response:
        """Show trades, transfers and faults."""
        speed = self._config.notify_speed
        return page(
            "交易与故障",
            fragment(
                "panel.html",
                app_id=self._config.alipay_app_id,
                seller_id=self._config.alipay_seller_id,
                speed="和正式环境相同" if speed == 1 else f"是正式环境的{speed:g}分之一",
                trades=joined([self._trade_row(trade) for trade in self._trades.newest(LISTED)]) or _nothing(6),
                transfers=joined([
                    _row(
                        ("商户单号", row["out_biz_no"]), ("收款方", row["identity"]),
                        ("金额", display_yuan(row["amount_fen"])), ("状态", row["status"]), ("时间", row["created_at"]),
                    )
                    for row in self._transfers.newest(LISTED)
                ]) or _nothing(5),
                faults=joined([
                    _row(
                        ("订单号", row["out_trade_no"]), ("故障", row["fault"]), ("接口", row["method"] or "全部"),
                        ("值", "开" if row["value"] is True else row["value"]), ("剩余次数", row["times"] or "不限"),
                    )
                    for row in self._faults.listing()
                ]) or _nothing(5),
                options=joined([
                    fragment("option.html", value=name, label=f"{name}：{sentence}")
                    for name, (_, sentence) in FAULTS.items()
                ]),
            ),
            layout="wide",
        )  # fmt: skip

    def panel_action(self, request: Request) -> Response:
        """A button beside a trade."""
        response = self.act(request)
        if response.status_code == 200:
            return RedirectResponse("/", status_code=303)
        return message_page("没有完成", "这笔交易的状态不允许这个操作。", status=response.status_code)

    async def panel_fault(self, request: Request) -> Response:
        """The form that sets a fault."""
        form = await request.form()
        fields = {name: value.strip() for name, value in form.items() if isinstance(value, str)}
        name, text = fields.get("fault", ""), fields.get("value", "")
        try:
            if is_foreign(request) or name not in FAULTS:
                raise ValueError(name)
            kind = FAULTS[name][0]
            value: Any = True if kind is bool else kind(text)
            times = int(fields["times"]) if fields.get("times") else None
            await run_in_threadpool(
                self._faults.set, fields.get("out_trade_no") or EVERY_ORDER, name, value,
                method=fields.get("method", ""), times=times,
            )  # fmt: skip
        except ValueError:
            return message_page("没有设置", "请检查故障的值和次数：毫秒数、份数和次数都是整数。", status=400)
        return RedirectResponse("/", status_code=303)

    def panel_clear(self, request: Request) -> Response:
        """The button that forgets all faults."""
        if is_foreign(request):
            return message_page("没有清除", "这个请求不是从面板发出的。", status=403)
        self._faults.clear()
        return RedirectResponse("/", status_code=303)

    def _trade_row(self, trade: Trade) -> Html:
        sent = self._notifications.listing(trade.out_trade_no)
        notification = "无"
        if sent:
            newest = sent[-1]
            notification = f"{DELIVERY_WORDS[str(newest['state'])]}，已试{newest['attempts']}次"
        status = STATUS_WORDS[trade.status]
        if trade.refunded_fen:
            status += f"，已退{display_yuan(trade.refunded_fen)}"
        elif trade.arrived_at is None and trade.status == WAITING:
            status = "未打开收银台"
        offered = []
        if trade.status == WAITING:
            offered = [("pay", "付款"), ("close", "关闭")]
        elif trade.status == SUCCESS:
            offered = [("finish", "完结")]
        if sent:
            offered.append(("notify", "重发通知"))
        actions = [
            fragment("panel_action.html", out_trade_no=trade.out_trade_no, action=action, label=label)
            for action, label in offered
        ]
        return fragment(
            "panel_trade.html", trade_no=trade.trade_no, out_trade_no=trade.out_trade_no, subject=trade.subject,
            amount=display_yuan(trade.total_fen), status=status, notification=notification, actions=joined(actions),
        )  # fmt: skip

    def _resend(self, trade: Trade) -> None:
        if not self._notifications.resend(trade.out_trade_no):
            raise BusinessError("SANDBOX.NOTHING_TO_SEND", "这笔交易还没有通知")

    def _summary(self, trade: Trade) -> dict[str, Any]:
        moments = ("created_at", "expires_at", "arrived_at", "paid_at", "closed_at")
        summary = asdict(trade)
        for name in ("total", "refunded"):
            summary[f"{name}_amount"] = format_yuan(summary.pop(f"{name}_fen"))
        for name in moments:
            summary[name] = clock.format_moment(summary[name]) if summary[name] is not None else None
        return summary | {"cashier_url": f"{self._config.base_url}/cashier/{trade.trade_no}"}


async def _json_object(request: Request) -> dict[str, Any]:
    """Read the body. Only JSON is taken, which another site's form cannot send unasked."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise ValueError("send application/json")
    body = json.loads(await request.body())
    if not isinstance(body, dict):
        raise ValueError("send a JSON object")
    return body


def _problem(status: int, text: str) -> Response:
    return JSONResponse({"error": text}, status_code=status)


def _row(*cells: tuple[str, object]) -> Html:
    return fragment(
        "panel_row.html", cells=joined([fragment("cell.html", label=label, value=value) for label, value in cells])
    )


def _nothing(columns: int) -> Html:
    return fragment("panel_empty.html", columns=columns)
