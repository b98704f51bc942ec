"""WeChat's log-in: the website app with its code to scan, and the Official Account in WeChat's own browser."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from .config import App, IdentityConfig
from .faults import Faults
from .grants import Grants, UnknownCode, UsedCode
from .jssdk import JsSdk
from .pages import House, back, chosen_person, consent_page, is_foreign, may_return, message_page
from .template_messages import TemplateMessages

QR = House("weixin", "微信登录", "相当于用手机扫了网页上的二维码")
IN_APP = House("weixin", "微信", "在微信里打开了网页")
# WeChat's error codes: https://developers.weixin.qq.com/doc/oplatform/Return_codes/
ERRORS = {
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40097: "invalid args",
    40003: "invalid openid",
    40013: "invalid appid",
    40029: "invalid code",
    40037: "invalid template_id",
    43004: "require subscribe",
    47003: "argument invalid!",
    40125: "invalid appsecret",
    40163: "code been used",
    -1: "system error",
}


class Weixin:
    """`open.weixin.qq.com` and `api.weixin.qq.com` below one prefix; their paths do not collide."""

    def __init__(self, config: IdentityConfig, grants: Grants, faults: Faults) -> None:
        self._config, self._grants, self._faults = config, grants, faults
        script = JsSdk(config, self._answer, self._error)
        self.mount = Mount(
            "/weixin",
            routes=[
                Route("/connect/qrconnect", self.qrconnect, methods=["GET", "POST"]),
                Route("/connect/oauth2/authorize", self.authorize, methods=["GET", "POST"]),
                Route("/sns/oauth2/access_token", self.access_token, methods=["GET"]),
                Route("/sns/userinfo", self.userinfo, methods=["GET"]),
                *script.routes,
                *TemplateMessages(script.token_holds, self._answer, self._error, faults).routes,
            ],
        )

    async def qrconnect(self, request: Request) -> Response:
        """The page with the code. Here it is already the telephone that has scanned it."""
        return await self._consent(request, QR, self._config.weixin, "snsapi_login")

    async def authorize(self, request: Request) -> Response:
        """The Official Account's page, in WeChat's browser only."""
        if "MicroMessenger" not in request.headers.get("user-agent", ""):
            return message_page(request, IN_APP, "请在微信客户端打开链接")
        names = [part.split("=")[0] for part in urlsplit(str(request.url)).query.split("&")]
        if names != ["appid", "redirect_uri", "response_type", "scope", "state"]:
            return message_page(request, IN_APP, "参数错误：参数的顺序必须与文档一致")
        return await self._consent(request, IN_APP, self._config.weixin_mp, "snsapi_userinfo")

    async def _consent(self, request: Request, house: House, app: App, scope: str) -> Response:
        query = request.query_params
        target = query.get("redirect_uri", "")
        if query.get("appid") != app.id:
            return message_page(request, house, "AppID 参数错误")
        if query.get("scope") != scope:
            return message_page(request, house, "Scope 参数错误或没有 Scope 权限")
        if not may_return(target, self._config.hosts):
            return message_page(request, house, "redirect_uri 参数错误：域名与后台登记的不一致")
        if request.method == "GET":
            return consent_page(request, house, site=self._config.site_name)
        if is_foreign(request):
            return message_page(request, house, "这个请求不是从授权页面发出的", status=403)
        form = await request.form()
        if form.get("answer") != "agree":
            return back(target, state=query.get("state", ""))  # WeChat leaves the code out, and says no more
        code = self._grants.agree("weixin", app, chosen_person(form), target)
        return back(target, code=code, state=query.get("state", ""))

    def access_token(self, request: Request) -> Response:
        """A token for a code, and the openid it is about."""
        query = request.query_params
        app = {app.id: app for app in (self._config.weixin, self._config.weixin_mp)}.get(query.get("appid", ""))
        if app is None:
            return self._error(40013)
        if query.get("secret") != app.secret:
            return self._error(40125)
        try:
            token, grant = self._grants.exchange("weixin", app, query.get("code", ""))
        except UsedCode:
            return self._error(40163)
        except UnknownCode:
            return self._error(40029)
        return self._answer(
            {
                "access_token": token,
                "expires_in": 7200,
                "refresh_token": secrets.token_hex(24),
                "openid": grant.person.openid(app.id),
                "scope": "snsapi_login" if app == self._config.weixin else "snsapi_userinfo",
            }
        )

    def userinfo(self, request: Request) -> Response:
        """Who it is."""
        query = request.query_params
        grant = self._grants.behind("weixin", query.get("access_token", ""))
        if grant is None:
            return self._error(40001)
        openid = grant.person.openid(grant.app.id)
        if query.get("openid") != openid:
            return self._error(40003)
        profile = {
            "openid": openid,
            "nickname": grant.person.name,
            "sex": 0,
            "language": "",
            "city": "",
            "province": "",
            "country": "",
            "headimgurl": f"https://thirdwx.qlogo.cn/mmopen/{openid}/132",
            "privilege": [],
        }
        if not self._faults["without_unionid"]:
            profile["unionid"] = grant.person.unionid("weixin")
        return self._answer(profile)

    def _error(self, code: int) -> Response:
        return self._answer({"errcode": code, "errmsg": f"{ERRORS[code]}, rid: {secrets.token_hex(8)}"})

    def _answer(self, data: Mapping[str, object]) -> Response:
        if self._faults["garbage"]:
            return Response("<html>502 Bad Gateway</html>", media_type="text/html", status_code=502)
        if refusal := self._faults["refuse"]:
            data = {"errcode": refusal, "errmsg": ERRORS.get(refusal, "refused")}
        body = json.dumps(data, ensure_ascii=self._faults["escape_json"]).encode()
        # As WeChat does, without a charset: who guesses reads Latin-1.
        return Response(body, headers={"Content-Type": self._faults["content_type"]})
