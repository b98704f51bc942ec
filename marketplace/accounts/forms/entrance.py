"""Sign-up, log-in and what belongs to them: where allauth has a form, ours changes only what we show or our rules say."""

from allauth.account import forms as allauth
from allauth.account.utils import filter_users_by_email
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import selectors, services, throttles
from marketplace.accounts.models import User


class WithoutPlaceholders:
    """allauth writes each label once more into the box; ours stand above it, and a box that looks filled is skipped."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        if "code" in self.fields:  # digits on a phone's keyboard; the cursor is where the page is about
            self.fields["code"].widget.attrs |= {"inputmode": "numeric", "maxlength": 12, "autofocus": True}


def is_free_for_sign_up(email: str) -> bool:
    """Whether nobody has this address, but for those who named it and never proved it."""
    return not _proven(filter_users_by_email(email), email)


def _proven(users: list[User], email: str) -> list[User]:
    """Those of `users` who did not merely claim `email` at sign-up."""
    claims = {user.pk for user in selectors.unproven_claims(email)}
    return [user for user in users if user.pk not in claims]


class OpensAccount(WithoutPlaceholders, forms.Form):
    """Phone number or e-mail address, one of them; a name to be called by; consent that is never pre-ticked."""

    display_name = forms.CharField(
        label=_("What shall we call you"),
        max_length=40,
        help_text=_("Others see this name. You can change it later."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    consent = forms.BooleanField(
        label=_("I have read and accept the terms of service and the privacy policy"),
        error_messages={"required": _("Without your consent we may not open an account for you.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["phone"].label = _("Mobile number")
        self.fields["email"].label = _("E-mail address")
        # allauth is told that sign-up needs an address, without which it would not make people prove one; with us a
        # number does as well.
        self.fields["email"].required = self.fields["email"].widget.is_required = False

    def validate_unique_email(self, value: str) -> str:
        return value if is_free_for_sign_up(value) else super().validate_unique_email(value)

    def save(self, request: HttpRequest) -> User:
        if email := self.cleaned_data.get("email"):
            services.release_unproven_claims(email=email)
        return super().save(request)

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        if not data.get("phone") and not data.get("email"):
            raise ValidationError(_("Please give a mobile number or an e-mail address."), code="no_way_in")
        # Asked here only, spent where the code is sent: refused there it would be a page that forgets what was typed.
        if phone := data.get("phone"):
            throttles.require_room("verify_phone", phone)
        # Somebody else's address is told that somebody tried it: that mail has no limit of its own in allauth.
        elif email := data.get("email"):
            throttles.require_room("confirm_email", email)
            throttles.spend("sign_up_mail", email)
        return data


class SignupForm(OpensAccount, allauth.SignupForm):
    """Opening an account with a password."""

    field_order = ["phone", "email", "display_name", "password1", "consent"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("Password")
        self.fields["password1"].help_text = _("You may leave it empty and log in with a code each time.")


class LoginForm(WithoutPlaceholders, allauth.LoginForm):
    """Phone number or e-mail address, and the password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Mobile number or e-mail address")
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""  # the page has its own way to a new password
        self.fields["remember"].label = _("Stay logged in")


class RequestLoginCodeForm(WithoutPlaceholders, allauth.RequestLoginCodeForm):
    """A number or an address to send a code to. An address that was named at sign-up and never proved counts as unknown.

    By this code its owner would otherwise enter, or prove, an account that somebody else has made.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["phone"].label = _("Mobile number")
        self.fields["email"].label = _("E-mail address")

    def clean(self):
        data = super().clean()
        if not self.errors and not data.get("phone") and not data.get("email"):
            raise ValidationError(_("Please give a mobile number or an e-mail address."), code="no_way_in")
        return data

    def clean_phone(self):
        phone = super().clean_phone()
        if phone:
            throttles.spend("verify_phone", phone)  # allauth counts these apart from the other texts to a number
        return phone

    def clean_email(self):
        email = super().clean_email()
        if email and self._user is not None and not _proven([self._user], email):
            self._user = None
        if email and self._user is None:
            self._user = selectors.resting_owner(email)
        return email


class AddEmailForm(WithoutPlaceholders, allauth.AddEmailForm):
    pass


class ChangePasswordForm(WithoutPlaceholders, allauth.ChangePasswordForm):
    pass


class SetPasswordForm(WithoutPlaceholders, allauth.SetPasswordForm):
    pass


class ResetPasswordForm(WithoutPlaceholders, allauth.ResetPasswordForm):
    """Where to send the link. Not to an address that the account's person never proved: it may be somebody else's."""

    def clean_email(self):
        email = super().clean_email()
        self.users = _proven(self.users, email)
        return email


class ResetPasswordKeyForm(WithoutPlaceholders, allauth.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(WithoutPlaceholders, allauth.ReauthenticateForm):
    pass


class PresentContactForm(WithoutPlaceholders, allauth.BaseConfirmCodeForm):
    """The code sent to the number or address that is about to be replaced."""


class ConfirmLoginCodeForm(WithoutPlaceholders, allauth.ConfirmLoginCodeForm):
    pass


class ConfirmEmailVerificationCodeForm(WithoutPlaceholders, allauth.ConfirmEmailVerificationCodeForm):
    pass


class ConfirmPasswordResetCodeForm(WithoutPlaceholders, allauth.ConfirmPasswordResetCodeForm):
    pass


class VerifyPhoneForm(WithoutPlaceholders, allauth.VerifyPhoneForm):
    pass


class ChangePhoneForm(WithoutPlaceholders, allauth.ChangePhoneForm):
    pass
