"""The identity sandbox as one ASGI application: `uvicorn marketplace.accounts.sandbox.asgi:application`.

Everything stands below `/identity`, one prefix in place of each real host: WeChat's `/connect/oauth2/authorize` would
otherwise be the payment sandbox's, with which it shares a process in `bin/run` (portal/embedded/sandboxes.py). Run one
process of it: codes live in memory.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from .config import IdentityConfig
from .faults import Faults
from .grants import Grants
from .pages import HERE
from .qq import QQ
from .weibo import Weibo
from .weixin import Weixin

PREFIX = "/identity"


def create_application(config: IdentityConfig) -> ASGIApp:
    """Put the houses together."""
    grants, faults = Grants(config), Faults()

    def healthz(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    houses = [house(config, grants, faults).mount for house in (Weixin, QQ, Weibo)]
    static = Mount("/static", StaticFiles(directory=HERE / "static"))
    routes = [Route("/healthz", healthz, methods=["GET"]), *faults.routes, *houses, static]
    return Starlette(routes=[Mount(PREFIX, routes=routes)])


application = create_application(IdentityConfig.from_env())
