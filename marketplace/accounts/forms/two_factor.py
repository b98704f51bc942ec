"""Forms of second factors: allauth's, without placeholders, in our words."""

from contextlib import contextmanager

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.forms.entrance import WithoutPlaceholders


class _EachCodeOnce(WithoutPlaceholders):
    """A code of six digits opens one door.

    allauth remembers a code for as long as it is shown; with a tolerance it is taken for longer, so it is kept for longer.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Six-digit code, or a recovery code")
        self.fields["code"].widget.attrs |= {"autofocus": True, "inputmode": "numeric"}

    def clean_code(self):
        code = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP:
            key = f"accounts:code_used:{self.user.pk}:{code.strip()}"
            valid_for = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
            if not cache.add(key, True, timeout=valid_for):
                raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(_EachCodeOnce, base.AuthenticateForm):
    pass


class ReauthenticateSecondFactorForm(_EachCodeOnce, base.ReauthenticateForm):
    pass


class ActivateTOTPForm(WithoutPlaceholders, totp.ActivateTOTPForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Six digits that the app shows")
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class _WholeCredential:
    """What a browser sends is JSON of a known shape; anything else is refused, where allauth and fido2 would be a 500."""

    def clean_credential(self):
        clean = getattr(super(), "clean_credential", lambda: self.cleaned_data["credential"])
        with _refusing_other_shapes():
            return clean()

    def clean(self):
        with _refusing_other_shapes():
            return super().clean()


@contextmanager
def _refusing_other_shapes():
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise get_adapter().validation_error("incorrect_code") from error


class LoginPasskeyForm(_WholeCredential, webauthn.LoginWebAuthnForm):
    pass


class AuthenticatePasskeyForm(_WholeCredential, webauthn.AuthenticateWebAuthnForm):
    pass


class ReauthenticatePasskeyForm(_WholeCredential, webauthn.ReauthenticateWebAuthnForm):
    pass


class AddPasskeyForm(_WholeCredential, WithoutPlaceholders, webauthn.AddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name, by which you know it again")
        self.fields["passwordless"].label = _("Log in with it alone, without the password")
        self.fields["passwordless"].help_text = _("Your device then asks for fingerprint, face or PIN.")
        self.fields["passwordless"].initial = True


class EditPasskeyForm(WithoutPlaceholders, webauthn.EditWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name, by which you know it again")
