"""allauth's pages that ask or do more with us. They stand before its own, under the same addresses and names."""

from allauth.account import views as account
from django.http import HttpRequest, HttpResponse
from django.urls import path

from marketplace.accounts.decorators import recent_login_required
from marketplace.accounts.second_factor import has_second_factor
from marketplace.accounts.views import contacts, devices, two_factor

# What is typed there is a password, which must not wait in the session: who has to prove themself does so first.
_asks_first = recent_login_required("GET", "POST", keep_typed=False)


def _change_password(request: HttpRequest) -> HttpResponse:
    """The old password is asked anyway; who has a second factor is asked for that too."""
    view = account.password_change
    response: HttpResponse = (_asks_first(view) if has_second_factor(request.user) else view)(request)
    return response


urlpatterns = [
    path("password/change/", _change_password, name="account_change_password"),
    path("password/set/", _asks_first(account.password_set), name="account_set_password"),
    path("phone/change/", contacts.ChangePhoneView.as_view(), name="account_change_phone"),
    path("email/", contacts.ChangeEmailView.as_view(), name="account_email"),
    path("reauthenticate/", two_factor.ReauthenticateView.as_view(), name="account_reauthenticate"),
    path("2fa/", two_factor.IndexView.as_view(), name="mfa_index"),
    path("2fa/continue/", two_factor.go_on, name="second_factor_go_on"),
    path("2fa/reauthenticate/", two_factor.ReauthenticateSecondFactorView.as_view(), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", two_factor.ActivateTOTPView.as_view(), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", two_factor.DeactivateTOTPView.as_view(), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", two_factor.RecoveryCodesView.as_view(), name="mfa_view_recovery_codes"),
    path("2fa/webauthn/add/", two_factor.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        two_factor.ReauthenticatePasskeyView.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("2fa/webauthn/keys/<int:pk>/remove/", two_factor.RemovePasskeyView.as_view(), name="mfa_remove_webauthn"),
    path("sessions/", devices.devices, name="usersessions_list"),
    path("sessions/end-others/", devices.end_other_devices, name="devices_end_others"),
    path("sessions/<int:device_id>/end/", devices.end_device, name="device_end"),
]
