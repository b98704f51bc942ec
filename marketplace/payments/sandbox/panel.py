"""The panel at `/`: everything of both institutions at a glance, a button for each thing that can be made to happen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from . import clock
from .alipay_trades import CLOSED, SUCCESS, WAITING, AlipayTrades, BusinessError, Trade
from .alipay_transfers import AlipayTransfers
from .cashier import is_foreign
from .config import SandboxConfig
from .control import Control
from .faults import ALIPAY, EVERY_ORDER, FAULTS, WECHAT, Fault, Faults
from .money import display_yuan
from .notifications import Notifications
from .outbox import Outbox
from .pages import Html, fragment, joined, message_page, page
from .panel_listing import Listing
from .store import Store
from .wechat import Wechat
from .wechat_trades import ApiError

HOUR, LONGEST_HOURS = 60 * 60, 366 * 24
TRADE_WORDS = {
    "WAIT_BUYER_PAY": "等待付款",
    "TRADE_SUCCESS": "已付款",
    "TRADE_FINISHED": "已完结",
    "TRADE_CLOSED": "已关闭",
    "NOTPAY": "等待付款",
    "SUCCESS": "已付款",
    "REFUND": "已付款",
    "CLOSED": "已关闭",
}
REFUND_WORDS = {"SUCCESS": "已退回", "PROCESSING": "退款中", "ABNORMAL": "退款异常", "CLOSED": "退款关闭"}
TRANSFER_WORDS = {
    "SUCCESS": "已到账",
    "FAIL": "失败",
    "DEALING": "处理中",
    "WAIT_PAY": "等待付款",
    "CLOSED": "已关闭",
    "REFUND": "已退票",
    "ACCEPTED": "已受理",
    "PROCESSING": "处理中",
    "WAIT_USER_CONFIRM": "等待收款方确认",
    "TRANSFERING": "转账中",
    "CANCELING": "撤销中",
    "CANCELLED": "已撤销",
}
DELIVERY_WORDS = {"pending": "待发送", "delivered": "已收妥", "given_up": "已放弃", "withheld": "按故障扣下"}
_DECIDED = ("SUCCESS", "FAIL", "CLOSED", "REFUND", "CANCELLED")
Action = tuple[str, str]
Refund = tuple[float, str, str, str, int, str]  # when, institution, number, the payment's number, fen, state
Transfer = tuple[str, str, str, str, int, str]  # when, institution, number, payee, fen, state


class Panel:
    """The panel and the forms on it."""

    def __init__(
        self,
        config: SandboxConfig,
        store: Store,
        faults: Faults,
        trades: AlipayTrades,
        transfers: AlipayTransfers,
        notifications: Notifications,
        control: Control,
        wechat: Wechat,
    ) -> None:
        self._config = config
        self._store = store
        self._faults = faults
        self._trades = trades
        self._transfers = transfers
        self._notifications = notifications
        self._wechat = wechat
        # What a button's address begins with, and what it does. Each raises BusinessError, ApiError, LookupError, ValueError.
        self._kinds: dict[str, Callable[[str, str], object]] = {
            "trades": control.perform,
            "transfers": self._set_transfer,
            "wechat-trades": wechat.control.perform,
            "wechat-refunds": wechat.trades.decide_refund,
            "wechat-transfers": wechat.transfers.set_state,
        }
        self.routes = [
            Route("/", self.show, methods=["GET"]),
            Route("/panel/clock", self.let_time_pass, methods=["POST"]),
            Route("/panel/faults", self.set_fault, methods=["POST"]),
            Route("/panel/faults/clear", self.clear_faults, methods=["POST"]),
            Route("/panel/{kind}/{number}/{action}", self.act, methods=["POST"]),
        ]

    def show(self, request: Request) -> Response:
        """Everything at a glance, newest first; `q` searches all lists, each list has its pages."""
        speed = self._config.notify_speed
        listing = Listing.of(request)
        trades = self._trades.newest(listing.wanted("trades"), words=listing.words)
        wechat_trades = self._wechat.trades.newest(listing.wanted("wechat-trades"), words=listing.words)
        refunds, transfers = self._refunds(listing), self._transfers_of_both(listing)
        return page(
            "交易与故障",
            fragment(
                "panel.html",
                app_id=self._config.alipay_app_id,
                seller_id=self._config.alipay_seller_id,
                wechat_app_id=self._config.wechat_app_id,
                merchant_id=self._config.wechat_merchant_id,
                speed="和正式环境相同" if speed == 1 else f"是正式环境的{speed:g}分之一",
                words=listing.words,
                moved=_moved(request.query_params.get("moved", "")),
                trades=_rows(map(self._trade_row, listing.cut("trades", trades)), 6),
                trades_pages=listing.links("trades", trades),
                wechat_trades=_rows(map(self._wechat_row, map(dict, listing.cut("wechat-trades", wechat_trades))), 6),
                wechat_trades_pages=listing.links("wechat-trades", wechat_trades),
                refunds=_rows(map(_refund_row, listing.cut("refunds", refunds)), 7),
                refunds_pages=listing.links("refunds", refunds),
                transfers=_rows(map(_transfer_row, listing.cut("transfers", transfers)), 7),
                transfers_pages=listing.links("transfers", transfers),
                faults=_rows(map(_fault_row, self._faults.listing()), 6),
                options=_options(),
                number=request.query_params.get("number") or EVERY_ORDER,
            ),
            layout="wide",
        )

    def act(self, request: Request) -> Response:
        """A button beside a row."""
        if is_foreign(request):
            return message_page("没有完成", "这个请求不是从面板发出的。", status=403)
        kind = request.path_params["kind"]
        try:
            self._kinds[kind](request.path_params["number"], request.path_params["action"])
        except LookupError:
            return message_page("没有完成", "没有这张单据，或者没有这个操作。", status=404)
        except (BusinessError, ApiError, ValueError):
            return message_page("没有完成", "这张单据现在的状态不允许这个操作。", status=409)
        return RedirectResponse(f"/#{kind}", status_code=303)

    async def let_time_pass(self, request: Request) -> Response:
        """The form that makes everything older."""
        try:
            hours = int(str((await request.form()).get("hours") or 24))
            if is_foreign(request) or not 0 < hours <= LONGEST_HOURS:
                raise ValueError(hours)
        except ValueError:
            return message_page("没有完成", "请填1到8784之间的整数小时。", status=400)
        await run_in_threadpool(self._store.let_time_pass, hours * HOUR)
        return RedirectResponse(f"/?moved={hours}#clock", status_code=303)

    async def set_fault(self, request: Request) -> Response:
        """The form that sets a fault, and the button that clears one (`clear`)."""
        form = await request.form()
        fields = {name: value.strip() for name, value in form.items() if isinstance(value, str)}
        name, text = fields.get("fault", ""), fields.get("value", "")
        try:
            if is_foreign(request) or name not in FAULTS:
                raise ValueError(name)
            kind = FAULTS[name].kind
            value: Any = kind() if fields.get("clear") else True if kind is bool else kind(text)
            times = int(fields["times"]) if fields.get("times") else None
            await run_in_threadpool(
                self._faults.set, fields.get("out_trade_no") or EVERY_ORDER, name, value,
                method=fields.get("method", ""), times=times,
            )  # fmt: skip
        except ValueError:
            return message_page("没有设置", "请检查故障的值和次数：毫秒、分、份数和次数都是整数。", status=400)
        return RedirectResponse("/#faults", status_code=303)

    def clear_faults(self, request: Request) -> Response:
        """The button that forgets all faults."""
        if is_foreign(request):
            return message_page("没有清除", "这个请求不是从面板发出的。", status=403)
        self._faults.clear()
        return RedirectResponse("/#faults", status_code=303)

    def _set_transfer(self, out_biz_no: str, status: str) -> None:
        if not self._transfers.set_status(out_biz_no, status):
            raise LookupError(out_biz_no)

    # Rows

    def _trade_row(self, trade: Trade) -> Html:
        offered: list[Action] = []
        if trade.status == WAITING:
            offered = [("pay", "付款"), ("close", "关闭")]
        elif trade.status == CLOSED and trade.paid_at is None:
            offered = [("pay_late", "关闭后付款")]
        elif trade.status == SUCCESS:
            offered = [("finish", "完结")]
        is_unopened = trade.arrived_at is None and trade.status == WAITING
        status = "未打开收银台" if is_unopened else TRADE_WORDS[trade.status]
        return _row(
            ("商户订单号", _number(trade.out_trade_no, f"/cashier/{trade.trade_no}")),
            ("付款内容", trade.subject),
            ("金额", display_yuan(trade.total_fen)),
            ("状态", _with_refunds(status, trade.refunded_fen)),
            ("通知", _deliveries(self._notifications, trade.out_trade_no)),
            ("操作", _actions("trades", trade.out_trade_no, offered, self._notifications)),
        )

    def _wechat_row(self, row: dict[str, Any]) -> Html:
        number, outbox = row["out_trade_no"], self._wechat.notifications
        offered: list[Action] = []
        if row["state"] == "NOTPAY":
            offered = [("pay", "付款"), ("close", "关闭")]
        elif row["paid_at"] is None:
            offered = [("pay_late", "关闭后付款")]
        return _row(
            ("商户订单号", _number(number, f"/wechat/pay/{row['prepay_id']}")),
            ("付款内容", row["description"]),
            ("金额", display_yuan(row["total_fen"])),
            ("状态", _with_refunds(TRADE_WORDS[row["state"]], row["refunded_fen"])),
            ("通知", _deliveries(outbox, number)),
            ("操作", _actions("wechat-trades", number, offered, outbox)),
        )

    def _refunds(self, listing: Listing) -> list[Refund]:
        limit = listing.wanted("refunds")
        rows = [
            (row["created_at"], WECHAT, row["out_refund_no"], row["out_trade_no"], row["amount_fen"], row["status"])
            for row in self._wechat.trades.newest_refunds(limit, words=listing.words)
        ]
        rows += [
            (row["created_at"], ALIPAY, row["out_request_no"], row["out_trade_no"], row["amount_fen"], "SUCCESS")
            for row in self._trades.newest_refunds(limit, words=listing.words)
        ]
        return sorted(rows, reverse=True)[:limit]

    def _transfers_of_both(self, listing: Listing) -> list[Transfer]:
        limit = listing.wanted("transfers")
        rows = [
            (
                clock.format_moment(row["created_at"]),
                WECHAT,
                row["out_bill_no"],
                row["openid"],
                row["amount_fen"],
                row["state"],
            )
            for row in self._wechat.transfers.newest(limit, words=listing.words)
        ]
        rows += [
            (row["created_at"], ALIPAY, row["out_biz_no"], row["identity"], row["amount_fen"], row["status"])
            for row in self._transfers.newest(limit, words=listing.words)
        ]
        return sorted(rows, reverse=True)[:limit]


def _refund_row(row: Refund) -> Html:
    at, gateway, number, trade, amount_fen, status = row
    endings = [("SUCCESS", "退回"), ("ABNORMAL", "异常"), ("CLOSED", "关闭")]
    is_open = status in ("PROCESSING", "ABNORMAL")
    return _row(
        ("退款单号", _number(number)),
        ("机构", gateway),
        ("商户订单号", _number(trade)),
        ("金额", display_yuan(amount_fen)),
        ("状态", REFUND_WORDS[status]),
        ("时间", clock.format_moment(at)),
        ("操作", _actions("wechat-refunds", number, [each for each in endings if is_open and each[0] != status])),
    )


def _transfer_row(row: Transfer) -> Html:
    at, gateway, number, payee, amount_fen, status = row
    kind = "wechat-transfers" if gateway == WECHAT else "transfers"
    return _row(
        ("商户单号", _number(number)),
        ("机构", gateway),
        ("收款方", payee),
        ("金额", display_yuan(amount_fen)),
        ("状态", TRANSFER_WORDS[status]),
        ("时间", at),
        ("操作", _actions(kind, number, _transfer_endings(gateway, status))),
    )


def _moved(hours: str) -> Html:
    """That time has passed, after the form that lets it."""
    if not (hours.isascii() and hours.isdigit()):
        return Html("")
    return fragment("panel_moved.html", hours=int(hours))


def _transfer_endings(gateway: str, status: str) -> list[Action]:
    if status not in _DECIDED:
        cancelled = [("CANCELLED", "撤销")] if gateway == WECHAT else []
        return [("SUCCESS", "到账"), ("FAIL", "失败"), *cancelled]
    return [("REFUND", "退票")] if (gateway, status) == (ALIPAY, "SUCCESS") else []


def _with_refunds(status: str, refunded_fen: int) -> str:
    return f"{status}，已退{display_yuan(refunded_fen)}" if refunded_fen else status


def _deliveries(outbox: Outbox, number: str) -> str:
    sent = outbox.listing(number)
    if not sent:
        return "无"
    newest = sent[-1]
    return f"{DELIVERY_WORDS[str(newest['state'])]}，已试{newest['attempts']}次"


def _actions(kind: str, number: str, offered: list[Action], outbox: Outbox | None = None) -> Html:
    if outbox is not None and outbox.listing(number):
        offered = [*offered, ("notify", "重发通知")]
    buttons = [
        fragment("panel_action.html", kind=kind, number=number, action=action, label=label) for action, label in offered
    ]
    return joined([*buttons, fragment("panel_fault.html", number=number)])


def _number(number: str, url: str = "") -> Html:
    return fragment("link.html" if url else "number.html", style="number", url=url, label=number)


def _fault_row(row: dict[str, Any]) -> Html:
    fault = FAULTS[row["fault"]]
    hidden = {"out_trade_no": row["out_trade_no"], "fault": row["fault"], "method": row["method"]}
    number = "全部" if row["out_trade_no"] == EVERY_ORDER else row["out_trade_no"]
    return _row(
        ("单号", _number(number)),
        ("故障", f"{fault.group}：{fault.sentence}"),
        ("接口", row["method"] or "全部"),
        ("值", "开" if row["value"] is True else row["value"]),
        ("剩余次数", row["times"] or "不限"),
        ("操作", fragment("panel_clear.html", **hidden)),
    )


def _options() -> Html:
    """The faults to choose from, by what they are about."""
    return joined([
        fragment("optgroup.html", label=group, options=joined([_option(name, fault) for name, fault in members]))
        for group, members in groupby(FAULTS.items(), key=lambda item: item[1].group)
    ])  # fmt: skip


def _option(name: str, fault: Fault) -> Html:
    only = f"（只有{fault.only}）" if fault.only else ""
    return fragment("option.html", value=name, label=f"{fault.sentence}{only}")


def _row(*cells: tuple[str, object]) -> Html:
    return fragment(
        "panel_row.html", cells=joined([fragment("cell.html", label=label, value=value) for label, value in cells])
    )


def _rows(rows: Iterable[Html], columns: int) -> Html:
    return joined(list(rows)) or fragment("panel_empty.html", columns=columns)
