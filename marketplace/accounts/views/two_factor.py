"""Second factors: allauth's views, with what our sessions need around them."""

from allauth.account import views as account
from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.webauthn import views as webauthn
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from marketplace.accounts import second_factor, selectors, services
from marketplace.accounts.errors import AccountError, AccountErrorCode


class _Waiting:
    """The page knows why its reader was led here, and offers the way on."""

    def get_context_data(self, **kwargs):
        reason = second_factor.set_up_reason(self.request)
        return super().get_context_data(**kwargs) | {
            "reason": reason,
            "has_second_factor": second_factor.has_second_factor(self.request.user),
        }


class _NewKey:
    """A session that has proved more gets another key."""

    def form_valid(self, form):
        second_factor.renew_session_key(self.request)
        return super().form_valid(form)


class _FirstUse:
    """Setting a factor up is its first use in this session."""

    kind: str

    def form_valid(self, form):
        response = super().form_valid(form)
        second_factor.record_first_use(self.request, second_factor.newest_of(self.request.user, self.kind))
        second_factor.renew_session_key(self.request)
        return response


class _EndsOthers:
    """Who takes a factor away may be driving somebody out: the other devices log in anew."""

    def form_valid(self, form):
        response = super().form_valid(form)
        services.end_other_devices(user=self.request.user, session_key=self.request.session.session_key)
        return response


class IndexView(_Waiting, base.IndexView):
    pass


class ActivateTOTPView(_FirstUse, totp.ActivateTOTPView):
    kind = Authenticator.Type.TOTP

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if settings.DEMO_SHOWS_APP_CODES:
            _before, current, _after = yield_hotp_counters_from_time()
            context["demo_code"] = format_hotp_value(hotp_value(context["form"].secret, current))
        return context


class DeactivateTOTPView(_EndsOthers, totp.DeactivateTOTPView):
    pass


class AddPasskeyView(_FirstUse, webauthn.AddWebAuthnView):
    kind = Authenticator.Type.WEBAUTHN


class RemovePasskeyView(_EndsOthers, webauthn.RemoveWebAuthnView):
    def form_valid(self, form):
        if not selectors.has_way_in_without(self.request.user, passkey_id=self.get_object().pk):
            messages.error(self.request, AccountError(AccountErrorCode.LAST_WAY_IN).message)
            return redirect(self.get_success_url())
        return super().form_valid(form)


class RecoveryCodesView(_Waiting, recovery_codes.ViewRecoveryCodesView):
    pass


class ReauthenticateView(_NewKey, account.ReauthenticateView):
    pass


class ReauthenticateSecondFactorView(_NewKey, base.ReauthenticateView):
    pass


class ReauthenticatePasskeyView(_NewKey, webauthn.ReauthenticateWebAuthnView):
    pass


@login_required
@require_POST
def go_on(request: HttpRequest) -> HttpResponse:
    """Back to where somebody was going when they were led to set up a second factor."""
    return second_factor.go_on(request)
