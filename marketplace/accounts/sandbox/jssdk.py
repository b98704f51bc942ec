"""WeChat's script and what stands behind it: the Official Account's access token, the ticket, and the check of a signature."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .config import IdentityConfig

# In place of Tencent's: it notes what a page asks for, and goes on as if WeChat had agreed. Whether WeChat would have is
# asked at /open/js/check, which the real script asks of the app it runs in.
SCRIPT = """
(() => {
  const waiting = [];
  const wx = { asked: null, shared: {} };
  wx.config = (options) => { wx.asked = options; queueMicrotask(() => waiting.splice(0).forEach((call) => call())); };
  wx.ready = (call) => { waiting.push(call); };
  wx.error = () => {};
  for (const name of ["updateAppMessageShareData", "updateTimelineShareData"]) {
    wx[name] = (data) => { wx.shared[name] = data; };
  }
  window.wx = wx;
})();
"""


class JsSdk:
    """`/cgi-bin/token`, `/cgi-bin/ticket/getticket`, and the script. One token holds at a time, as at WeChat."""

    def __init__(
        self,
        config: IdentityConfig,
        answer: Callable[[Mapping[str, object]], Response],
        error: Callable[[int], Response],
    ) -> None:
        self._app, self._answer, self._error = config.weixin_mp, answer, error
        self._lock = threading.Lock()
        self._token, self._asked = "", 0
        # WeChat gives the same one for two hours, whoever asks. It outlives a restart: the portal's cache does, too.
        self._ticket = hashlib.sha256(f"jsapi_ticket:{config.weixin_mp.secret}".encode()).hexdigest()
        self.routes = [
            Route("/cgi-bin/token", self.token, methods=["GET"]),
            Route("/cgi-bin/ticket/getticket", self.ticket, methods=["GET"]),
            Route("/open/js/jweixin-1.6.0.js", self.script, methods=["GET"]),
            Route("/open/js/check", self.check, methods=["GET"]),
        ]

    def token(self, request: Request) -> Response:
        """A new access token; the one before holds no more."""
        query = request.query_params
        if query.get("grant_type") != "client_credential":
            return self._error(40002)
        if query.get("appid") != self._app.id:
            return self._error(40013)
        if query.get("secret") != self._app.secret:
            return self._error(40125)
        with self._lock:
            self._asked += 1
            self._token = secrets.token_urlsafe(60)
        return self._answer({"access_token": self._token, "expires_in": 7200})

    def token_holds(self, token: str) -> bool:
        """Whether this is the access token that was given last."""
        return bool(self._token) and secrets.compare_digest(token, self._token)

    def ticket(self, request: Request) -> Response:
        """The ticket that signatures are made with."""
        query = request.query_params
        if not self.token_holds(query.get("access_token", "")):
            return self._error(40001)
        if query.get("type") != "jsapi":
            return self._error(40097)
        return self._answer({"errcode": 0, "errmsg": "ok", "ticket": self._ticket, "expires_in": 7200})

    def script(self, request: Request) -> Response:
        """The stand-in for Tencent's script."""
        return Response(SCRIPT, media_type="application/javascript")

    def check(self, request: Request) -> Response:
        """What the app says to a page's `wx.config`: the string is signed in this order, with the page's address as it is."""
        query = request.query_params
        names = {"jsapi_ticket": self._ticket, "noncestr": query.get("nonceStr"), "timestamp": query.get("timestamp")}
        signed = "&".join(f"{name}={value}" for name, value in sorted((names | {"url": query.get("url")}).items()))
        is_right = query.get("appId") == self._app.id and secrets.compare_digest(
            query.get("signature", ""),
            hashlib.sha1(signed.encode()).hexdigest(),  # noqa: S324 WeChat's choice
        )
        words = "config:ok" if is_right else "config:fail,Error: invalid signature"
        return JSONResponse({"errMsg": words, "tokens_given": self._asked})
