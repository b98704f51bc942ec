"""How the providers misbehave, switched by tests and by hand: `POST …/control/faults` with a JSON object."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

# Name: what it means, and the value when all is as usual.
FAULTS: dict[str, Any] = {
    "content_type": "text/plain",  # of WeChat's answers; `application/json` is what some edges of theirs send
    "escape_json": False,  # \uXXXX in place of the characters themselves
    "without_unionid": False,  # WeChat: an app that is not bound; QQ: an app without the permission
    "callback_bodies": False,  # QQ, although fmt=json was asked for
    "refuse": 0,  # every API call is refused with this code
    "garbage": False,  # an HTML page in place of an answer, as from a proxy
    "lost_answer": False,  # WeChat takes a template message, and an HTML page comes back
    "minutes_later": 0,  # how far the clock of WeChat's memory is ahead
    "foreign_token": False,  # QQ says that the token belongs to another app
    "email": "",  # an address that the profile gives
}


class Faults:
    """What is switched on."""

    def __init__(self) -> None:
        self._values = dict(FAULTS)
        self.routes = [
            Route("/control/faults", self._set, methods=["POST"]),
            Route("/control/faults", self._reset, methods=["DELETE"]),
        ]

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    async def _set(self, request: Request) -> Response:
        wanted = await request.json()
        if unknown := sorted(set(wanted) - set(FAULTS)):
            return JSONResponse({"unknown": unknown}, status_code=400)
        self._values.update(wanted)
        return JSONResponse(self._values)

    async def _reset(self, request: Request) -> Response:
        self._values = dict(FAULTS)
        return JSONResponse(self._values)
