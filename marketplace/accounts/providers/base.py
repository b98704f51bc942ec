"""What the four providers have in common: their addresses come from the settings, answers are read in one way."""

import json
import re
from collections.abc import Callable
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.base import ProviderAccount, ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter, OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from requests import Response

_CALLBACK = re.compile(r"^\s*callback\s*\(\s*(\{.*\})\s*\)\s*;?\s*$", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
NICKNAME_LENGTH = 40
View = Callable[[HttpRequest], HttpResponse]


def read_answer(response: Response) -> dict[str, Any]:
    """The JSON object in an answer. Raises OAuth2Error for anything else, and for a refusal in any provider's dialect.

    Always UTF-8: WeChat and Weibo send it as `text/plain` without saying so. QQ wraps it as `callback( {…} );` unless it
    is told not to, and its refusals even then.
    """
    text = response.content.decode("utf-8", errors="replace")
    wrapped = _CALLBACK.match(text)
    try:
        data = json.loads(wrapped[1] if wrapped else text)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise OAuth2Error(f"no JSON object, HTTP {response.status_code}")
    # WeChat: errcode. QQ: error, or ret. Weibo: error and error_code. A code of 0 means that all is well.
    for key in ("errcode", "error_code", "error", "ret"):
        if data.get(key):
            raise OAuth2Error(f"{key} {data[key]}")  # the code alone: messages may repeat what was sent
    return data


def nickname(text: object) -> str:
    """What somebody is called there, fit for a name here."""
    return _CONTROL.sub("", str(text or "")).strip()[:NICKNAME_LENGTH]


class Client(OAuth2Client):
    """The exchange of a code for a token, with the provider's own names for things."""

    secret_parameter = "client_secret"  # noqa: S105 the name of a field
    token_parameters: dict[str, str] = {}
    tells_callback = True

    def get_access_token(
        self, code: str, pkce_code_verifier: str | None = None, extra_data: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Raises OAuth2Error or requests' errors, whose text carries the secret: it is never logged."""
        fields = {
            self.client_id_parameter: self.consumer_key,
            self.secret_parameter: self.consumer_secret,
            "grant_type": "authorization_code",
            "code": code,
            **self.token_parameters,
        }
        if self.tells_callback:
            fields["redirect_uri"] = self.callback_url
        place = "params" if self.access_token_method == "GET" else "data"  # noqa: S105 a method
        with get_adapter().get_requests_session() as session:
            response = session.request(self.access_token_method, self.access_token_url, **{place: fields})
        data = read_answer(response)
        if not isinstance(data.get("access_token"), str):
            raise OAuth2Error("no access token")
        return data


class Adapter(OAuth2Adapter):
    """One provider's addresses and its way to say who somebody is."""

    client_class = Client
    token_path: str

    @property
    def authorize_url(self) -> str:
        """Where the person agrees."""
        return str(self.get_provider().get_settings()["AUTHORIZE_URL"])

    @property
    def access_token_url(self) -> str:
        """Where a code becomes a token."""
        return self.api(self.token_path)

    def api(self, path: str) -> str:
        """An address of the provider's API."""
        return str(self.get_provider().get_settings()["API_URL"]) + path

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """The same in every language: QQ and Weibo compare it with the one that was registered there, letter by letter."""
        with translation.override(settings.LANGUAGE_CODE):
            return str(super().get_callback_url(request, app))

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """For the questions of this one log-in; nothing of it is kept."""
        return SocialToken(token=data["access_token"])

    def ask(self, path: str, **parameters: str) -> dict[str, Any]:
        """A question to the provider's API. Raises OAuth2Error or requests' errors."""
        with get_adapter().get_requests_session() as session:
            return read_answer(session.get(self.api(path), params=parameters))

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Ask who this is."""
        data = self.who(app, token.token, kwargs["response"])
        return self.get_provider().sociallogin_from_response(request, data)

    def who(self, app: Any, token: str, granted: dict[str, Any]) -> dict[str, Any]:
        """`uid`, `nickname` and, where there is one, `openid` of the person behind a token; `granted` is what came with it."""
        raise NotImplementedError


class Account(ProviderAccount):
    """How an account there is shown."""

    def to_str(self) -> str:
        """The name there."""
        return str(self.account.extra_data.get("nickname") or super().to_str())


class Provider(OAuth2Provider):
    """Keeps of a person what is needed: the name there, the openid of each of our apps.

    Not their address or number, which the provider might give: what counts here is proved here.
    """

    account_class = Account

    def extract_uid(self, data: dict[str, Any]) -> str:
        """The person, whichever of our apps asks. Raises ProviderException."""
        uid = data.get("uid")
        if not isinstance(uid, str) or not uid:
            raise ProviderException("the answer does not say who this is")
        return uid

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """With the openids that are known already, since allauth writes over them."""
        from marketplace.accounts.selectors import known_openids  # models: providers are imported while apps load

        openids = known_openids(provider=self.account_provider, uid=self.extract_uid(data))
        if data.get("openid"):
            openids[self.app.client_id] = data["openid"]
        return {"nickname": nickname(data["nickname"]), "openids": openids}

    @property
    def account_provider(self) -> str:
        """Under which name accounts are kept."""
        return str(self.id)

    @property
    def login_url(self) -> str:
        """Where a button posts to."""
        return str(self.get_login_url(self.request))

    def sociallogin_from_response(self, request: HttpRequest, response: dict[str, Any]) -> SocialLogin:
        """The log-in, under the name that accounts are kept by."""
        login = super().sociallogin_from_response(request, response)
        login.account.provider = self.account_provider
        return login

    def redirect(self, request: HttpRequest, process: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Off to the provider; the way back has no language in its address, so it is remembered."""
        return super().redirect(request, process, *args, language=translation.get_language(), **kwargs)

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        """Ours alone. allauth would take more from the address, and so from whoever made a link."""
        return self.get_scope()

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        """Ours alone: a link with these could send the code to another address of this site."""
        return self.get_auth_params()


def login_view(adapter: type[Adapter]) -> View:
    """Where a button of the provider leads."""
    return OAuth2LoginView.adapter_view(adapter)


def callback_view(adapter: type[Adapter]) -> View:
    """Where the provider sends the browser back to."""
    return OAuth2CallbackView.adapter_view(adapter)
