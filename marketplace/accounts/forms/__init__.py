"""Forms of people. One module a subject."""

from marketplace.accounts.forms.entrance import (
    AddEmailForm,
    ChangeEmailForm,
    ChangePasswordForm,
    ChangePhoneForm,
    ConfirmEmailVerificationCodeForm,
    ConfirmLoginCodeForm,
    ConfirmPasswordResetCodeForm,
    LoginForm,
    ReauthenticateForm,
    RequestLoginCodeForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
    VerifyPhoneForm,
    WithoutPlaceholders,
    is_free_for_sign_up,
)
from marketplace.accounts.forms.privacy import AcceptForm, ClosingForm
from marketplace.accounts.forms.profiles import ProfileForm

__all__ = [
    "AcceptForm",
    "AddEmailForm",
    "ChangeEmailForm",
    "ChangePasswordForm",
    "ChangePhoneForm",
    "ClosingForm",
    "ConfirmEmailVerificationCodeForm",
    "ConfirmLoginCodeForm",
    "ConfirmPasswordResetCodeForm",
    "LoginForm",
    "ProfileForm",
    "ReauthenticateForm",
    "RequestLoginCodeForm",
    "ResetPasswordForm",
    "ResetPasswordKeyForm",
    "SetPasswordForm",
    "SignupForm",
    "VerifyPhoneForm",
    "WithoutPlaceholders",
    "is_free_for_sign_up",
]
