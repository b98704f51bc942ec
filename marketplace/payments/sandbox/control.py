"""For tests and demonstrations: a JSON API under `/control/`. The panel at `/` does the same by hand (panel.py)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import clock
from .alipay_custody import AlipayCustody
from .alipay_trades import AlipayTrades, BusinessError, Trade
from .alipay_transfers import AlipayTransfers
from .cashier import is_foreign
from .config import SandboxConfig
from .faults import EVERY_ORDER, Faults
from .money import format_yuan
from .notifications import Notifications
from .store import Store

LISTED = 200
DAY_SECONDS = 24 * 60 * 60
LONGEST_WAIT_SECONDS = 366 * DAY_SECONDS


class Control:
    """The control API of everything but WeChat, whose own is in wechat_control.py."""

    def __init__(
        self,
        config: SandboxConfig,
        trades: AlipayTrades,
        transfers: AlipayTransfers,
        custody: AlipayCustody,
        notifications: Notifications,
        faults: Faults,
        store: Store,
    ) -> None:
        self._config = config
        self._store = store
        self._trades = trades
        self._transfers = transfers
        self._custody = custody
        self._notifications = notifications
        self._faults = faults
        self._actions: dict[str, Callable[[Trade], object]] = {
            "pay": lambda trade: trades.pay(trade.trade_no),
            "close": lambda trade: trades.close(trade.trade_no),
            "finish": lambda trade: trades.finish(trade.trade_no),
            "pay_late": lambda trade: trades.pay_late(trade.trade_no),
            "notify": self._resend,
        }
        self.routes = [
            Route("/control/trades", self.list_trades, methods=["GET"]),
            Route("/control/trades/{out_trade_no}", self.show_trade, methods=["GET"]),
            Route("/control/trades/{out_trade_no}/{action}", self.act, methods=["POST"]),
            Route("/control/clock", self.let_time_pass, methods=["POST"]),
            Route("/control/transfers", self.list_transfers, methods=["GET"]),
            Route("/control/transfers/{out_biz_no}", self.set_transfer, methods=["POST"]),
            Route("/control/settlements/{out_request_no}", self.set_settlement, methods=["POST"]),
            Route("/control/faults", self.list_faults, methods=["GET"]),
            Route("/control/faults", self.set_faults, methods=["POST"]),
            Route("/control/faults", self.clear_faults, methods=["DELETE"]),
        ]

    def list_trades(self, request: Request) -> Response:
        """The newest trades."""
        return JSONResponse({"trades": [self._summary(trade) for trade in self._trades.newest(LISTED)]})

    def show_trade(self, request: Request) -> Response:
        """One trade with its refunds and its notifications."""
        trade = self._trades.look_up(out_trade_no=request.path_params["out_trade_no"])
        if trade is None:
            return problem(404, "no such trade")
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
        return JSONResponse(
            self._summary(trade)
            | {
                "refunds": refunds,
                "notifications": notifications,
                "settlements": self._custody.listing(trade),
                "unsettled_amount": format_yuan(self._custody.unsettled_fen(trade)),
            }
        )

    def act(self, request: Request) -> Response:
        """`pay`, `close`, `finish` or (closed already) `pay_late`; `notify` sends the newest notification again."""
        if is_foreign(request):
            return problem(403, "not from another site's page")
        try:
            trade = self.perform(request.path_params["out_trade_no"], request.path_params["action"])
        except LookupError as error:
            return problem(404, str(error))
        except BusinessError as error:
            return problem(409, str(error))
        return JSONResponse(self._summary(trade))

    def perform(self, out_trade_no: str, name: str) -> Trade:
        """Carry out one action on a trade. Raises LookupError (no such action or trade) and BusinessError."""
        action = self._actions.get(name)
        trade = self._trades.look_up(out_trade_no=out_trade_no)
        if action is None or trade is None:
            raise LookupError("no such action" if action is None else "no such trade")
        action(trade)
        return self._trades.look_up(trade_no=trade.trade_no) or trade

    async def let_time_pass(self, request: Request) -> Response:
        """Move everything that happened so far `{"seconds": …}` into the past, as if so much time had gone by."""
        try:
            seconds = (await json_object(request)).get("seconds")
            if type(seconds) is not int or not 0 < seconds <= LONGEST_WAIT_SECONDS:
                raise ValueError("seconds must be a whole number above zero, of a year at most")
        except ValueError as error:
            return problem(400, str(error))
        await run_in_threadpool(self._store.let_time_pass, seconds)
        return JSONResponse({"seconds": seconds})

    def list_transfers(self, request: Request) -> Response:
        """The newest transfers."""
        return JSONResponse({"transfers": self._transfers.newest(LISTED)})

    async def set_transfer(self, request: Request) -> Response:
        """Give a transfer the status in `{"status": …}`."""
        try:
            body = await json_object(request)
            status = str(body.get("status"))
            found = await run_in_threadpool(self._transfers.set_status, request.path_params["out_biz_no"], status)
        except ValueError as error:
            return problem(400, str(error))
        return JSONResponse({"status": status}) if found else problem(404, "no such transfer")

    async def set_settlement(self, request: Request) -> Response:
        """Give a split or the return of one the status in `{"status": …}`."""
        try:
            status = str((await json_object(request)).get("status"))
            found = await run_in_threadpool(self._custody.set_status, request.path_params["out_request_no"], status)
        except ValueError as error:
            return problem(400, str(error))
        return JSONResponse({"status": status}) if found else problem(404, "no such split")

    def list_faults(self, request: Request) -> Response:
        """What is set now."""
        return JSONResponse({"faults": self._faults.listing()})

    async def set_faults(self, request: Request) -> Response:
        """Set `{"out_trade_no": "*", "faults": {"delay_ms": 500}, "method": "", "times": 1}`; the last two may go."""
        try:
            body = await json_object(request)
            faults = body.get("faults")
            out_no, method = body.get("out_trade_no", EVERY_ORDER), body.get("method", "")
            if not isinstance(faults, dict) or not isinstance(out_no, str) or not isinstance(method, str):
                raise ValueError("faults must be an object, out_trade_no and method must be text")
            for name, value in faults.items():
                await run_in_threadpool(
                    self._faults.set, out_no, name, value, method=method, times=body.get("times")
                )  # fmt: skip
        except ValueError as error:
            return problem(400, str(error))
        return await run_in_threadpool(self.list_faults, request)

    def clear_faults(self, request: Request) -> Response:
        """Forget the faults of `?out_trade_no=`, or all."""
        if is_foreign(request):
            return problem(403, "not from another site's page")
        self._faults.clear(request.query_params.get("out_trade_no"))
        return self.list_faults(request)

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


async def json_object(request: Request) -> dict[str, Any]:
    """Read the body. Only JSON is taken, which another site's form cannot send unasked."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise ValueError("send application/json")
    body = json.loads(await request.body())
    if not isinstance(body, dict):
        raise ValueError("send a JSON object")
    return body


def problem(status: int, text: str) -> Response:
    return JSONResponse({"error": text}, status_code=status)
