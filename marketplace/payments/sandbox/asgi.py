"""The sandbox as one ASGI application: `uvicorn marketplace.payments.sandbox.asgi:application`.

Run one process of it: its notification thread and its SQLite file are made for one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from .account import MerchantAccount
from .alipay_bills import AlipayBills
from .alipay_custody import AlipayCustody
from .alipay_gateway import AlipayGateway
from .alipay_protocol import Certificates
from .alipay_trades import AlipayTrades
from .alipay_transfers import AlipayTransfers
from .cashier import Cashier
from .certificates import ALIPAY, APP, ROOT, certificate_number, root_number
from .config import SandboxConfig
from .connection import ReachTransport
from .control import Control
from .crypto import load_private_key, load_public_key
from .faults import Faults
from .keys import ensure_keys
from .notifications import Notifications
from .pages import HERE
from .panel import Panel
from .store import Store
from .wechat import create_wechat


def create_application(config: SandboxConfig) -> ASGIApp:
    """Put the parts together; makes the data directory, the keys and the database when they are missing."""
    ensure_keys(config.data_dir)
    alipay_key = load_private_key(config.data_dir / "alipay_private_key.pem")
    store = Store(config.database_path)
    faults = Faults(store)
    notifications = Notifications(config, store, faults, alipay_key)
    trades = AlipayTrades(store, notifications.announce)
    transfers = AlipayTransfers(store, faults)
    bills = AlipayBills(config, store, faults)
    custody = AlipayCustody(store, trades, faults)
    gateway = AlipayGateway(
        config=config,
        app_public_key=load_public_key(config.data_dir / "app_public_key.pem"),
        alipay_private_key=alipay_key,
        certificates=Certificates(
            app=certificate_number(config.data_dir / APP),
            alipay=certificate_number(config.data_dir / ALIPAY),
            root=root_number(config.data_dir / ROOT),
        ),
        trades=trades,
        transfers=transfers,
        bills=bills,
        custody=custody,
        faults=faults,
    )

    control = Control(config, trades, transfers, custody, notifications, faults, store)
    wechat = create_wechat(config, store, faults)

    def healthz(request: Request) -> Response:
        store.one("SELECT 1")
        return JSONResponse({"status": "ok"})

    def every_second() -> None:
        trades.close_expired()
        custody.release_overdue()
        wechat.every_second()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        notifications.start(every_second=every_second)
        wechat.notifications.start(every_second=lambda: None)
        yield
        await run_in_threadpool(notifications.stop)
        await run_in_threadpool(wechat.notifications.stop)
        store.close()

    routes = [
        Route("/healthz", healthz, methods=["GET"]),
        Route("/gateway.do", gateway.endpoint, methods=["GET", "POST"]),
        *bills.routes,
        *wechat.routes,
        *Cashier(config, trades, alipay_key).routes,
        *control.routes,
        *MerchantAccount(store).routes,
        *Panel(config, store, faults, trades, transfers, notifications, control, wechat).routes,
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    return ReachTransport(Starlette(routes=routes, lifespan=lifespan))


application = create_application(SandboxConfig.from_env())
