"""Weibo's log-in (https://open.weibo.com/wiki/授权机制): plain OAuth 2, one number for a person."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from .config import IdentityConfig
from .faults import Faults
from .grants import Grants, UnknownCode, UsedCode
from .pages import House, back, chosen_person, consent_page, is_foreign, may_return, message_page

HOUSE = House("weibo", "微博登录", "使用微博账号访问第三方网站")


class Weibo:
    """`api.weibo.com`."""

    def __init__(self, config: IdentityConfig, grants: Grants, faults: Faults) -> None:
        self._config, self._grants, self._faults = config, grants, faults
        self.mount = Mount(
            "/weibo",
            routes=[
                Route("/oauth2/authorize", self.authorize, methods=["GET", "POST"]),
                Route("/oauth2/access_token", self.access_token, methods=["POST"]),
                Route("/2/users/show.json", self.show, methods=["GET"]),
            ],
        )

    async def authorize(self, request: Request) -> Response:
        """Where the person agrees."""
        query = request.query_params
        target = query.get("redirect_uri", "")
        if query.get("client_id") != self._config.weibo.id:
            return message_page(request, HOUSE, "error:invalid_client")
        if not may_return(target, self._config.hosts):
            return message_page(request, HOUSE, "error:redirect_uri_mismatch")
        if request.method == "GET":
            return consent_page(request, HOUSE, site=self._config.site_name)
        if is_foreign(request):
            return message_page(request, HOUSE, "这个请求不是从授权页面发出的", status=403)
        form = await request.form()
        state = query.get("state", "")
        if form.get("answer") != "agree":
            return back(target, state=state, error="access_denied", error_code="21330")
        code = self._grants.agree("weibo", self._config.weibo, chosen_person(form), target)
        return back(target, state=state, code=code)

    async def access_token(self, request: Request) -> Response:
        """A token for a code."""
        form = await request.form()
        app = self._config.weibo
        if (form.get("client_id"), form.get("client_secret")) != (app.id, app.secret):
            return self._refusal("invalid_client", 21324)
        try:
            token, grant = self._grants.exchange(
                "weibo", app, str(form.get("code", "")), str(form.get("redirect_uri", ""))
            )
        except (UnknownCode, UsedCode):
            return self._refusal("invalid_grant", 21325)
        return self._answer(
            {
                "access_token": token,
                "remind_in": "157679999",
                "expires_in": 157679999,
                "uid": str(grant.person.weibo_uid),
                "isRealName": "true",
            }
        )

    def show(self, request: Request) -> Response:
        """Who it is."""
        grant = self._grants.behind("weibo", request.query_params.get("access_token", ""))
        if grant is None:
            return self._refusal("invalid_access_token", 21332)
        if request.query_params.get("uid") != str(grant.person.weibo_uid):
            return self._refusal("User does not exists!", 20003)
        number = grant.person.weibo_uid
        profile: dict[str, object] = {
            "id": number,
            "idstr": str(number),
            "screen_name": grant.person.name,
            "name": grant.person.name,
            "profile_url": f"u/{number}",
            "avatar_large": f"https://tvax1.sinaimg.cn/crop.0.0.180.180/{number}.jpg",
            "verified": False,
        }
        if self._faults["email"]:
            profile["email"] = self._faults["email"]
        return self._answer(profile)

    def _refusal(self, error: str, code: int) -> Response:
        body = {"error": error, "error_code": code, "request": "/oauth2/access_token", "error_description": error}
        return Response(json.dumps(body), status_code=400, media_type="text/plain;charset=UTF-8")

    def _answer(self, data: Mapping[str, object]) -> Response:
        if self._faults["garbage"]:
            return Response("<html>502 Bad Gateway</html>", media_type="text/html", status_code=502)
        if refusal := self._faults["refuse"]:
            return self._refusal("refused", refusal)
        body = json.dumps(data, ensure_ascii=self._faults["escape_json"])
        return Response(body, headers={"Content-Type": "text/plain;charset=UTF-8"})
