"""Template messages of the Official Account: taken, checked as WeChat checks them, and shown to whoever asks."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .faults import Faults

# What WeChat allows in a value, by the kind of its key (类目模板消息参数值内容限制).
LONGEST = {"thing": 20, "time": 20}
KNOWN_SECONDS = 600  # that a `client_msg_id` is remembered
TEMPLATES = "sandbox-"  # whose numbers begin so


class TemplateMessages:
    """`/cgi-bin/message/template/send`; the same `client_msg_id` to the same person within ten minutes is one message."""

    def __init__(
        self,
        token_holds: Callable[[str], bool],
        answer: Callable[[Mapping[str, object]], Response],
        error: Callable[[int], Response],
        faults: Faults,
    ) -> None:
        self._faults = faults
        self._token_holds, self._answer, self._error = token_holds, answer, error
        self._lock, self._numbers = threading.Lock(), itertools.count(200_000_001)
        self._sent: list[dict[str, Any]] = []
        self._known: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {}
        self.routes = [
            Route("/cgi-bin/message/template/send", self.send, methods=["POST"]),
            Route("/messages", self.messages, methods=["GET"]),
        ]

    async def send(self, request: Request) -> Response:
        """Take one, or say what is wrong with it."""
        if not self._token_holds(request.query_params.get("access_token", "")):
            return self._error(40001)
        message = await request.json()
        if len(message.get("touser", "")) != 28:
            return self._error(40003)
        if not str(message.get("template_id", "")).startswith(TEMPLATES):
            return self._error(40037)
        for key, value in message.get("data", {}).items():
            longest = LONGEST.get(key.rstrip("0123456789"))
            if longest is None or not 0 < len(value["value"]) <= longest:
                return self._error(47003)
        refused = self._answer({"errcode": 0})  # a fault that is switched on says no in its place
        if b'"errcode": 0' not in refused.body:
            return refused
        with self._lock:
            number = next(self._numbers)
            own = message.get("client_msg_id") or str(number)
            at, kept = self._known.get((message["touser"], own), (0.0, message))
            if "msgid" not in kept or self._now() - at > KNOWN_SECONDS:
                kept = message | {"msgid": number}
                self._sent.append(kept)
                self._known[message["touser"], own] = self._now(), kept
        if self._faults["lost_answer"]:
            return Response("<html>502</html>", media_type="text/html")
        return self._answer({"errcode": 0, "errmsg": "ok", "msgid": kept["msgid"]})

    def _now(self) -> float:
        return time.monotonic() + 60 * int(self._faults["minutes_later"])

    def messages(self, request: Request) -> Response:
        """All that arrived, the newest last; of one person with `touser`."""
        wanted = request.query_params.get("touser")
        return JSONResponse([one for one in self._sent if wanted in (None, one["touser"])])
