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
from marketplace.accounts.forms.profiles import ProfileForm
from marketplace.accounts.forms.verification import CompanyForm, RealNameForm

__all__ = [
    "AddEmailForm",
    "ChangeEmailForm",
    "ChangePasswordForm",
    "ChangePhoneForm",
    "CompanyForm",
    "ConfirmEmailVerificationCodeForm",
    "ConfirmLoginCodeForm",
    "ConfirmPasswordResetCodeForm",
    "LoginForm",
    "ProfileForm",
    "RealNameForm",
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
