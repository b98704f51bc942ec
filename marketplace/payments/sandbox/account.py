"""What moves the merchant's own account besides payments, refunds and transfers: withdrawals, top-ups, whatever a person did."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from . import clock
from .cashier import is_foreign
from .control import json_object, problem
from .money import parse_yuan
from .pages import message_page
from .store import Store

GATEWAYS = ("alipay", "wechatpay")
# What each account held before anything happened here: more than all the money of a demonstration.
OPENING_BALANCE_FEN = 10_000_000_00


class MerchantAccount:
    """Movements by hand. The account logs list them like any other (alipay_bills.py, wechat_bills.py)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.routes = [
            Route("/control/account", self.move, methods=["POST"]),
            Route("/panel/account", self.move_by_hand, methods=["POST"]),
        ]

    async def move(self, request: Request) -> Response:
        """Move `{"gateway": "alipay", "amount_fen": -5000, "kind": "提现"}` out of the account, or into it."""
        try:
            body = await json_object(request)
            gateway, amount_fen = body.get("gateway"), body.get("amount_fen")
            kind = str(body.get("kind") or ("提现" if isinstance(amount_fen, int) and amount_fen < 0 else "充值"))
            if gateway not in GATEWAYS or type(amount_fen) is not int or not amount_fen:
                raise ValueError("gateway must be alipay or wechatpay, amount_fen a whole number other than zero")
            number = await run_in_threadpool(self.book, gateway, amount_fen, kind, str(body.get("number") or ""))
        except ValueError as error:
            return problem(400, str(error))
        return JSONResponse({"number": number})

    async def move_by_hand(self, request: Request) -> Response:
        """The panel's form: an amount in yuan, out of the account or into it."""
        form = await request.form()
        fields = {name: value.strip() for name, value in form.items() if isinstance(value, str)}
        try:
            if is_foreign(request) or fields.get("gateway") not in GATEWAYS:
                raise ValueError("gateway")
            if not (amount_fen := parse_yuan(fields.get("amount"))):
                raise ValueError("amount")
            kind, sign = ("提现", -1) if fields.get("way") == "out" else ("充值", 1)
            await run_in_threadpool(
                self.book, fields["gateway"], sign * amount_fen, kind, fields.get("number", "")[:64]
            )
        except ValueError:
            return message_page("没有完成", "请填大于零的金额，单位是元，最多两位小数。", status=400)
        return RedirectResponse("/#account", status_code=303)

    def book(self, gateway: str, amount_fen: int, kind: str, number: str = "") -> str:
        """Note one movement; returns its number."""
        number = number or f"{gateway[0].upper()}{secrets.randbelow(10**18):018d}"
        self._store.insert(
            "account_movement", gateway=gateway, number=number, amount_fen=amount_fen, kind=kind, at=clock.now()
        )
        return number


def movements_by_hand(store: Store, gateway: str, end: float) -> list[Any]:
    """Everything that people moved at a gateway before `end`."""
    return store.all("SELECT * FROM account_movement WHERE gateway = ? AND at < ?", gateway, end)
