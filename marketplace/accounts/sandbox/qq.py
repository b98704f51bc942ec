"""QQ's log-in (https://wiki.connect.qq.com): answers in three shapes, refusals in a fourth."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from .config import IdentityConfig
from .faults import Faults
from .grants import Grants, UnknownCode, UsedCode
from .pages import House, back, chosen_person, consent_page, is_foreign, may_return, message_page

HOUSE = House("qq", "QQ 登录", "用 QQ 账号登录第三方网站")


class QQ:
    """`graph.qq.com`."""

    def __init__(self, config: IdentityConfig, grants: Grants, faults: Faults) -> None:
        self._config, self._grants, self._faults = config, grants, faults
        self.mount = Mount(
            "/qq",
            routes=[
                Route("/oauth2.0/authorize", self.authorize, methods=["GET", "POST"]),
                Route("/oauth2.0/token", self.token, methods=["GET"]),
                Route("/oauth2.0/me", self.me, methods=["GET"]),
                Route("/user/get_user_info", self.get_user_info, methods=["GET"]),
            ],
        )

    async def authorize(self, request: Request) -> Response:
        """Where the person agrees."""
        query = request.query_params
        target = query.get("redirect_uri", "")
        if query.get("client_id") != self._config.qq.id:
            return message_page(request, HOUSE, "client id is illegal (100008)")
        if not may_return(target, self._config.hosts):
            return message_page(request, HOUSE, "redirect uri is illegal (100010)")
        if request.method == "GET":
            return consent_page(request, HOUSE, site=self._config.site_name)
        if is_foreign(request):
            return message_page(request, HOUSE, "这个请求不是从授权页面发出的", status=403)
        form = await request.form()
        if form.get("answer") != "agree":
            return back(target, usercancel="1", state=query.get("state", ""))
        code = self._grants.agree("qq", self._config.qq, chosen_person(form), target)
        return back(target, code=code, state=query.get("state", ""))

    def token(self, request: Request) -> Response:
        """A token for a code: form-encoded unless JSON is asked for."""
        query = request.query_params
        if query.get("client_id") != self._config.qq.id:
            return self._refusal(100008, "client id is illegal")
        if query.get("client_secret") != self._config.qq.secret:
            return self._refusal(100009, "client secret is illegal")
        try:
            token, _grant = self._grants.exchange(
                "qq", self._config.qq, query.get("code", ""), query.get("redirect_uri", "")
            )
        except UsedCode:
            return self._refusal(100020, "code is reused error")
        except UnknownCode:
            return self._refusal(100019, "code to access token error")
        data = {"access_token": token, "expires_in": "7776000", "refresh_token": secrets.token_hex(16)}
        if query.get("fmt") != "json":
            return Response(urlencode(data), media_type="text/html")
        return self._answer(request, data)

    def me(self, request: Request) -> Response:
        """Whom a token is about."""
        query = request.query_params
        grant = self._grants.behind("qq", query.get("access_token", ""))
        if grant is None:
            return self._refusal(100016, "access token check failed")
        app_id = "999" if self._faults["foreign_token"] else grant.app.id
        data = {"client_id": app_id, "openid": grant.person.qq_openid(grant.app.id)}
        if query.get("unionid") == "1" and not self._faults["without_unionid"]:
            data["unionid"] = grant.person.unionid("qq")
        return self._answer(request, data)

    def get_user_info(self, request: Request) -> Response:
        """Nickname and portrait. A `ret` of 0 means that all is well."""
        query = request.query_params
        grant = self._grants.behind("qq", query.get("access_token", ""))
        known = grant is not None and query.get("openid") == grant.person.qq_openid(grant.app.id)
        if grant is None or not known or query.get("oauth_consumer_key") != grant.app.id:
            return self._answer(request, {"ret": -23, "msg": "token is invalid"}, plain=True)
        portrait = f"http://qzapp.qlogo.cn/qzapp/{grant.app.id}/{query['openid']}"
        return self._answer(
            request,
            {
                "ret": 0,
                "msg": "",
                "is_lost": 0,
                "nickname": grant.person.name,
                "gender": "男",
                "figureurl_qq_1": f"{portrait}/40",
                "figureurl_qq_2": f"{portrait}/100",
            },
            plain=True,
        )

    def _refusal(self, code: int, text: str) -> Response:
        # Wrapped even when JSON was asked for.
        return Response(f'callback( {{"error":{code},"error_description":"{text}"}} );\n', media_type="text/html")

    def _answer(self, request: Request, data: Mapping[str, object], *, plain: bool = False) -> Response:
        if self._faults["garbage"]:
            return Response("<html>502 Bad Gateway</html>", media_type="text/html", status_code=502)
        if refusal := self._faults["refuse"]:
            if not plain:
                return self._refusal(refusal, "refused")
            data = {"ret": refusal, "msg": "refused"}
        body = json.dumps(data, ensure_ascii=self._faults["escape_json"])
        asked_for_json = request.query_params.get("fmt") == "json" and not self._faults["callback_bodies"]
        if not plain and not asked_for_json:
            body = f"callback( {body} );\n"
        return Response(body, media_type="text/html; charset=utf-8")
