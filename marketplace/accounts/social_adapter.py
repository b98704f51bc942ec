"""The seam between allauth.socialaccount and our people. Traps: facts/accounts.md, section 1."""

import logging
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.base.constants import AuthError
from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from marketplace.accounts import selectors, services
from marketplace.accounts.errors import AccountError
from marketplace.accounts.models import User
from marketplace.accounts.providers.base import NICKNAME_LENGTH, Provider
from marketplace.accounts.second_factor import logged_in_recently

logger = logging.getLogger(__name__)


class SocialAdapter(DefaultSocialAccountAdapter):
    """allauth's questions about log-in by other houses."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Those of the settings. A row of the database would be a second app of its provider, which is an error."""
        return [app for app in super().list_apps(request, provider=provider, client_id=client_id) if app.pk is None]

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> SocialApp:
        """A provider without an app id has no pages."""
        try:
            return super().get_app(request, provider=provider, client_id=client_id)
        except SocialApp.DoesNotExist as error:
            raise Http404 from error

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Nothing: a name, number or address of theirs counts only once the person has given it here."""
        user: User = sociallogin.user
        return user

    def get_signup_form_initial_data(self, sociallogin: SocialLogin) -> dict[str, str]:
        """The name there, to be kept or changed."""
        return {"display_name": sociallogin.account.extra_data.get("nickname", "")[:NICKNAME_LENGTH]}

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: BaseForm | None = None) -> User:
        """The person and the account they come by, together."""
        save = super().save_user
        return services.save_social_sign_up(login=sociallogin, save=lambda: save(request, sociallogin, form=form))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Back from the provider, knowing who it is. Linking is ours from here on; logging in stays allauth's."""
        sociallogin.token = None  # it has served; the session would keep it, readable, until the sign-up is complete
        if language := sociallogin.state.get("language"):
            translation.activate(language)
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            raise ImmediateHttpResponse(self._link(request, sociallogin))

    def _link(self, request: HttpRequest, sociallogin: SocialLogin) -> HttpResponseRedirect:
        # The browser comes from outside by GET, where the middleware for refusals knows no page to go back to.
        if not request.user.is_authenticated or not logged_in_recently(request):
            messages.error(request, _("Too much time has passed since you logged in. Please begin again."))
        else:
            try:
                account = services.link_social_account(user=request.user, login=sociallogin)
            except AccountError as refusal:
                messages.error(request, refusal.message)
            else:
                name = selectors.provider_name(account.provider)
                messages.success(request, _("%(provider)s is linked. You can log in with it now.") % {"provider": name})
        return HttpResponseRedirect(reverse("accounts:ways_in"))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Provider,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Who said no over there comes back to a page that says what now, and so does whose log-in failed.

        WeChat and QQ say no by leaving out the code, without an error of a name.
        """
        state = (extra_context or {}).get("state") or {}
        if language := state.get("language"):
            translation.activate(language)
        refused = error == AuthError.CANCELLED or (exception is None and bool(state) and "error" not in request.GET)
        if not refused:
            # The kind, and of a refusal its code. The text of a network error carries the whole address, secret included.
            said = str(exception) if type(exception).__name__ in {"OAuth2Error", "ProviderException"} else ""
            logger.warning("log-in by %s failed: %s %s", provider.id, type(exception).__name__, said)
        if state.get("process") == AuthProcess.CONNECT:
            name = selectors.provider_name(provider.id)
            words = (
                _("%(provider)s was not linked.")
                if refused
                else _("%(provider)s did not answer as it should. Please try again.")
            )
            messages.error(request, words % {"provider": name})
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("accounts:ways_in")))
        if refused:
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("socialaccount_login_cancelled")))
